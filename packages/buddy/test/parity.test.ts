// One algorithm in two languages and three kinds of code: the same operations give the same answers and leave the same
// bytes, lock word included, which also counts how often the lock was taken.
import { createMemory, Region, type PlacingFrameAllocator } from '@parperos/alloc-api'
import { Trace } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import { Buddy } from '../src/index.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'

const bytesOf = ({ handle }: PlacingFrameAllocator): Buffer => {
  const bytes = Region.from(handle.region).bytes()
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

async function open(kind: keyof typeof backends, frames: number, initial: 'free' | 'allocated') {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  return await Buddy.open({ backend: backends[kind], memory, frames, initial, slots: 2 })
}

const cases = [
  { frames: 1, initial: 'free', operations: 500 },
  { frames: 37, initial: 'free', operations: 2000 },
  { frames: 1023, initial: 'allocated', operations: 2000 },
  { frames: 5003, initial: 'free', operations: 15_000 },
  { frames: 16 * 1024, initial: 'free', operations: 15_000 },
  { frames: 20_001, initial: 'allocated', operations: 15_000 },
] as const

describe.each(cases)('$frames frames that start as $initial', ({ frames, initial, operations }) => {
  it.each([1, 2, 3])(`${operations} operations of seed %i end in the same bytes on ${kinds.join(', ')}`, async (seed) => {
    const [first, ...others] = await Promise.all(kinds.map((kind) => open(kind, frames, initial)))
    const trace = new Trace([[first]], { seed, initial })
    trace.run(operations)
    first.validate()
    for (const other of others) {
      const same = new Trace([[other]], { seed, initial })
      same.run(operations)
      other.validate()
      expect(same.answers).toEqual(trace.answers)
      expect(bytesOf(other).equals(bytesOf(first))).toBe(true)
    }
  })

  it('is the same bytes at the start', async () => {
    const all = await Promise.all(kinds.map((kind) => open(kind, frames, initial)))
    for (const one of all) expect(bytesOf(one).equals(bytesOf(all[0]))).toBe(true)
  })
})
