// The WebAssembly target: what is built runs on shared memory, and what could not is refused.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, it } from 'vitest'
import { readPackage } from '../src/package.ts'
import { buildWasm } from '../src/wasm.ts'
import { cbuild, coreHeader, makePackage, wasmFile, wasmRoot, type Files } from './fixture.ts'

interface Demo {
  __stack_pointer: WebAssembly.Global<'i32'>
  add: (address: number, amount: number) => number
  mix: (address: number, count: number) => number
  name: (status: number) => number
  stack: (seed: number) => number
}

const compile = async (files: Files): Promise<Uint8Array<ArrayBuffer>> =>
  buildWasm(readPackage(makePackage({ 'csrc/core.h': coreHeader, ...files })).targets[0])

const sharedMemory = (initial: number, maximum: number) => new WebAssembly.Memory({ initial, maximum, shared: true })

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory, stackEnd?: number): Demo {
  const demo = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Demo
  if (stackEnd !== undefined) demo.__stack_pointer.value = stackEnd
  return demo
}

const sumOfTable = (seed: number) => 64 * seed + (63 * 64) / 2

describe('a module', () => {
  let binary: Uint8Array<ArrayBuffer>
  let module: WebAssembly.Module
  beforeAll(async () => {
    binary = await compile({ 'csrc/wasm.c': wasmRoot })
    module = new WebAssembly.Module(binary)
  })

  it('keeps an atomic addition as one atomic instruction', () => {
    // i32.atomic.rmw.add, aligned to 2^2 bytes, at offset 0.
    expect(Buffer.from(binary).includes(Buffer.from([0xfe, 0x1e, 2, 0]))).toBe(true)
  })

  it('fits on every shared memory, the smallest and the largest', () => {
    for (const [initial, maximum] of [[0, 0], [1, 1], [2, 4], [1, 65_536]]) {
      expect(instantiate(module, sharedMemory(initial, maximum)).name(1)).toBe(900)
    }
    expect(() => instantiate(module, new WebAssembly.Memory({ initial: 1, maximum: 1 }))).toThrow(/shared/)
  })

  it('changes nothing in the memory when an instance is made', () => {
    const memory = sharedMemory(1, 1)
    new Uint8Array(memory.buffer).fill(0xa5)
    instantiate(module, memory)
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0xa5)).toBe(true)
  })

  it('works in two instances on one memory, each on its own stack', () => {
    const memory = sharedMemory(1, 1)
    const bytes = new Uint8Array(memory.buffer)
    const touched = (from: number, to: number) => bytes.subarray(from, to).some((byte) => byte !== 0)
    const first = instantiate(module, memory, 8192)
    const second = instantiate(module, memory, 16_384)
    expect(first.stack(1000)).toBe(sumOfTable(1000))
    expect([touched(4096, 8192), touched(8192, 65_536), touched(0, 4096)]).toEqual([true, false, false])
    bytes.fill(0)
    expect(second.stack(2000)).toBe(sumOfTable(2000))
    expect([touched(12_288, 16_384), touched(16_384, 65_536), touched(0, 12_288)]).toEqual([true, false, false])
    expect([first.__stack_pointer.value, second.__stack_pointer.value]).toEqual([8192, 16_384])
    // And both see the same words.
    expect(first.add(256, 5)).toBe(0)
    expect(second.add(256, 7)).toBe(5)
    expect(new Uint32Array(memory.buffer)[64]).toBe(12)
  })

  it('traps, and writes nowhere, while its stack pointer is not set', () => {
    const memory = sharedMemory(1, 1)
    const demo = instantiate(module, memory)
    expect(demo.__stack_pointer.value).toBe(0)
    expect(() => demo.stack(1)).toThrow(WebAssembly.RuntimeError)
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true)
  })

  it('counts exactly and keeps its stack while two threads run it on one memory', async () => {
    const memory = sharedMemory(1, 1)
    const rounds = 3_000_000
    const body = `
      const { parentPort, workerData: { module, memory, stackEnd, rounds, sum } } = require('node:worker_threads')
      const { exports: demo } = new WebAssembly.Instance(module, { env: { memory } })
      demo.__stack_pointer.value = stackEnd
      const words = new Int32Array(memory.buffer)
      Atomics.add(words, 0, 1)
      while (Atomics.load(words, 0) < 2);
      let wrong = 0
      for (let i = 0; i < rounds; i++) {
        demo.add(64, 1)
        if ((i & 255) === 0 && demo.stack(stackEnd) !== sum) wrong++
      }
      parentPort.postMessage(wrong)`
    const run = (stackEnd: number) =>
      new Promise((resolve, reject) => {
        const workerData = { module, memory, stackEnd, rounds, sum: sumOfTable(stackEnd) }
        const worker = new Worker(body, { eval: true, workerData })
        worker.once('message', resolve).once('error', reject)
      })
    expect(await Promise.all([run(8192), run(12_288)])).toEqual([0, 0])
    expect(new Uint32Array(memory.buffer)[16]).toBe(2 * rounds)
  })
})

