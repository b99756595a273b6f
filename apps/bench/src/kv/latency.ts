// How long single operations take, beyond the mean: a histogram (HdrHistogram, as Node has it) of nanoseconds.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Latencies } from '../report/schema.ts'

export class LatencyRecorder {
  readonly #histogram: RecordableHistogram = createHistogram({ figures: 3 })

  /** Precondition: 1 or more. */
  record(ns: number): void {
    this.#histogram.record(Math.max(1, Math.round(ns)))
  }

  /** Null: nothing was recorded. */
  percentiles(): Latencies | null {
    const histogram = this.#histogram
    if (histogram.count === 0) return null
    return {
      p50: histogram.percentile(50),
      p99: histogram.percentile(99),
      p999: histogram.percentile(99.9),
    }
  }
}

/** Of several workers: the worst of each, since any of them may be whom one asks. */
export function worstOf(all: readonly (Latencies | null)[]): Latencies | null {
  const those = all.filter((one) => one !== null)
  if (those.length === 0) return null
  const worst = (name: keyof Latencies): number => Math.max(...those.map((one) => one[name]))
  return { p50: worst('p50'), p99: worst('p99'), p999: worst('p999') }
}
