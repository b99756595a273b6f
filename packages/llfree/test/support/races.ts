// Situations in which workers meet on one word. In every round the first member prepares, all act at the same moment,
// and the first judges: whatever the interleaving was, it has to end as if one had come after the other.
import { ParperosError, type FullFrameAllocator } from '@parperos/alloc-api'
import type { Random } from '@parperos/alloc-api/conformance'
import assert from 'node:assert/strict'
import type { Words } from './board.ts'

/** One round as one member sees it. */
export interface Round {
  allocator: FullFrameAllocator
  order: number
  number: number
  member: number
  members: number
  /** What the first member prepares for all. */
  given: Words
  /** What each member's act came to. */
  came: Words
  random: Random
}

export interface Race {
  /** What the frames are at the start. */
  initial: 'free' | 'allocated'
  prepare(round: Round): void
  act(round: Round): number
  judge(round: Round): void
}

const results = ({ came, members }: Round): number[] => [...came.subarray(0, members)]
const successes = (round: Round): number => results(round).filter((result) => result >= 0).length
const ordered = (list: Iterable<number>): number[] => [...list].sort((a, b) => a - b)

const randomBlock = ({ allocator, order, random }: Round): number => random.below(allocator.frames >> order) << order

/** 1 when it was given back, 0 when it was not allocated. */
function tryPut(allocator: FullFrameAllocator, frame: number, order: number): number {
  try {
    allocator.put(frame, order)
    return 1
  } catch (error) {
    if (error instanceof ParperosError && error.code === 'NOT_ALLOCATED') return 0
    throw error
  }
}

/** Each takes the first block of memory that is free: everybody gets one of their own. */
const first: Race = {
  initial: 'free',
  prepare: ({ allocator }) => allocator.drain(),
  act: ({ allocator, order }) => allocator.tryGet(order),
  judge(round) {
    const frames = ordered(results(round))
    frames.forEach((frame, i) => assert.ok(frame >= (i === 0 ? 0 : frames[i - 1] + (1 << round.order)), frames.join()))
    for (const frame of frames) round.allocator.put(frame, round.order)
  },
}

/** One block less than there are members: exactly one of them goes without. */
const last: Race = {
  initial: 'allocated',
  prepare(round) {
    const blocks = new Set<number>()
    while (blocks.size < round.members - 1) blocks.add(randomBlock(round))
    for (const block of blocks) round.allocator.put(block, round.order)
    round.given.set([...blocks])
  },
  act: ({ allocator, order }) => allocator.tryGet(order),
  judge(round) {
    const blocks = round.given.subarray(0, round.members - 1)
    assert.deepEqual(ordered(results(round)), [-1, ...ordered(blocks)])
  },
}

/** One block that half of the members ask for by name, the others without: exactly one of them gets it. */
const same: Race = {
  initial: 'allocated',
  prepare(round) {
    round.given[0] = randomBlock(round)
    round.allocator.put(round.given[0], round.order)
  },
  act: ({ allocator, order, member, number, given }) =>
    (member + number) % 2 === 0 ? allocator.tryGet(order) : allocator.getAt(given[0], order) ? given[0] : -1,
  judge: (round) => assert.equal(successes(round), 1, `${results(round).join()} for block ${round.given[0]}`),
}

/** One pair of huge frames, which some want as one block and others want half of. */
const pair: Race = {
  initial: 'allocated',
  prepare(round) {
    round.given[0] = round.random.below(round.allocator.frames >> 10) << 10
    round.allocator.put(round.given[0], 10)
  },
  act: ({ allocator, member, number }) => allocator.tryGet((member + number) % 2 === 0 ? 10 : 9),
  judge(round) {
    const { members, number } = round
    const got = results(round)
    const pairs = got.filter((frame, member) => frame >= 0 && (member + number) % 2 === 0)
    const halves = got.filter((frame, member) => frame >= 0 && (member + number) % 2 === 1)
    const askers = Array.from({ length: members }, (_, member) => (member + number) % 2).filter(
      (odd) => odd === 1,
    ).length
    const expected = pairs.length > 0 ? [1, 0] : [0, Math.min(2, askers)]
    assert.deepEqual([pairs.length, new Set(halves).size], expected, `${got.join()} in round ${number}`)
    for (let half = 0; half < 2; half++) {
      const frame = round.given[0] + half * 512
      if (pairs.length === 0 && !halves.includes(frame)) assert.equal(round.allocator.getAt(frame, 9), true)
    }
  },
}

