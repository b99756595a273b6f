// Where blocks are placed: huge and small ones apart, small ones close together, so that whole huge frames stay free.
import { Random } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import type { LLFreeInstance } from '../src/index.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { open, openFor } from './support/open.ts'

const TREE = 8 * 512
const frames = 8 * TREE

const times = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i))
const ordered = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b)
const from = (first: number, count: number): number[] => times(count, (i) => first + i)

/** The trees in which these frames are. */
const treesOf = (allocator: LLFreeInstance, list: readonly number[]): Set<number> =>
  new Set(list.map((frame) => new Look(allocator).treeOf(frame)))

/** What is in both. */
const shared = (one: Set<number>, other: Set<number>): number[] => [...one].filter((value) => other.has(value))

describe.each(kinds)('a %s worker', (kind) => {
  it('places small and huge blocks in different trees', async () => {
    using allocator = await open(kind, { frames })
    const small: number[] = []
    const huge: number[] = []
    for (let i = 0; i < 10; i++) {
      small.push(...times(200, () => allocator.get(0)), allocator.get(3), allocator.get(8))
      huge.push(allocator.get(9), allocator.get(10))
    }
    expect(shared(treesOf(allocator, small), treesOf(allocator, huge))).toEqual([])
    expect(treesOf(allocator, small).size).toBe(2)
    expect(treesOf(allocator, huge).size).toBe(4)
  })

  it('places single frames one behind the other, a whole tree long', async () => {
    using allocator = await open(kind, { frames })
    expect(times(TREE, () => allocator.get(0))).toEqual(from(0, TREE))
    allocator.get(0)
    expect(allocator.stats().freeHuge).toBe(7 * 8 - 1)
  })

  it('places the frames of a batch one behind the other, a whole tree long', async () => {
    using allocator = await open(kind, { frames })
    const batch = new Uint32Array(TREE)
    expect(allocator.getBatch(0, batch)).toBe(TREE)
    expect([...batch]).toEqual(from(0, TREE))
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('places blocks of order %i one behind the other', async (order) => {
    using allocator = await open(kind, { frames })
    const count = TREE >> order
    expect(times(count, () => allocator.get(order))).toEqual(times(count, (i) => i << order))
  })

  it('keeps blocks of all small orders in one tree as long as they fit', async () => {
    using allocator = await open(kind, { frames })
    const random = new Random(1)
    const blocks = times(60, () => allocator.get(random.below(7)))
    expect(treesOf(allocator, blocks).size).toBe(1)
  })

  it('fills up a huge frame that is partly used before it begins another', async () => {
    using allocator = await open(kind, { frames })
    times(3 * 512, () => allocator.get(0))
    const holes = [1, 77, 600, 601, 1200, 1535]
    for (const hole of holes) allocator.put(hole, 0)
    expect(ordered(times(holes.length, () => allocator.get(0)))).toEqual(holes)
    expect(allocator.stats().freeHuge).toBe(8 * 8 - 3)
  })

  it('goes on in the tree that is partly used when its reservation has been drained', async () => {
    using allocator = await open(kind, { frames })
    const first = times(100, () => allocator.get(0))
    allocator.drain()
    const then = times(100, () => allocator.get(0))
    expect(ordered([...first, ...then])).toEqual(from(0, 200))
  })

  it('finds the whole huge frames between those that are partly used', async () => {
    using allocator = await open(kind, { frames })
    for (let child = 0; child < 64; child += 2) expect(allocator.getAt(child * 512 + child, 0)).toBe(true)
    const huge = times(32, () => allocator.get(9))
    expect(ordered(huge)).toEqual(times(32, (i) => (2 * i + 1) * 512))
    expect(allocator.tryGet(9)).toBe(-1)
    expect(allocator.tryGet(10)).toBe(-1)
    expect(allocator.stats()).toEqual({ frames, free: 32 * 511, freeHuge: 0 })
  })

  it('places a block of order 10 on the only free pair', async () => {
    using allocator = await open(kind, { frames })
    // Of each pair one half is taken, by turns the lower and the upper: free ones lie side by side, but unaligned.
    for (let pair = 0; pair < 32; pair++) if (pair !== 20) allocator.getAt(pair * 1024 + (pair & 1) * 512, 9)
    expect(allocator.tryGet(10)).toBe(20 * 1024)
    expect(allocator.tryGet(10)).toBe(-1)
    expect(allocator.stats().freeHuge).toBe(31)
  })
})

it('places the blocks of two slots in different trees', async () => {
  const workers = await openFor(['sab', 'wasm'], { frames })
  const blocks = workers.map((): number[] => [])
  for (let i = 0; i < 1000; i++) workers.forEach((worker, slot) => blocks[slot].push(worker.get(0)))
  const trees = blocks.map((list, slot) => treesOf(workers[slot], list))
  expect(trees.map((set) => set.size)).toEqual([1, 1])
  expect(shared(trees[0], trees[1])).toEqual([])
})

const counts = [1000, 4099, 100_003]

describe.each(counts)('of %i frames', (count) => {
  it.each(times(11, (order) => order))(
    'all can be taken with order %i, by workers of all kinds in turns',
    async (order) => {
      const workers = await openFor(kinds, { frames: count })
      const blocks = new Set<number>()
      const most = Math.floor(count / 2 ** order)
      for (let i = 0; i < most; i++) blocks.add(workers[i % workers.length].get(order))
      expect(blocks.size).toBe(most)
      for (const block of blocks) expect([block % 2 ** order, block + 2 ** order <= count]).toEqual([0, true])
      for (const worker of workers) expect(worker.tryGet(order)).toBe(-1)
      expect(workers[0].stats().free).toBe(count - most * 2 ** order)
      workers[0].validate()
      // Given back by another than the one that took it.
      ;[...blocks].forEach((block, i) => workers[(i + 1) % workers.length].put(block, order))
      expect(workers[0].stats()).toEqual({ frames: count, free: count, freeHuge: Math.floor(count / 512) })
      workers[0].validate()
    },
  )
})
