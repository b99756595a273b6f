// Histories for the tests of the checker: short ones written down by hand, and long ones that are right because of how
// they were made.
import type { Block, History, Operation } from '../../src/conformance/history.ts'
import { Random } from '../../src/conformance/random.ts'
import { FrameOracle } from '../../src/model/index.ts'

type Time = readonly [invoked: number, returned: number | null]

const operation = (
  worker: number,
  [invoked, returned]: Time,
  what: Operation['what'],
  order: number,
  frame: number,
  done = true,
): Operation => ({ worker, what, order, frame, done, frameClass: -1, invoked, returned })

/** A `get` that gave that frame. */
export const got = (worker: number, time: Time, order: number, frame: number): Operation =>
  operation(worker, time, 'get', order, frame)

/** A `get` that found nothing. */
export const refused = (worker: number, time: Time, order: number): Operation =>
  operation(worker, time, 'get', order, -1, false)

export const gotAt = (worker: number, time: Time, order: number, frame: number, done = true): Operation =>
  operation(worker, time, 'getAt', order, frame, done)

/** A `put`; one that is not done threw `NOT_ALLOCATED`. */
export const put = (worker: number, time: Time, order: number, frame: number, done = true): Operation =>
  operation(worker, time, 'put', order, frame, done)

export const drained = (worker: number, time: Time): Operation => operation(worker, time, 'drain', 0, -1)

export const history = (frames: number, free: Block[], operations: Operation[], left?: Block[]): History => ({
  frames,
  workers: ['one', 'two', 'three', 'four'],
  free,
  operations,
  ...(left ? { left } : {}),
})

/** A block of a few frames in one word. */
export const block = (frame: number, order = 0): Block => ({ frame, order })

const FRAMES = 64
const ORDERS = [0, 0, 0, 1, 1, 2, 3, 6]

/**
 * A history of three workers that a sequence explains: the sequence is made first, on the oracle, then every operation
 * is stretched around the moment at which it took effect, as far as those of its own worker leave room.
 */
export function explainable(seed: number, length: number, firstFrame = 0): History {
  const random = new Random(seed)
  const oracle = new FrameOracle(FRAMES, 'allocated')
  const free = [0, 8, 12, 63].map((frame) => block(frame, frame === 0 ? 2 : 0))
  for (const { frame, order } of free) oracle.gave(frame, order)
  const sequence = Array.from({ length }, () => next(random, oracle))
  const times = stretched(random, sequence)
  const moved = sequence.map((one, i) => ({ ...one, ...times[i], frame: one.frame < 0 ? -1 : one.frame + firstFrame }))
  const left: Block[] = []
  for (let frame = 0; frame < FRAMES; frame++) if (oracle.isFree(frame)) left.push(block(frame + firstFrame))
  const before = free.map(({ frame, order }) => block(frame + firstFrame, order))
  return history(FRAMES + firstFrame, before, shuffled(random, moved), left)
}

/** One operation with the answer that it has now; it is done. */
function next(random: Random, oracle: FrameOracle): Operation {
  const worker = random.below(3)
  const order = ORDERS[random.below(ORDERS.length)]
  const frame = random.below(FRAMES >> order) << order
  const time: Time = [0, 0]
  switch (random.below(6)) {
    case 0:
      return drained(worker, time)
    case 1: {
      const done = oracle.isFreeBlock(frame, order)
      if (done) oracle.took(frame, order)
      return gotAt(worker, time, order, frame, done)
    }
    case 2:
    case 3: {
      const done = oracle.isAllocatedBlock(frame, order)
      if (done) oracle.gave(frame, order)
      return put(worker, time, order, frame, done)
    }
    default: {
      const blocks: number[] = []
      for (let at = 0; at < FRAMES; at += 1 << order) if (oracle.isFreeBlock(at, order)) blocks.push(at)
      if (blocks.length === 0) return refused(worker, time, order)
      const any = blocks[random.below(blocks.length)]
      oracle.took(any, order)
      return got(worker, time, order, any)
    }
  }
}

/** For each operation of a sequence a call before its place in it and a return behind; a worker does one at a time. */
function stretched(random: Random, sequence: readonly Operation[]): { invoked: number; returned: number }[] {
  const share = (): number => random.next() / 2 ** 32
  const free = [0, 0, 0]
  const exact = sequence.map(({ worker }, place) => {
    const nextOwn = sequence.findIndex((other, i) => i > place && other.worker === worker)
    const end = nextOwn < 0 ? sequence.length : nextOwn
    const invoked = free[worker] + share() * (place - free[worker])
    const returned = place + share() * (end - place)
    free[worker] = returned
    return { invoked, returned }
  })
  const all = exact.flatMap(({ invoked, returned }) => [invoked, returned]).sort((one, other) => one - other)
  const rank = new Map(all.map((time, i) => [time, i]))
  const rankOf = (time: number): number => rank.get(time) ?? -1
  return exact.map(({ invoked, returned }) => ({ invoked: rankOf(invoked), returned: rankOf(returned) }))
}

export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  return random.shuffle(Array.from(items, (_, i) => i)).map((i) => items[i])
}

/** Both histories at the same time, each on its own frames; the second one's times fall between the first one's. */
export function together(random: Random, one: History, other: History): History {
  const span = Math.max(...one.operations.map(({ returned }) => returned ?? 0))
  const times = [...new Set(other.operations.flatMap(({ invoked, returned }) => [invoked, returned ?? 0]))]
  const places = times.map(() => random.below(span) + 0.5 + random.next() / 2 ** 34).sort((a, b) => a - b)
  const moved = new Map(times.sort((a, b) => a - b).map((time, i) => [time, places[i]]))
  const operations = other.operations.map((operation) => ({
    ...operation,
    invoked: moved.get(operation.invoked) ?? -1,
    returned: moved.get(operation.returned ?? 0) ?? null,
  }))
  const left = one.left && other.left ? [...other.left, ...one.left] : undefined
  const frames = Math.max(one.frames, other.frames)
  return history(frames, [...other.free, ...one.free], shuffled(random, [...one.operations, ...operations]), left)
}
