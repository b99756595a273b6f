// Makes a failing schedule as simple as it gets: fewest preemptions first, then fewest steps. It leaves out one stretch
// after the other, or lets one go on to its own stop, and keeps what still fails in the same way.
import { TO_ITS_STOP } from './control.ts'
import { planOf, preemptionsOf, type Segment } from './run.ts'
import type { Outcome, Runner } from './runner.ts'

/** Steps that the runs of one shrinking may take together. */
const MOST_STEPS = 200_000

/**
 * The simplest outcome found that fails as `failing` does: in the same way, or, `exactly`, with the same message.
 * `failing` itself when there is none.
 */
export function shrink(runner: Runner, failing: Outcome, exactly: boolean): Outcome {
  let best = failing
  const steps = runner.steps
  for (let improved = true; improved; ) {
    improved = false
    for (const plan of simpler(planOf(best.run))) {
      if (runner.steps - steps > MOST_STEPS) return best
      const outcome = runner.execute({ plan, lenient: true })
      if (!isSame(outcome, failing, exactly) || !isSimpler(outcome, best)) continue
      best = outcome
      improved = true
      break
    }
  }
  return best
}

const isSame = ({ failure: one }: Outcome, { failure: other }: Outcome, exactly: boolean): boolean =>
  one?.kind === other?.kind && (!exactly || one?.message === other?.message)

function isSimpler({ run: one }: Outcome, { run: other }: Outcome): boolean {
  const fewer = preemptionsOf(one) - preemptionsOf(other)
  if (fewer !== 0) return fewer < 0
  return one.steps !== other.steps ? one.steps < other.steps : one.stretches.length < other.stretches.length
}

/** What a plan can be made into: a stretch left out, or one that goes on to its own stop. */
function* simpler(plan: Segment[]): Generator<Segment[]> {
  for (let i = 0; i < plan.length; i++) yield plan.toSpliced(i, 1)
  for (let i = 0; i < plan.length; i++) {
    if (plan[i].until !== TO_ITS_STOP) yield plan.with(i, { ...plan[i], until: TO_ITS_STOP })
  }
}

/** A plan of so many stretches is printed in full. */
const PRINTED = 24

/** What to print of a failing run's plan: all of it, or, when it is long, a beginning from which it goes on as it did. */
export function printedPlan(runner: Runner, { run, failure }: Outcome): Segment[] {
  const plan = planOf(run)
  for (let length = 1; length < plan.length && plan.length > PRINTED; length *= 2) {
    const outcome = runner.execute({ plan: plan.slice(0, length) })
    if (outcome.failure?.kind === failure?.kind && outcome.run.steps === run.steps) return plan.slice(0, length)
  }
  return plan
}
