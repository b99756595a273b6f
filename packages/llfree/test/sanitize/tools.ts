// What the C core is put under: sanitizers of the machine's own compiler, and libFuzzer where there is a clang that has
// it. Whether one of them can be used is found out by building and running a small program with it: compilers accept
// flags whose runtime library is not installed.
import { findCompiler, type Compiler } from '@parperos/cbuild/src/addon.ts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** In the form that `canTest` asks for. */
export interface Tool {
  component: string
  kind: string
  /** What the compiler is told, when compiling and when linking. */
  flags: readonly string[]
  compiler(): Compiler | null
  /** Null when programs built with it run here, else one sentence that says why not. */
  unavailable(): string | null
}

const emptyProgram = 'int main(void) { return 0; }\n'
const emptyFuzzer = `#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return data == NULL && size > 0; }
`

const memory = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']

const ofSystem = (): Compiler | null => findCompiler()
const clang = (): Compiler | null => findCompiler('clang')

export const tools = {
  /** Data races: accesses that nothing orders, one of them a write. */
  thread: tool('ThreadSanitizer', ['-fsanitize=thread'], ofSystem),
  /** Accesses outside of what was allocated, and what the language leaves undefined. */
  address: tool('AddressSanitizer and UndefinedBehaviorSanitizer', memory, ofSystem),
  /** Nothing but the program's own checks. */
  none: tool('the C compiler', [], ofSystem),
  /** The same as `address`, under the fuzzer of LLVM. */
  libfuzzer: tool('libFuzzer', ['-fsanitize=fuzzer', ...memory], clang),
} satisfies Record<string, Tool>

function tool(kind: string, flags: readonly string[], compiler: () => Compiler | null): Tool {
  let reason: string | null | undefined
  const source = flags.includes('-fsanitize=fuzzer') ? emptyFuzzer : emptyProgram
  return {
    component: 'llfree',
    kind,
    flags,
    compiler,
    unavailable: () => (reason === undefined ? (reason = probe(compiler(), flags, source)) : reason),
  }
}

function probe(compiler: Compiler | null, flags: readonly string[], source: string): string | null {
  if (!compiler) return 'there is no C compiler for it on this machine'
  const folder = mkdtempSync(join(tmpdir(), 'parperos-probe-'))
  const program = join(folder, 'probe')
  const run = (command: string, args: string[]): string | null => {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 })
    if (status === 0) return null
    const [first] = (error?.message ?? stderr).trim().split('\n')
    return first === '' ? `status ${status}` : first
  }
  try {
    writeFileSync(`${program}.c`, source)
    const args = [...compiler.args, ...flags, '-pthread', `${program}.c`, '-o', program]
    const unbuilt = run(compiler.command, args)
    if (unbuilt !== null) return `${compiler.version} builds nothing with it: ${unbuilt}`
    const failed = run(program, flags.includes('-fsanitize=fuzzer') ? ['-runs=1'] : [])
    return failed === null ? null : `a program that does nothing fails under it: ${failed}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}
