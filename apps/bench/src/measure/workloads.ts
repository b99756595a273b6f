// What a worker does in one pass of a measurement. All workers make their passes together; a pass ends as it began,
// with nothing allocated, and tells how long each of its phases took.
import { randomOf } from './random.ts'
import type { BulkLoops, Loops } from './loops.ts'
import type { Stopwatch } from './stopwatch.ts'

export interface Workload {
  /** How many operations each worker does in each phase. */
  operations: number
  /** Nanoseconds of each phase, from the first worker's start to the last one's end. */
  pass(): number[] | Promise<number[]>
}

/** Pairs of a pass: a millisecond of work or more, beside which the workers' meeting does not count. */
const PAIRS = 20_000

export const repeat = (loops: Loops, stopwatch: Stopwatch, order: number): Workload => ({
  operations: PAIRS,
  pass: () => [stopwatch.measure(() => expect('repeat', order, loops.repeat(order, PAIRS), PAIRS))],
})

export const bulk = (loops: BulkLoops, stopwatch: Stopwatch, order: number, count: number): Workload => ({
  operations: count,
  pass: () => [
    stopwatch.measure(() => expect('get', order, loops.bulkGet(order, count), count)),
    stopwatch.measure(() => expect('put', order, loops.bulkPut(order, count), count)),
  ],
})

/** Only giving back is timed. */
export function random(loops: BulkLoops, stopwatch: Stopwatch, order: number, count: number, seed: number): Workload {
  const seeds = randomOf(seed)
  return {
    operations: count,
    pass() {
      expect('get', order, loops.bulkGet(order, count), count)
      loops.shuffle(seeds(), count)
      return [stopwatch.measure(() => expect('put', order, loops.bulkPut(order, count), count))]
    },
  }
}

/** A loop that did less than it should has measured something else. */
function expect(what: string, order: number, done: number, count: number): void {
  if (done !== count) throw new Error(`${what} of order ${order} ended with ${done} where ${count} were asked for`)
}
