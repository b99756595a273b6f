// A lost race never surfaces as out of memory while memory is free. There are exactly as many blocks as workers, each
// worker holds one at most: whenever one asks, a block is free for it, however the others move things about meanwhile.
import type { BackendKind } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LLFreeInstance } from '../src/index.ts'
import { kinds } from './support/kinds.ts'
import { open, type Options } from './support/open.ts'
import { soak } from './support/soak.ts'
import { Team } from './support/team.ts'

const ROUNDS = 120_000 * soak

const teams: BackendKind[][] = [...kinds.map((kind) => [kind, kind]), kinds, [...kinds, ...kinds.slice(1)]]

/** Everything is allocated but `count` blocks of `order`, at random places of the first `frames` frames. */
async function openWithBlocks(count: number, order: number, options: Options): Promise<LLFreeInstance> {
  const allocator = await open('sab', { ...options, slots: count + 1, initial: 'allocated' })
  const random = new Random(count * 16 + order)
  const blocks = new Set<number>()
  while (blocks.size < count) blocks.add(random.below(options.frames >> order) << order)
  for (const block of blocks) allocator.put(block, order)
  return allocator
}

describe.each(teams.map((team) => ({ team })))('workers $team', ({ team: members }) => {
  const count = members.length
  let team: Team
  beforeAll(() => {
    team = new Team(members)
  })
  afterAll(() => team[Symbol.asyncDispose]())

  /** Nobody was refused, and all is free again that was. One order for all members, or theirs by turns. */
  async function expectNoRefusal(
    allocator: LLFreeInstance,
    orders: number | number[],
    drainer?: number,
  ): Promise<void> {
    const { free } = allocator.stats()
    const answers = await team.do({ type: 'cycle', orders: [orders].flat(), rounds: ROUNDS, drainer }, allocator.handle)
    expect(answers).toEqual(members.map(() => 0))
    allocator.validate()
    expect(allocator.stats().free).toBe(free)
    allocator.close()
  }

  it.each([0, 9, 10])('find a block of order %i each in memory of just that size', async (order) => {
    await expectNoRefusal(await open('sab', { frames: count << order, slots: count + 1 }), order)
  })

  it.each([0, 1, 3, 5, 6, 8, 9, 10])(
    'find a block of order %i each, of those scattered over many trees',
    async (order) => {
      await expectNoRefusal(await openWithBlocks(count, order, { frames: 64 * 1024, treeHugeFrames: 2 }), order)
    },
  )

  it.each([0, 3, 5, 6])('find a block of order %i each in one huge frame', async (order) => {
    await expectNoRefusal(await openWithBlocks(count, order, { frames: 512 }), order)
  })

  it.each([0, 3, 9])('find a block of order %i each while one of them drains all reservations', async (order) => {
    await expectNoRefusal(await openWithBlocks(count, order, { frames: 16 * 1024, treeHugeFrames: 2 }), order, 1)
  })

  const mixes = [
    [0, 9],
    [9, 10],
    [0, 3, 6, 8, 9],
    [5, 6, 7, 8],
    [8, 0, 10],
  ]

  // Whatever a worker takes spoils one block of the highest order at most; so there is one left for each of them.
  it.each(mixes.map((orders) => ({ orders })))('find blocks of orders $orders by turns', async ({ orders }) => {
    const frames = count * 2 ** Math.max(...orders)
    for (const drainer of [undefined, 0]) {
      const allocator = await open('sab', { frames, slots: count + 1, treeHugeFrames: 2 })
      await expectNoRefusal(allocator, orders, drainer)
    }
  })
})
