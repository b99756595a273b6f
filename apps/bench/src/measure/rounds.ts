// A measurement: warm up until the code is compiled and the caches are filled, then several rounds of about equal
// length, and before each round the unit, one uncontended compare-exchange, so that it meets the same state of the
// machine. A round during which something else took the CPUs away does not count, unless there is no better one.
import { nowNs } from './clock.ts'
import { watchCpu, type Usage } from './disturbance.ts'
import type { Seat } from './job.ts'
import type { Unit } from './loops.ts'
import type { Workload } from './workloads.ts'

export interface Round extends Usage {
  /** For each phase: nanoseconds that a worker spends on one operation. */
  nsPerOp: number[]
  /** Nanoseconds of one compare-exchange; NaN except in worker 0. */
  casNs: number
}

/** One to two milliseconds. */
const EXCHANGES = 200_000
/**
 * The length of the warm-up, in rounds, and at least, unless the loops are machine code from the start: compiling takes
 * its time, the more so while all CPUs are busy.
 */
const WARM_UP_ROUNDS = 4
const WARM_UP_MS = 200
/** So many times the rounds that are wanted are made at most, to find as many that are undisturbed. */
const PATIENCE = 2

export async function measureRounds(
  workload: Workload,
  unit: Unit,
  { barrier, worker, workers }: Seat,
  { timeMs, rounds, compiled = false }: { timeMs: number; rounds: number; compiled?: boolean },
): Promise<Round[]> {
  const made: Round[] = []
  if (worker === 0) unit.compareExchange(EXCHANGES)
  const passes = await warmUp()
  do made.push(await makeRound())
  while (barrier.agree(isEnough(made, rounds) ? 0 : 1) > 0)
  return chosen(made, rounds)

  /** Returns how many passes make a round; worker 0 decides, since all have to make the same number. */
  async function warmUp(): Promise<number> {
    const enoughNs = Math.max(WARM_UP_ROUNDS * timeMs, compiled ? 0 : WARM_UP_MS) * 1e6
    const started = nowNs()
    let last = started
    for (let pass = 1; ; pass++) {
      await workload.pass()
      const now = nowNs()
      const passNs = now - last
      last = now
      const done = now - started >= enoughNs && pass >= 2
      const passes = barrier.agree(done ? Math.max(1, Math.round((timeMs * 1e6) / passNs)) : 0)
      if (passes > 0) return passes
    }
  }

  async function makeRound(): Promise<Round> {
    // The others wait: the unit is uncontended, and nothing else runs.
    const casNs = worker === 0 ? exchangeNs() : NaN
    barrier.pass()
    const usage = watchCpu(workers)
    const sums = await workload.pass()
    for (let pass = 1; pass < passes; pass++) (await workload.pass()).forEach((ns, phase) => (sums[phase] += ns))
    return { nsPerOp: sums.map((ns) => ns / (passes * workload.operations)), casNs, ...usage() }
  }

  function exchangeNs(): number {
    const started = nowNs()
    unit.compareExchange(EXCHANGES)
    return (nowNs() - started) / EXCHANGES
  }
}

const isEnough = (made: readonly Round[], rounds: number): boolean =>
  made.filter(({ disturbed }) => !disturbed).length >= rounds || made.length >= PATIENCE * rounds

/** The undisturbed rounds, and where these are too few, those that had most of the CPUs; their speed plays no part. */
export function chosen(made: readonly Round[], rounds: number): Round[] {
  const rank = ({ disturbed, cpuShare }: Round): number => (disturbed ? cpuShare : 2)
  return made.toSorted((a, b) => rank(b) - rank(a)).slice(0, rounds)
}
