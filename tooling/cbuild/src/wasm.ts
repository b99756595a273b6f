// C to WebAssembly with the clang that npm carries: LLVM itself compiled to WebAssembly, so that no machine needs a
// compiler for this half. It sees no disk; the sources are handed in as a tree of objects, and what it made comes back
// as one. It cannot start a second program either, so compiling and linking are two calls.
//
// How a module must be linked follows from sharing: it imports its memory with the widest limits (no page at least,
// 4 GiB at most), so that every shared memory fits. It has no stack of its own: the stack pointer starts at 0, and
// whoever makes an instance sets the exported `__stack_pointer` to the end of a stack range. Forgotten, the first push
// wraps around below address 0 and traps (in any memory below 4 GiB) instead of writing over others' bytes.
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { join } from 'node:path'
import type { Command, RunOptions, Tree } from '@yowasp/clang'
import { BuildError } from './errors.ts'
import type { Target } from './package.ts'
import { sources } from './sources.ts'
import { checkModule, maximumPages } from './wasm-check.ts'

const compileFlags = [
  '--target=wasm32-unknown-unknown',
  '-std=c11',
  '-O3',
  // No libc: neither its headers nor its functions. <stdint.h>, <stddef.h> and <stdatomic.h> are the compiler's own.
  '-ffreestanding',
  '-nostdlib',
  '-nostdlibinc',
  '-matomics',
  '-mbulk-memory',
  '-mmutable-globals',
  '-msimd128',
  // A switch that only picks a value would become a table in memory; as code (br_table) it needs none.
  '-mllvm',
  '-switch-to-lookup=false',
  '-Wall',
  '-Wextra',
  '-Wconversion',
  '-Werror',
]

const linkFlags = [
  '--no-entry',
  '--import-memory',
  '--shared-memory',
  `--max-memory=${maximumPages * 65_536}`,
  '-z',
  'stack-size=0',
  '--export=__stack_pointer',
]

const compilerManifest = findPackageJSON('@yowasp/clang', import.meta.url)

/** What the stamp of a module depends on besides the sources. */
export const wasmSettings = (): string[] => {
  if (compilerManifest === undefined) throw new Error('@yowasp/clang is not installed')
  const { version } = JSON.parse(readFileSync(compilerManifest, 'utf8')) as { version: string }
  return [`@yowasp/clang ${version}`, ...compileFlags, ...linkFlags]
}

/** Compiles and links the target's `wasm.c`; throws `BuildError` with the compiler's messages, or the check's. */
export async function buildWasm(target: Target): Promise<Uint8Array<ArrayBuffer>> {
  const { commands } = await import('@yowasp/clang')
  const [{ label }] = target.includes
  const includeFlags = target.includes.map((folder) => `-I${folder.label}`)
  const compile = ['-c', `${label}/wasm.c`, '-o', 'wasm.o', ...compileFlags, ...includeFlags]
  const object = await run(commands.clang, compile, sourceTree(target), 'wasm.o', target)
  const link = ['wasm.o', '-o', 'linked.wasm', ...linkFlags]
  const module = new Uint8Array(await run(commands['wasm-ld'], link, { 'wasm.o': object }, 'linked.wasm', target))
  checkModule(module, object, `${target.name}.wasm`)
  return module
}

/** The target's C files under their labels, which are therefore the paths in the compiler's messages. */
function sourceTree(target: Target): Tree {
  const root: Tree = {}
  for (const { folder, path } of sources(target, 'wasm')) {
    const parts = `${folder.label}/${path}`.split('/')
    let at = root
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Tree
    at[parts.at(-1) ?? ''] = readFileSync(join(folder.path, path))
  }
  return root
}

/** Runs one of LLVM's programs; returns the file it was to make. */
async function run(command: Command, args: string[], files: Tree, output: string, target: Target): Promise<Uint8Array> {
  const messages: Uint8Array[] = []
  const options: RunOptions = {
    stdout: null,
    // The bytes are only valid during the call.
    stderr: (bytes) => bytes && messages.push(bytes.slice()),
    decodeASCII: false,
    fetchProgress: () => undefined,
  }
  let made: Tree[string] | undefined
  // Loading LLVM first: a command that loads it on the way reports its progress on the console.
  await command(undefined, {}, options)
  try {
    made = (await command(args, files, options))?.[output]
  } catch (error) {
    // A program that refuses its input has said why; anything else is not about the input.
    if (messages.length === 0) throw error
  }
  if (made instanceof Uint8Array) return made
  throw new BuildError(`${target.name}.wasm was not built:\n${Buffer.concat(messages).toString().trim()}`)
}
