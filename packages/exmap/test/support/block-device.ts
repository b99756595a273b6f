// A block device over a file, for the time of a test. Only root can make one.
import { spawnSync } from 'node:child_process'

export interface BlockDevice extends Disposable {
  readonly path: string
}

const command = 'losetup'

function losetup(...args: string[]): { output: string; problem: string | null } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return { output: stdout, problem: status === 0 ? null : `${command} ${args[0]}: ${error?.message ?? stderr.trim()}` }
}

/** Null, or why there can be none. */
export const blockDevicesUnavailable = (): string | null =>
  process.getuid?.() === 0 ? losetup('--find').problem : 'only root can make a loop device'

/** A device with the bytes of that file. */
export function blockDevice(file: string): BlockDevice {
  const { output, problem } = losetup('--find', '--show', file)
  if (problem !== null) throw new Error(problem)
  const path = output.trim()
  return {
    path,
    [Symbol.dispose]: () => {
      const { problem } = losetup('--detach', path)
      if (problem !== null) throw new Error(problem)
    },
  }
}
