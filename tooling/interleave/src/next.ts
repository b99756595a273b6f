// Whose turn is next. The plan says it as far as it goes; behind its end the running worker goes on until it stops by
// itself, and then the first that can; in random runs the one of highest priority.
import * as C from './control.ts'
import type { Control } from './control.ts'

const NOBODY = -1

const lowest = (mask: number): number => (mask === 0 ? NOBODY : 31 - Math.clz32(mask & -mask))

/** Workers whose wait may time out now, early: since the last time that it did, somebody else has taken a step. */
export function timeable(control: Control): number {
  const waiting = control[C.TIMED]
  if (waiting === 0) return 0
  let mask = 0
  for (let worker = 0; worker < control[C.WORKERS]; worker++) {
    const fresh = othersSteps(control, worker) >= control[C.timedOutAt(worker)]
    if ((waiting & (1 << worker)) !== 0 && fresh) mask |= 1 << worker
  }
  return mask
}

/** How many steps the other workers have taken. */
export const othersSteps = (control: Control, worker: number): number => control[C.LENGTH] - control[C.stepsAt(worker)]

/**
 * Decides who goes on after `from` stopped for `why`, and notes it; −1 when nobody can. A spinning worker and one whose
 * wait has a timeout go on when they are chosen.
 */
export function choose(control: Control, from: number, why: number): number {
  const runnable = control[C.RUNNABLE]
  const timed = timeable(control)
  if (why === C.SPINS || why === C.WAITS_THERE) {
    // Without anybody else there is nothing to choose, and the stretch goes on.
    if (goers(control) === 1 << from) {
      goOn(control, from)
      return from
    }
  }
  if (why !== C.PREEMPTED && stoppedEarly(control, from)) return misfit(control, from)
  const to = planned(control) ?? unplanned(control, from, why, timed)
  if (to === NOBODY || control[C.ABORT] !== 0) return NOBODY
  const at = C.switchesAt(control[C.BOUND]) + control[C.SWITCHES]++ * C.SWITCH_WORDS
  control[at] = control[C.LENGTH]
  control[at + 1] = to | (why << 4)
  control[at + 2] = runnable
  control[at + 3] = timed
  goOn(control, to)
  return to
}

/** Whoever is chosen neither spins nor waits any more. */
function goOn(control: Control, worker: number): void {
  const bit = 1 << worker
  control[C.SPINNING] &= ~bit
  control[C.WAITING] &= ~bit
  control[C.TIMED] &= ~bit
  control[C.RUNNABLE] |= bit
}

/** What the plan says; undefined behind its end. */
function planned(control: Control): number | undefined {
  const lenient = (control[C.MODE] & C.LENIENT) !== 0
  while (++control[C.PLAN_AT] <= control[C.PLAN_LENGTH]) {
    const at = C.planAt(control[C.PLAN_AT] - 1)
    const worker = control[at]
    const until = control[at + 1]
    const fits = canGoOn(control, worker) && (until === C.TO_ITS_STOP || until > control[C.stepsAt(worker)])
    if (fits) return worker
    if (lenient) continue
    return misfit(control, worker)
  }
  return undefined
}

/** Whether the worker stopped by itself before it had taken the steps that the plan says. */
const stoppedEarly = (control: Control, worker: number): boolean =>
  (control[C.MODE] & C.LENIENT) === 0 && untilOf(control) > control[C.stepsAt(worker)]

/** Everybody who goes on when chosen. */
const goers = (control: Control): number => control[C.RUNNABLE] | control[C.SPINNING] | control[C.TIMED]

const canGoOn = (control: Control, worker: number): boolean => (goers(control) & (1 << worker)) !== 0

/** The run ends: what the plan says next cannot be done. */
export function misfit(control: Control, worker: number): number {
  control[C.ABORT] = C.DOES_NOT_FIT
  control[C.MISFIT] = worker
  return NOBODY
}

function unplanned(control: Control, from: number, why: number, timed: number): number {
  const runnable = control[C.RUNNABLE]
  if ((control[C.MODE] & C.RANDOM) !== 0 && runnable !== 0) return highest(control, runnable)
  // The plan ended with a step of `from`: another one goes on, if there is one.
  const others = why === C.PREEMPTED ? runnable & ~(1 << from) : runnable
  if (others !== 0) return lowest(others)
  if (runnable !== 0) return from
  // Nobody can go on by itself: time passes, or those that spin look again, in turns.
  if (timed !== 0) return lowest(timed)
  const spinning = control[C.SPINNING]
  const behind = spinning & (-2 << from)
  if (spinning !== 0) return lowest(behind === 0 ? spinning : behind)
  return lowest(control[C.TIMED])
}

function highest(control: Control, mask: number): number {
  let best = NOBODY
  for (let worker = 0; worker < control[C.WORKERS]; worker++) {
    if ((mask & (1 << worker)) === 0) continue
    if (best === NOBODY || control[C.priorityAt(worker)] > control[C.priorityAt(best)]) best = worker
  }
  return best
}

/** Until which of its steps the worker that was just chosen goes on. */
export function untilOf(control: Control): number {
  const entry = control[C.PLAN_AT]
  return entry >= 1 && entry <= control[C.PLAN_LENGTH] ? control[C.planAt(entry - 1) + 1] : C.TO_ITS_STOP
}
