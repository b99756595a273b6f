// A schedule has to lead to the same steps each time: otherwise what the explorer says would mean nothing.
import * as C from './control.ts'
import type { Run } from './run.ts'
import type { Runner } from './runner.ts'

/** Throws when the first `count` steps of two runs of one schedule are not the same. */
export function requireSame(run: Run, other: Run, count: number): void {
  if (run.abort === C.DOES_NOT_FIT) throw notDeterministic(`worker ${run.misfit} stopped at another step than before`)
  if (run.steps < count) throw notDeterministic(`the schedule ended after ${run.steps} steps instead of ${count}`)
  for (let at = 0; at < count; at++) {
    if (isSameStep(run.trace, other.trace, at * C.TRACE_WORDS)) continue
    throw notDeterministic(`step ${at + 1} was another one than before, after the same schedule`)
  }
}

/** The same access by the same worker, to the same word, which then held the same. */
const isSameStep = (one: Int32Array, other: Int32Array, at: number): boolean =>
  ((one[at] ^ other[at]) & 0xff) === 0 && one[at + 1] === other[at + 1] && one[at + 3] === other[at + 3]

/** Throws when the run without preemptions is not the same twice in a row. */
export function requireDeterministic(runner: Runner): void {
  const [one, other] = [0, 1].map(() => runner.execute({ plan: [] }).run)
  requireSame(other, one, Math.max(one.steps, other.steps))
}

const notDeterministic = (what: string): Error =>
  new Error(
    `the scenario is not deterministic: ${what}. Workers may depend on nothing but the shared words: ` +
      'no module-level state that survives a run, no clock, no random numbers.',
  )