describe('a module is refused', () => {
  const root = (c: string) => ({ 'csrc/wasm.c': `${wasmRoot}\n${c}\n` })
  it.each([
    ['a string', 'EXPORT(text)(void) { return (uint32_t)(uintptr_t)"no memory"; }', 'the string "no memory"'],
    [
      'a constant table',
      'static const uint32_t odd[8] = {3, 1, 4, 1, 5, 9, 2, 6};\nEXPORT(pick)(uint32_t i) { return odd[i & 7]; }',
      'the constant odd (32 bytes)',
    ],
    [
      'a static variable',
      'static uint32_t calls;\nEXPORT(call)(void) { return calls++; }',
      'the variable calls (4 bytes, bss)',
    ],
    [
      'a variable with a value',
      'static uint32_t next = 7;\nEXPORT(call)(void) { return next++; }',
      'the variable next (4 bytes, data)',
    ],
    [
      'a local array with values',
      'EXPORT(local)(uint32_t i) { volatile uint32_t odd[9] = {3, 1, 4, 1, 5, 9, 2, 6, 5}; return odd[i & 7]; }',
      'the initial value of odd in local()',
    ],
    [
      'a thread-local variable',
      'static _Thread_local uint32_t mine;\nEXPORT(own)(void) { return mine++; }',
      'its global number 1 can change',
    ],
    [
      'an imported function',
      '__attribute__((import_module("env"), import_name("f"))) uint32_t f(void);\nEXPORT(call)(void) { return f(); }',
      'it imports env.f',
    ],
  ])('for %s, which the message names', async (_what, c, cause) => {
    const failure = compile(root(c))
    await expect(failure).rejects.toThrow('demo.wasm was refused: many instances share one memory')
    await expect(failure).rejects.toThrow(cause)
  })

  it.each([
    ['an implicit conversion', 'EXPORT(cut)(uint64_t wide) { return wide; }', 'csrc/wasm.c:10:', '-Wshorten-64-to-32'],
    ['an unused argument', 'EXPORT(unused)(uint32_t it) { return 1; }', 'csrc/wasm.c:10:', '-Wunused-parameter'],
    ['a header of libc', '#include <stdio.h>', 'csrc/wasm.c:10:', "'stdio.h' file not found"],
    ['a lost function', 'uint32_t lost(void);\nEXPORT(call)(void) { return lost(); }', 'undefined symbol: lost', ''],
  ])('for %s, with the place', async (_what, c, ...messages) => {
    const failure = compile(root(c))
    for (const message of messages) await expect(failure).rejects.toThrow(message)
  })
})

describe('cbuild', () => {
  it('builds the same bytes again', async () => {
    const files = { 'csrc/wasm.c': wasmRoot }
    expect(await compile(files)).toEqual(await compile(files))
  })

  it('builds an extra target that sees its own folder, the package and the shared C', () => {
    const shared = 'node_modules/@parperos/alloc-api'
    const folder = makePackage(
      {
        'csrc/core.h': coreHeader,
        'bench/csrc/bench.h': '#include "core.h"\n#include "status.h"\n',
        'bench/csrc/wasm.c': `#include "bench.h"
          __attribute__((export_name("ok"))) uint32_t ok(void) { return STATUS_OK + demo_name(0); }`,
        [`${shared}/package.json`]: JSON.stringify({ name: '@parperos/alloc-api', exports: { '.': './index.js' } }),
        [`${shared}/csrc/status.h`]: '#define STATUS_OK 25u\n',
      },
      { name: 'demo', extra: [{ name: 'demo-bench', source: 'bench/csrc' }] },
    )
    const { status, stdout, stderr } = cbuild(folder, [])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^built prebuilds\/wasm32\/demo-bench\.wasm {2}\d+\.\d KiB in \d+\.\d s\n$/)
    const module = new WebAssembly.Module(readFileSync(join(folder, wasmFile.replace('demo', 'demo-bench'))))
    const { ok } = instantiate(module, sharedMemory(1, 1)) as unknown as { ok: () => number }
    expect(ok()).toBe(42)
  })
})
