// What needs a C compiler. Where there is none these tests do not run, except under CI, where they must.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { nodeProgram } from '@parperos/node-versions'
import { describe, expect, it } from 'vitest'
import { buildAddon, findCompiler } from '../src/addon.ts'
import { readPackage } from '../src/package.ts'
import { addonFile, addonRoot, cbuild, coreFiles, makePackage, wasmFile, type Files } from './fixture.ts'

interface Demo {
  add: (words: Uint32Array, amount: number) => number
  mix: (words: Uint32Array, count: number) => number
  name: (status: number) => number
  stack: (seed: number) => number
}

const compiler = findCompiler()

/** Builds the addon of a package with these files; returns the package's folder. */
function compile(files: Files): string {
  const folder = makePackage({ ...coreFiles, ...files })
  const cPackage = readPackage(folder)
  if (!compiler) throw new Error('no C compiler: install gcc or clang')
  buildAddon(cPackage, cPackage.targets[0], compiler, join(folder, addonFile))
  return folder
}

describe.runIf(compiler !== null || process.env.CI)('an addon', () => {
  it('gives the same answers as the module of the same C, on the same bytes', () => {
    const folder = makePackage(coreFiles)
    expect(cbuild(folder, [])).toMatchObject({ status: 0, stderr: '' })
    const addon = createRequire(import.meta.url)(join(folder, addonFile)) as Demo
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const module = new WebAssembly.Module(readFileSync(join(folder, wasmFile)))
    const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as {
      __stack_pointer: WebAssembly.Global<'i32'>
      add: (address: number, amount: number) => number
      mix: (address: number, count: number) => number
      name: (status: number) => number
      stack: (seed: number) => number
    }
    wasm.__stack_pointer.value = 65_536
    const words = new Uint32Array(memory.buffer, 1024, 100)
    for (const index of words.keys()) words[index] = index * 2_654_435_761
    // A WebAssembly function answers with a signed number.
    for (const count of [0, 1, 7, 100]) expect(addon.mix(words, count)).toBe(wasm.mix(1024, count) >>> 0)
    for (const status of [0, 1, 2, 3, 4, 5, 99]) expect(addon.name(status)).toBe(wasm.name(status))
    for (const seed of [0, 1, 12_345]) expect(addon.stack(seed)).toBe(wasm.stack(seed))
    words[3] = 40
    expect([addon.add(words.subarray(3), 1), wasm.add(1036, 1), words[3]]).toEqual([40, 41, 42])
  })

  it('loads on Node 22, 24 and 26, built once', () => {
    const folder = compile({})
    const script = `
      const demo = require(process.argv[1])
      const words = new Uint32Array(new SharedArrayBuffer(8))
      demo.add(words, 3)
      console.log(JSON.stringify([process.versions.node, demo.add(words, 4), words[0], demo.stack(10)]))`
    const own = { version: process.versions.node, path: process.execPath }
    const versions = [nodeProgram(22), own, nodeProgram(26)]
    expect(versions.map(({ version }) => Number.parseInt(version))).toEqual([22, 24, 26])
    for (const { version, path } of versions) {
      const { stdout, stderr } = spawnSync(path, ['-e', script, join(folder, addonFile)], { encoding: 'utf8' })
      expect({ stdout, stderr }).toEqual({ stdout: `${JSON.stringify([version, 3, 7, 2656])}\n`, stderr: '' })
    }
  })

  it('shows nothing of itself but what Node calls', () => {
    const hidden = 'uint32_t demo_hidden(void);\nuint32_t demo_hidden(void) { return 1; }\n'
    const folder = compile({ 'csrc/addon.c': `${addonRoot}${hidden}` })
    const nm = spawnSync(compiler?.command ?? '', ['-print-prog-name=nm'], { encoding: 'utf8' }).stdout.trim()
    const { stdout } = spawnSync(nm, ['-g', '--defined-only', join(folder, addonFile)], { encoding: 'utf8' })
    expect(stdout).toContain('napi_register_module_v1')
    expect(stdout).not.toContain('demo_hidden')
    // Nor does it carry the folders of the machine that built it.
    expect(readFileSync(join(folder, addonFile)).includes(folder)).toBe(false)
  })

  it.each([
    ['an implicit conversion', 'int cut(long long wide);\nint cut(long long wide) { return wide; }', 'conversion'],
    ['an unused variable', 'void idle(void);\nvoid idle(void) { int unused; }', 'unused'],
    ['a function that is not declared', 'void call(void);\nvoid call(void) { lost(); }', 'implicit'],
  ])('is refused for %s, with the place', (_what, c, message) => {
    const line = addonRoot.split('\n').length + 1
    const expected = new RegExp(`csrc/addon\\.c:${line}:.*${message}`)
    expect(() => compile({ 'csrc/addon.c': `${addonRoot}${c}\n` })).toThrow(expected)
  })

  it('is refused for a file from outside the include folders', () => {
    const root = `#include "../elsewhere/more.h"\n${addonRoot}`
    const files = { 'elsewhere/more.h': '#define MORE 1\n', 'csrc/addon.c': root }
    expect(() => compile(files)).toThrow('includes elsewhere/more.h; expected only .c, .h and .inc files below csrc')
  })

  it('is built by the compiler that CC names, arguments and all', () => {
    const found = findCompiler('cc -m64 -g0')
    expect(found).toMatchObject({ command: 'cc', args: ['-m64', '-g0'], version: compiler?.version })
  })
})

describe('the compiler', () => {
  it('is not found where CC names none', () => {
    expect(findCompiler('/nonexistent/cc')).toBeNull()
    expect(findCompiler('/nonexistent/cc -O2')).toBeNull()
  })
})
