// Time and CPU time of a piece of work that several workers begin together. CPU time shows what work costs that goes into
// the operating system, whatever else the machine does. It is the process's, since the system's threads count too: from the
// first worker's start to the last one's end, shared out evenly; nothing but the workers runs in the process.
import type { Barrier } from './barrier.ts'
import { newTimes, Stopwatch } from './stopwatch.ts'

/** Nanoseconds, and CPU nanoseconds of a worker's part. */
export type Metered = [ns: number, cpuNs: number]

export interface MeterWords {
  times: Float64Array<SharedArrayBuffer>
  /** Where the workers write what the CPU clock says at their starts and ends: a cache line each. */
  cpu: Float64Array<SharedArrayBuffer>
}

const STRIDE = 8

export const newMeterWords = (workers: number): MeterWords => ({ times: newTimes(workers), cpu: newTimes(workers) })

export class Meter {
  readonly #stopwatch: Stopwatch
  readonly #barrier: Barrier
  readonly #cpu: Float64Array<SharedArrayBuffer>

  constructor({ times, cpu }: MeterWords, barrier: Barrier) {
    this.#stopwatch = new Stopwatch(times, barrier)
    this.#barrier = barrier
    this.#cpu = cpu
  }

  /** Runs `work` in all workers at the same time; every worker gets the same numbers. */
  measure(work: () => void): Metered {
    const { worker, workers } = this.#barrier
    const cpu = this.#cpu
    // The stopwatch's last barrier is behind both clocks, and its first one behind everyone's look at them.
    const ns = this.#stopwatch.measure(() => {
      cpu[worker * STRIDE] = cpuNow()
      work()
      cpu[worker * STRIDE + 1] = cpuNow()
    })
    const all = Array.from({ length: workers }, (_, w) => w * STRIDE)
    const first = Math.min(...all.map((at) => cpu[at]))
    const last = Math.max(...all.map((at) => cpu[at + 1]))
    return [ns, (last - first) / workers]
  }
}

function cpuNow(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1e3
}
