// A measurement: warm up until the code is compiled and the caches are filled, then several rounds of about equal
// length, and between the rounds the unit, one uncontended compare-exchange, so that it meets the same state of the
// machine.
import { nowNs } from './clock.ts'
import type { Seat } from './job.ts'
import type { BulkLoops } from './loops.ts'
import type { Workload } from './workloads.ts'

export interface Rounds {
  /** For each round, for each phase: nanoseconds that a worker spends on one operation. */
  samples: number[][]
  /** Nanoseconds of one compare-exchange, for each round; empty except in worker 0. */
  casNs: number[]
}

/** One to two milliseconds. */
const EXCHANGES = 200_000

export function measureRounds(
  workload: Workload,
  unit: BulkLoops,
  { barrier, worker }: Seat,
  { timeMs, rounds }: { timeMs: number; rounds: number },
): Rounds {
  const casNs: number[] = []
  const samples: number[][] = []
  if (worker === 0) unit.compareExchange(EXCHANGES)
  const passes = warmUp()
  for (let round = 0; round < rounds; round++) {
    // The others wait: the unit is uncontended, and nothing else runs.
    if (worker === 0) casNs.push(exchangeNs())
    const sums = workload.pass()
    for (let pass = 1; pass < passes; pass++) workload.pass().forEach((ns, phase) => (sums[phase] += ns))
    samples.push(sums.map((ns) => ns / (passes * workload.operations)))
  }
  return { samples, casNs }

  /** Returns how many passes make a round; worker 0 decides, since all have to make the same number. */
  function warmUp(): number {
    const enoughNs = 2 * timeMs * 1e6
    const started = nowNs()
    let last = started
    for (let pass = 1; ; pass++) {
      workload.pass()
      const now = nowNs()
      const passNs = now - last
      last = now
      const done = now - started >= enoughNs && pass >= 2
      const passes = barrier.agree(done ? Math.max(1, Math.round((timeMs * 1e6) / passNs)) : 0)
      if (passes > 0) return passes
    }
  }

  function exchangeNs(): number {
    const started = nowNs()
    unit.compareExchange(EXCHANGES)
    return (nowNs() - started) / EXCHANGES
  }
}
