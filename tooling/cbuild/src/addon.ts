// C to a Node-API addon with the machine's own compiler. Only Node-API is used, whose binary interface is the same in
// every Node since the version named below; the functions are found in the program that loads the addon, so nothing is
// linked and one file loads everywhere. Instructions are the platform's baseline, because an addon may be built on one
// machine and run on another.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { BuildError } from './errors.ts'
import { posix, replaceFile } from './files.ts'
import type { CPackage, Target } from './package.ts'
import { sources } from './sources.ts'

export interface Compiler {
  command: string
  args: string[]
  /** The first line of `--version`. */
  version: string
}

const nodeApiVersion = 9

const flags = [
  '-std=c11',
  '-O3',
  '-fPIC',
  '-shared',
  '-Wall',
  '-Wextra',
  '-Wconversion',
  '-Werror',
  '-fvisibility=hidden',
  '-D_GNU_SOURCE',
  `-DNAPI_VERSION=${nodeApiVersion}`,
  // macOS wants to be told that the functions come from the program.
  ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
]

const headersManifest = findPackageJSON('node-api-headers', import.meta.url)

/** The compiler that the environment names (`CC`, which may carry arguments), else `cc`; null where it does not run. */
export function findCompiler(cc = process.env.CC ?? ''): Compiler | null {
  const words = cc.trim().split(/\s+/)
  // A path with spaces is one word when there is such a file.
  const [command, ...args] = existsSync(cc) ? [cc] : words[0] === '' ? ['cc'] : words
  const { status, stdout } = spawnSync(command, [...args, '--version'], { encoding: 'utf8' })
  return status === 0 ? { command, args, version: stdout.split('\n')[0] } : null
}

/** What the stamp of an addon depends on besides the sources. */
export const addonSettings = ({ command, args, version }: Compiler): string[] => [
  version,
  command,
  ...args,
  ...flags,
  readFileSync(nodeApiManifest(), 'utf8'),
]

/** Compiles the target's `addon.c` to `output`; throws `BuildError` with the compiler's messages. */
export function buildAddon({ folder }: CPackage, target: Target, compiler: Compiler, output: string): void {
  replaceFile(output, (temporary) => {
    const dependencies = `${temporary}.d`
    // Paths relative to the package keep the messages short and the addon free of this machine's folders.
    const places = target.includes.map(({ path }) => posix(relative(folder, realpathSync(path))))
    const args = [
      ...compiler.args,
      ...flags,
      ...places.map((place) => `-I${place}`),
      '-isystem',
      join(dirname(nodeApiManifest()), 'include'),
      '-MMD',
      '-MF',
      dependencies,
      `${places[0]}/addon.c`,
      '-o',
      temporary,
    ]
    try {
      const { status, stderr, error } = spawnSync(compiler.command, args, { cwd: folder, encoding: 'utf8' })
      if (status !== 0) {
        throw new BuildError(`${target.name}.node was not built:\n${(error?.message ?? stderr).trim()}`)
      }
      refuseStrangers(folder, target, readFileSync(dependencies, 'utf8'))
    } finally {
      rmSync(dependencies, { force: true })
    }
  })
}

/** A file from outside the include folders would not be in the stamp, so its changes would go unseen. */
function refuseStrangers(folder: string, target: Target, dependencies: string): void {
  const known = new Set(sources(target, 'addon').map((file) => realpathSync(join(file.folder.path, file.path))))
  // The file is a rule for make: `output: one two \⏎ three`, spaces in names behind a backslash.
  const [, list] = /^.*?:\s([^]*)$/.exec(dependencies) ?? ['', '']
  const used = list.replaceAll('\\\n', ' ').match(/(?:\\ |\S)+/g) ?? []
  const stranger = used
    .map((path) => resolve(folder, path.replaceAll('\\ ', ' ')))
    .find((path) => !known.has(realpathSync(path)))
  if (stranger === undefined) return
  const expected = target.includes.map(({ label }) => label).join(', ')
  throw new BuildError(
    `${target.name}.node includes ${posix(relative(folder, stranger))}; ` +
      `expected only .c, .h and .inc files below ${expected}: move it there`,
  )
}

function nodeApiManifest(): string {
  if (headersManifest === undefined) throw new Error('node-api-headers is not installed')
  return headersManifest
}
