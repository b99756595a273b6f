// The benchmark loops: they do what they say on the allocator that they are given, and leave it whole.
import { createMemory, type ErrorCode } from '@parperos/alloc-api'
import type { InsideCore } from '@parperos/alloc-api/driver/bench'
import { describe, expect, it } from 'vitest'
import { insideCore } from '../bench/index.ts'
import { Buddy } from '../src/index.ts'
import { sab } from '../src/sab.ts'
import { kinds } from './support/kinds.ts'

const frames = 4099
const capacity = 5000
const withCode = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error

async function open() {
  const memory = await createMemory({ backend: 'wasm', bytes: 4 << 20 })
  return { memory, allocator: await Buddy.open({ backend: sab, memory, frames, slots: 2 }) }
}

describe.each(kinds.filter((kind) => kind !== 'sab'))('inside the core as %s', (kind) => {
  const inside = async (body: (core: InsideCore, allocator: Awaited<ReturnType<typeof open>>['allocator']) => void) => {
    const { allocator } = await open()
    using core = await insideCore(kind, allocator.handle, 1, capacity)
    body(core, allocator)
    allocator.validate()
  }

  it('repeat takes and gives back', () =>
    inside((core, allocator) => {
      expect(core.repeat(0, 1000)).toBe(1000)
      expect(core.repeat(10, 10)).toBe(10)
      expect(core.repeat(11, 10)).toBe(0)
      expect(allocator.stats().free).toBe(frames)
    }))

  it('bulkGet writes the blocks to the list, bulkPut gives them back', () =>
    inside((core, allocator) => {
      expect(core.bulkGet(0, capacity)).toBe(frames)
      expect(allocator.stats().free).toBe(0)
      expect(new Set(core.list.subarray(0, frames)).size).toBe(frames)
      expect(core.bulkPut(0, 99)).toBe(99)
      expect(allocator.stats().free).toBe(99)
      expect(core.bulkPut(0, 99)).toBe(0)
    }))

  it('shuffle changes the order only, and the same seed gives the same one', () =>
    inside((core, allocator) => {
      core.bulkGet(0, 500)
      const before = [...core.list.subarray(0, 500)]
      core.shuffle(7, 500)
      const after = [...core.list.subarray(0, 500)]
      expect(after).not.toEqual(before)
      expect(after.toSorted()).toEqual(before.toSorted())
      core.list.set(before)
      core.shuffle(7, 500)
      expect([...core.list.subarray(0, 500)]).toEqual(after)
      expect(core.bulkPut(0, 500)).toBe(500)
      expect(allocator.stats().free).toBe(frames)
    }))

  it('compareExchange counts in a word of its own', () =>
    inside((core) => {
      core.list.fill(0)
      core.compareExchange(1234)
      expect(core.list.every((one) => one === 0)).toBe(true)
      expect(new Uint32Array(core.list.buffer, core.list.byteOffset - 64, 1)[0]).toBe(1234)
    }))

  const refused = expect.objectContaining({ code: 'BAD_OPTION' }) as Error
  it('refuses more blocks than the list has room for', () =>
    inside((core) => {
      expect(() => core.bulkGet(0, capacity + 1)).toThrow(refused)
      expect(() => core.bulkPut(0, -1)).toThrow(refused)
      expect(() => core.shuffle(1, 1.5)).toThrow(refused)
    }))

  it('owns its slot until it is closed', async () => {
    const { allocator } = await open()
    const core = await insideCore(kind, allocator.handle, 1, capacity)
    await expect(insideCore(kind, allocator.handle, 1, capacity)).rejects.toThrow(withCode('SLOT_BUSY'))
    core.close()
    using again = await insideCore(kind, allocator.handle, 1, capacity)
    core.close()
    await expect(insideCore(kind, allocator.handle, 1, capacity)).rejects.toThrow(withCode('SLOT_BUSY'))
    expect([again.kind, again.slot, again.capacity]).toEqual([kind, 1, capacity])
  })

  it('gives the slot back when there is no room for the list', async () => {
    const { allocator } = await open()
    await expect(insideCore(kind, allocator.handle, 1, 2 ** 30)).rejects.toThrow(withCode('TOO_SMALL'))
    await expect(insideCore(kind, allocator.handle, 1, 0)).rejects.toThrow(withCode('BAD_OPTION'))
    using core = await insideCore(kind, allocator.handle, 1, 10)
    expect(core.repeat(3, 5)).toBe(5)
  })
})
