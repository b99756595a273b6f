// What a measurement of the llfree suite brings back from its cell, and how that becomes a result.
import type { BackendKind } from '@parperos/alloc-api'
import type { Round } from '../measure/rounds.ts'
import { median, spreadOf } from '../measure/statistics.ts'
import type { Result } from '../report/schema.ts'

/** Samples of one round each. */
export interface Samples {
  /** Nanoseconds that a worker spends on one operation, by phase. */
  nsPerOp: Record<string, number[]>
  casNs: number[]
  cpuShare: number[]
  disturbedRounds: number
}

export interface Outcome extends Samples {
  metadataBytes: number | null
  /** Of the whole process. */
  cpuSeconds: number
}

export function samplesOf(rounds: readonly Round[], phases: readonly string[]): Samples {
  return {
    nsPerOp: Object.fromEntries(phases.map((phase, i) => [phase, rounds.map(({ nsPerOp }) => nsPerOp[i])])),
    casNs: rounds.map(({ casNs }) => casNs),
    cpuShare: rounds.map(({ cpuShare }) => cpuShare),
    disturbedRounds: rounds.filter(({ disturbed }) => disturbed).length,
  }
}

/** What was measured. */
type Subject = Pick<Result, 'case' | 'implementation' | 'driver' | 'order' | 'workers' | 'frames'> & {
  backend: BackendKind
}

/** The result of one phase, which is the subject's case. */
export function resultOf(
  subject: Subject,
  { nsPerOp: samples, casNs: casSamples, cpuShare, disturbedRounds, metadataBytes, cpuSeconds }: Outcome,
): Result {
  const nsPerOp = spreadOf(samples[subject.case])
  const casNs = median(casSamples)
  return {
    suite: 'llfree',
    ...subject,
    metadataBytes,
    nsPerOp,
    opsPerSecond: (subject.workers * 1e9) / nsPerOp.median,
    casNs,
    casUnits: nsPerOp.median / casNs,
    cpuSeconds,
    cpuShare: median(cpuShare),
    disturbedRounds,
    rounds: samples[subject.case].length,
  }
}