/** A huge block of which every member gives back parts of other orders: it is split once, and nothing is lost. */
const split: Race = {
  initial: 'free',
  prepare(round) {
    round.given[0] = round.allocator.get(round.order)
  },
  act({ allocator, order, number, member, members, given }) {
    for (let quarter = member; quarter < 4; quarter += members) {
      const part = (number + quarter) % (order - 1)
      const start = given[0] + (quarter << (order - 2))
      for (let at = 0; at < 1 << (order - 2); at += 1 << part) allocator.put(start + at, part)
    }
    return 0
  },
  judge: ({ allocator }) => assert.equal(allocator.stats().free, allocator.frames),
}

/** A block that every member gives back: one is right, the others are told that it is not allocated. */
const twice: Race = {
  initial: 'free',
  prepare(round) {
    round.given[0] = round.allocator.get(round.order)
  },
  act: ({ allocator, order, given }) => tryPut(allocator, given[0], order),
  judge(round) {
    assert.equal(
      results(round).reduce((sum, one) => sum + one, 0),
      1,
      results(round).join(),
    )
    assert.equal(round.allocator.stats().free, round.allocator.frames)
  },
}

/** The same with a block that was taken in parts: they may share the refusal, but no frame is counted twice or lost. */
const twiceInParts: Race = {
  initial: 'free',
  prepare({ allocator, order, given, number }) {
    given[0] = allocator.get(order)
    const part = number % order
    for (let at = 0; at < 1 << order; at += 1 << part) {
      allocator.put(given[0] + at, part)
      assert.equal(allocator.getAt(given[0] + at, part), true)
    }
  },
  act: ({ allocator, order, given }) => tryPut(allocator, given[0], order),
  judge: ({ allocator }) => assert.equal(allocator.stats().free, allocator.frames),
}

/** A block that one gives back as a whole and all others in part: either it or the part is allocated no more. */
const torn: Race = {
  initial: 'free',
  prepare(round) {
    round.given[0] = round.allocator.get(round.order)
  },
  act: ({ allocator, order, given, member, number }) =>
    tryPut(allocator, given[0], member === 0 ? order : number % order),
  judge(round) {
    const { allocator, given, order } = round
    assert.equal(
      results(round).reduce((sum, one) => sum + one, 0),
      1,
      results(round).join(),
    )
    allocator.validate()
    for (let frame = given[0]; frame < given[0] + 2 ** order; frame++) {
      if (allocator.statsAt(frame, 0).free === 0) allocator.put(frame, 0)
    }
    assert.equal(allocator.stats().free, allocator.frames)
  },
}

/** Everybody asks for more than there is in one batch: each frame goes to exactly one of them. */
const batch: Race = {
  initial: 'allocated',
  prepare(round) {
    const blocks = new Set<number>()
    for (let i = 0; i < 300; i++) blocks.add(randomBlock(round))
    for (const block of blocks) round.allocator.put(block, round.order)
    round.given[0] = blocks.size
  },
  act({ allocator, order, member, given }) {
    const into = new Uint32Array(given[0])
    const count = allocator.getBatch(order, into)
    given.set(into.subarray(0, count), 512 * (member + 1))
    return count
  },
  judge(round) {
    const got = results(round).flatMap((count, member) => [
      ...round.given.subarray(512 * (member + 1), 512 * (member + 1) + count),
    ])
    assert.equal(got.length, round.given[0])
    assert.equal(new Set(got).size, round.given[0])
    assert.equal(round.allocator.stats().free, 0)
  },
}

export const races = { first, last, same, pair, split, twice, twiceInParts, torn, batch } satisfies Record<string, Race>
