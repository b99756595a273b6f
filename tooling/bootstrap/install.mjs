// Brings everything that a fresh machine lacks: pnpm (through npx), then every dependency of the lockfile, the project's
// own Node among them. A stamp in node_modules remembers what was installed, so that the next run goes straight to work.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { members } from './members.mjs'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const stampFile = join(root, 'node_modules', '.parperos-installed')
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Everything whose change asks for a new installation, as one hash. */
function wanted() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${root}`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...members(root).map((folder) => `${folder}/package.json`)]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

export function install() {
  const hash = wanted()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return
  process.stderr.write('parperos: installing dependencies (once; needs the npm registry) …\n')
  const { status, error } = spawnSync('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // npm hands its settings down as variables; some of them mean something else to pnpm.
    env: withoutNpmSettings(process.env),
  })
  if (error || status !== 0) {
    process.stderr.write(`parperos: the dependencies could not be installed${error ? ` (${error.message})` : ''}.\n`)
    process.stderr.write('parperos: check that the npm registry can be reached, then run the same command again.\n')
    process.exit(1)
  }
  writeFileSync(stampFile, hash)
}

const withoutNpmSettings = (env) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(lifecycle|package|command|execpath|node)/.test(name)))

/** The environment in which every tool runs: the project's own programs and Node first, no telemetry. */
export function toolEnvironment() {
  const own = join(root, 'node_modules', '.bin')
  return {
    ...withoutNpmSettings(process.env),
    PATH: `${own}${delimiter}${process.env.PATH}`,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    // Part of every build's cache key: a compiler that appears or changes makes the addons anew.
    PARPEROS_COMPILER: compilerIdentity(),
  }
}

function compilerIdentity() {
  const { status, stdout } = spawnSync(process.env.CC ?? 'cc', ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.split('\n')[0] : 'none'
}
