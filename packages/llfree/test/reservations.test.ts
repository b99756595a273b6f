// Reservations: a slot's tree belongs to it first, but never withholds memory from others; what others give back to it
// is found again; draining gives all of them back.
import type { BackendKind } from '@parperos/alloc-api'
import { describe, expect, it } from 'vitest'
import type { LLFreeInstance } from '../src/index.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { openFor } from './support/open.ts'

const TREE = 8 * 512
const SMALL = 0
const HUGE = 1

const times = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i))
const ordered = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b)

/** Every pair of kinds that is neighboured in the list: each kind is first once and second once. */
const pairs = kinds.map((kind, i): [BackendKind, BackendKind] => [kind, kinds[(i + 1) % kinds.length]])

function fill(allocator: LLFreeInstance, order: number): number[] {
  const blocks: number[] = []
  for (let frame = allocator.tryGet(order); frame >= 0; frame = allocator.tryGet(order)) blocks.push(frame)
  return blocks
}

describe.each(pairs)('a %s worker and a %s worker', (...both) => {
  it('the second takes what the first has reserved when nothing else is free', async () => {
    const [first, second] = await openFor(both, { frames: TREE })
    first.get(0)
    const look = new Look(first)
    expect(look.reservation(0, SMALL)).toEqual({ tree: 0, free: TREE - 1 })
    expect(fill(second, 0)).toHaveLength(TREE - 1)
    expect(look.reservation(0, SMALL)).toEqual({ tree: 0, free: 0 })
    expect(look.reservation(1, SMALL)).toBeNull()
    expect(first.tryGet(0)).toBe(-1)
    first.validate()
  })

  it.each([3, 8, 9, 10])('the second takes blocks of order %i out of what the first has reserved', async (order) => {
    const [first, second] = await openFor(both, { frames: TREE })
    first.get(order)
    expect(fill(second, order)).toHaveLength((TREE >> order) - 1)
    expect(first.tryGet(order)).toBe(-1)
    first.validate()
  })

  it('the first finds again what the second gave back to its tree, before it reserves another', async () => {
    const [first, second] = await openFor(both, { frames: 2 * TREE })
    const blocks = times(TREE, () => first.get(0))
    const look = new Look(first)
    expect(look.reservation(0, SMALL)).toEqual({ tree: 0, free: 0 })
    const given = [5, 6, 600, 4000].map((i) => blocks[i])
    for (const frame of given) second.put(frame, 0)
    expect(look.tree(0)).toEqual({ free: 4, class: SMALL, reserved: true })
    expect(ordered(times(4, () => first.get(0)))).toEqual(ordered(given))
    expect(look.tree(1).free).toBe(TREE)
    expect(look.treeOf(first.get(0))).toBe(1)
    first.validate()
  })

  it('what a worker gives back goes to its own reservation when it has the tree', async () => {
    const [first, second] = await openFor(both, { frames: TREE })
    const blocks = times(10, () => first.get(0))
    const look = new Look(first)
    first.put(blocks[0], 0)
    expect([look.reservation(0, SMALL)?.free, look.tree(0).free]).toEqual([TREE - 9, 0])
    second.put(blocks[1], 0)
    expect([look.reservation(0, SMALL)?.free, look.tree(0).free]).toEqual([TREE - 9, 1])
    first.validate()
  })

  it('a block is taken even when part of its count is with the tree and part with the reservation', async () => {
    const [first, second] = await openFor(both, { frames: 512 })
    const halves = [first.get(8), first.get(8)]
    first.put(halves[0], 8)
    second.put(halves[1], 8)
    expect(second.getAt(0, 9)).toBe(true)
    second.put(0, 8)
    first.put(256, 8)
    expect(first.tryGet(9)).toBe(0)
    first.validate()
  })

  it('draining gives every reservation back, whoever does it, and keeps what is allocated', async () => {
    const [first, second] = await openFor(both, { frames: 6 * TREE })
    const blocks = [first, second].flatMap((worker) =>
      [0, 4, 9, 10].map((order) => [worker.get(order), order] as const),
    )
    const look = new Look(first)
    const before = first.stats()
    expect(look.trees().filter(({ reserved }) => reserved)).toHaveLength(4)
    second.drain()
    expect(look.trees().filter(({ reserved }) => reserved)).toEqual([])
    for (const slot of [0, 1])
      expect([look.reservation(slot, SMALL), look.reservation(slot, HUGE)]).toEqual([null, null])
    expect(look.trees().reduce((sum, { free }) => sum + free, 0)).toBe(before.free)
    expect(first.stats()).toEqual(before)
    for (const [frame, order] of blocks) expect(first.statsAt(frame, order).free).toBe(0)
    first.validate()
    for (const [frame, order] of blocks) first.put(frame, order)
    expect(first.stats().free).toBe(6 * TREE)
    first.validate()
  })

  it('a reservation that was given up is replaced by the next get', async () => {
    const [first, second] = await openFor(both, { frames: 4 * TREE })
    const frame = first.get(0)
    second.drain()
    const then = first.get(0)
    expect(new Look(first).treeOf(then)).toBe(new Look(first).treeOf(frame))
    expect(new Look(first).reservation(0, SMALL)?.free).toBe(TREE - 2)
    first.validate()
  })

  it('quick statistics count what is reserved and what is not', async () => {
    const [first, second] = await openFor(both, { frames: 3 * TREE + 100 })
    const frames = 3 * TREE + 100
    expect(first.quickStats()).toEqual(first.stats())
    const blocks = [first.get(0), second.get(3), second.get(9)]
    expect(second.quickStats().free).toBe(frames - 1 - 8 - 512)
    first.put(blocks[2], 9)
    second.put(blocks[0], 0)
    const [quick, exact] = [first.quickStats(), first.stats()]
    expect(quick.free).toBe(exact.free)
    expect(quick.freeHuge).toBeLessThanOrEqual(exact.freeHuge)
    // Without reservations, two of the trees are known to be entirely free.
    second.drain()
    expect(first.quickStats().free).toBe(exact.free)
    expect(first.quickStats().freeHuge).toBeGreaterThanOrEqual(16)
    expect(first.quickStats().freeHuge).toBeLessThanOrEqual(exact.freeHuge)
  })
})

it('fewer frames than slots: who comes first gets them, and what is given back goes to who asks next', async () => {
  const workers = await openFor(
    times(8, (i) => kinds[i % kinds.length]),
    { frames: 3 },
  )
  const got = workers.map((worker) => worker.tryGet(0))
  expect(ordered(got)).toEqual([-1, -1, -1, -1, -1, 0, 1, 2])
  for (let i = 0; i < 100; i++) {
    const giver = workers[i % 8]
    const taker = workers[(i * 3 + 1) % 8]
    giver.put(i % 3, 0)
    expect(taker.tryGet(0)).toBe(i % 3)
    for (const worker of workers) expect(worker.tryGet(0)).toBe(-1)
  }
  workers[0].validate()
})

it.each(kinds)('one frame, one tree, one %s worker', async (kind) => {
  const [worker] = await openFor([kind], { frames: 1 })
  expect([worker.tryGet(0), worker.tryGet(0)]).toEqual([0, -1])
  worker.put(0, 0)
  expect(worker.getAt(0, 0)).toBe(true)
  expect([worker.tryGet(1), worker.tryGet(9), worker.tryGet(10)]).toEqual([-1, -1, -1])
  worker.validate()
})
