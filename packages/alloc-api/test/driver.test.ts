// What implementers get: constants shared with C, slots, cores of WebAssembly and addons, and the contract over a core.
import { canTest } from '@parperos/presets/backends'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createMemory } from '../src/index.ts'
import {
  claimSlot,
  defineConstants,
  STACK_BYTES,
  status,
  statusConstants,
  statusName,
} from '../src/driver/index.ts'
import { addonPath, addonUnavailable, loadAddon } from '../src/driver/native-core.ts'
import { loadWasmCore, wasmUnavailable } from '../src/driver/wasm-core.ts'
import { native } from '../src/native.ts'
import { stackModule } from './wasm-stack.ts'

const coded = (code: string): unknown => expect.objectContaining({ code })
const base = new URL('../src/native.ts', import.meta.url).href

describe('constants', () => {
  it('have a hash that any change of a name, a value or the prefix changes', () => {
    const { hash } = defineConstants('A', { ONE: 1, TWO: 2 })
    expect(hash).toBe(defineConstants('A', { ONE: 1, TWO: 2 }).hash)
    const others = [
      defineConstants('B', { ONE: 1, TWO: 2 }),
      defineConstants('A', { ONE: 1, TWO: 3 }),
      defineConstants('A', { ONE: 1, TOO: 2 }),
      defineConstants('A', { TWO: 2, ONE: 1 }),
      defineConstants('A', { ONE: 1 }),
    ]
    expect(new Set([hash, ...others.map((other) => other.hash)]).size).toBe(6)
    expect(hash).toBe(hash >>> 0)
  })

  it('cannot be changed', () => {
    const { values } = defineConstants('A', { ONE: 1 })
    expect(() => Object.assign(values, { ONE: 2 })).toThrow(TypeError)
  })

  it('name every status, each another number below zero', () => {
    const numbers = Object.values(statusConstants.values)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(Math.max(...numbers)).toBeLessThan(0)
    expect(statusName(status.NOT_ALLOCATED)).toBe('NOT_ALLOCATED')
    expect(statusName(-1000)).toBeUndefined()
  })
})

describe('slots', () => {
  const words = () => new Int32Array(new SharedArrayBuffer(64))

  it('are claimed once, by the process that is named in the refusal', () => {
    const owners = words()
    const release = claimSlot(owners, 4, 3, 1)
    expect([...owners.subarray(4, 7)]).toEqual([0, process.pid, 0])
    expect(() => claimSlot(owners, 4, 3, 1)).toThrow(`slot 1 is held by a worker of process ${process.pid}`)
    expect(() => claimSlot(owners, 4, 3, 1)).toThrow(expect.objectContaining({ code: 'SLOT_BUSY' }))
    release()
    claimSlot(owners, 4, 3, 1)
  })

  it('are taken over when that is said', () => {
    const owners = words()
    owners[2] = 1
    claimSlot(owners, 2, 1, 0, { takeOver: true })
    expect(owners[2] & 0x3fffff).toBe(process.pid)
  })

  it('that were taken over cannot be given back by the former holder', () => {
    const owners = words()
    const former = claimSlot(owners, 2, 1, 0)
    const present = claimSlot(owners, 2, 1, 0, { takeOver: true })
    former()
    expect(() => claimSlot(owners, 2, 1, 0)).toThrow(expect.objectContaining({ code: 'SLOT_BUSY' }))
    present()
    expect(owners[2]).toBe(0)
  })

  it.each([-1, 3, 0.5, NaN, '0' as never])('do not include %s of 3', (slot) => {
    const owners = words()
    expect(() => claimSlot(owners, 4, 3, slot, { takeOver: true })).toThrow(
      expect.objectContaining({ code: 'BAD_SLOT' }),
    )
    expect(owners.every((word) => word === 0)).toBe(true)
  })
})

describe('a WebAssembly core', () => {
  const url = (bytes: Uint8Array): URL =>
    new URL(`data:application/wasm;base64,${Buffer.from(bytes).toString('base64')}`)

  it('has a stack and a scratch range of its own for each slot', async () => {
    expect(wasmUnavailable()).toBeNull()
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    memory.region(4096, 'before')
    const stacks = memory.region(3 * STACK_BYTES, 'stacks')
    for (const slot of [0, 2]) {
      const start = stacks.byteOffset + slot * STACK_BYTES
      const { exports, scratch, scratchAddress } = await loadWasmCore<{ stack(): number }>(
        url(stackModule),
        stacks,
        slot,
      )
      expect(exports.stack()).toBe(start + STACK_BYTES)
      expect(scratchAddress).toBe(start)
      expect([scratch.byteOffset, scratch.byteLength]).toEqual([start, STACK_BYTES / 2])
    }
  })

  it.skipIf(!canTest(native))('is loaded from a file too, into a native memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parperos-wasm-'))
    writeFileSync(join(folder, 'core.wasm'), stackModule)
    const memory = await createMemory({ backend: 'native', bytes: 1 << 20 })
    const stacks = memory.region(STACK_BYTES, 'stacks')
    const { exports } = await loadWasmCore<{ stack(): number }>(pathToFileURL(join(folder, 'core.wasm')), stacks, 0)
    expect(exports.stack()).toBe(stacks.byteOffset + STACK_BYTES)
    rmSync(folder, { recursive: true })
    memory.close()
  })

  it('is refused a plain memory, a slot without a stack, and a file that is not there', async () => {
    const plain = (await createMemory({ backend: 'sab', bytes: 1 << 20 })).region(STACK_BYTES, 'stacks')
    await expect(loadWasmCore(url(stackModule), plain, 0)).rejects.toEqual(coded('UNAVAILABLE'))
    const stacks = (await createMemory({ backend: 'wasm', bytes: 1 << 20 })).region(STACK_BYTES, 'stacks')
    await expect(loadWasmCore(url(stackModule), stacks, 1)).rejects.toEqual(coded('BAD_SIZE'))
    await expect(loadWasmCore(new URL('none.wasm', import.meta.url), stacks, 0)).rejects.toEqual(coded('UNAVAILABLE'))
    await expect(loadWasmCore(url(new Uint8Array(8)), stacks, 0)).rejects.toEqual(coded('UNAVAILABLE'))
  })
})

describe('an addon', () => {
  it.skipIf(!canTest(native))('stands in prebuilds beside the sources', () => {
    expect(addonPath(base, 'alloc-api')).toMatch(/\/alloc-api\/prebuilds\/\w+-\w+\/alloc-api\.node$/)
    expect(addonUnavailable(base, 'alloc-api')).toBeNull()
  })

  it('that is missing is named, with what to do', () => {
    expect(addonUnavailable(base, 'none')).toMatch(/no addon for .* \(none\.node\); build it with a C compiler/)
    expect(() => loadAddon(base, 'none')).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }))
  })

  it('that is no addon does not load', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parperos-addon-'))
    const inside = pathToFileURL(join(folder, 'dist', 'index.js')).href
    const path = addonPath(inside, 'broken')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'not an addon')
    expect(() => loadAddon(inside, 'broken')).toThrow(/broken\.node does not load/)
    rmSync(folder, { recursive: true })
  })
})
