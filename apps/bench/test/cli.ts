// Runs the built command line as a person would.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** `preload`: a module that every process of the run loads first. */
export function bench(args: readonly string[], { cwd, preload }: { cwd?: string; preload?: URL } = {}): Ended {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    env: preload ? { ...process.env, NODE_OPTIONS: `--import=${preload.href}` } : process.env,
  })
  if (error) throw error
  return { status, stdout, stderr }
}
