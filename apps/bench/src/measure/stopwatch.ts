// The time that several workers need for a piece of work that they begin together: from the first one's start to the
// last one's end, so that a worker that is starved counts and one that finishes early does not flatter the result.
import type { Barrier } from './barrier.ts'
import { nowNs } from './clock.ts'

/** Where the workers write their starts and ends: a cache line each. */
const STRIDE = 8

export const newTimes = (workers: number): Float64Array<SharedArrayBuffer> =>
  new Float64Array(new SharedArrayBuffer(workers * STRIDE * 8))

export class Stopwatch {
  readonly #times: Float64Array<SharedArrayBuffer>
  readonly #barrier: Barrier

  constructor(times: Float64Array<SharedArrayBuffer>, barrier: Barrier) {
    this.#times = times
    this.#barrier = barrier
  }

  /** Runs `work` in all workers at the same time; every worker gets the nanoseconds from first start to last end. */
  measure(work: () => void): number {
    this.#begin()
    const started = nowNs()
    work()
    return this.#end(started, nowNs())
  }

  /** The same with work that waits for something. */
  async measureAsync(work: () => Promise<void>): Promise<number> {
    this.#begin()
    const started = nowNs()
    await work()
    return this.#end(started, nowNs())
  }

  #begin(): void {
    // The first pass may have to wake a sleeper; at the second all are awake.
    this.#barrier.pass()
    this.#barrier.pass()
  }

  #end(started: number, ended: number): number {
    const { worker, workers } = this.#barrier
    this.#times[worker * STRIDE] = started
    this.#times[worker * STRIDE + 1] = ended
    this.#barrier.pass()
    let first = Infinity
    let last = 0
    for (let w = 0; w < workers; w++) {
      first = Math.min(first, this.#times[w * STRIDE])
      last = Math.max(last, this.#times[w * STRIDE + 1])
    }
    return last - first
  }
}
