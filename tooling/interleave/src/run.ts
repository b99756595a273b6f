// A run as it was recorded: its steps, and the segments between which the turn passed on.
import * as C from './control.ts'
import type { Control } from './control.ts'

/** A stretch of a schedule: `worker` goes on until it has taken `until` steps in all, or TO_ITS_STOP. */
export interface Segment {
  worker: number
  until: number
}

/** A stretch of a run. */
export interface Stretch {
  worker: number
  /** The position in the trace of its first step, and behind its last. */
  from: number
  to: number
  /** Steps that the worker had taken before, and has taken after it. */
  stepsBefore: number
  stepsAfter: number
  /** Why the turn came to it: what the one before it did, or START. */
  because: number
  /** Who else could have got the turn: those that could go on, and those whose wait could time out. */
  runnable: number
  timed: number
}

export interface Run {
  /** C.TRACE_WORDS words a step (control.ts). */
  trace: Int32Array
  steps: number
  stretches: Stretch[]
  /** Why it ended early: 0, or an ABORT of control.ts. */
  abort: number
  /** With DOES_NOT_FIT: the worker that could not do what the plan says. */
  misfit: number
  /** Workers that waited, and on which word, when it ended. */
  waiting: { worker: number; word: number }[]
}

/** Copies what happened out of the control memory. */
export function recordedRun(control: Control): Run {
  const bound = control[C.BOUND]
  const steps = control[C.LENGTH]
  const at = C.traceAt(bound)
  const trace = new Int32Array(steps * C.TRACE_WORDS)
  trace.set(control.subarray(at, at + trace.length))
  const stretches = recordedStretches(control, bound, steps)
  countSteps(stretches)
  return { trace, steps, stretches, abort: control[C.ABORT], misfit: control[C.MISFIT], waiting: waiting(control) }
}

function recordedStretches(control: Control, bound: number, steps: number): Stretch[] {
  const stretches: Stretch[] = []
  for (let i = 0; i < control[C.SWITCHES]; i++) {
    const at = C.switchesAt(bound) + i * C.SWITCH_WORDS
    const from = control[at]
    if (i > 0) stretches[i - 1].to = from
    stretches.push({
      worker: control[at + 1] & 15,
      because: control[at + 1] >>> 4,
      from,
      to: steps,
      stepsBefore: 0,
      stepsAfter: 0,
      runnable: control[at + 2],
      timed: control[at + 3],
    })
  }
  return stretches
}

function countSteps(stretches: Stretch[]): void {
  const taken = new Array<number>(8).fill(0)
  for (const stretch of stretches) {
    stretch.stepsBefore = taken[stretch.worker]
    stretch.stepsAfter = taken[stretch.worker] += stretch.to - stretch.from
  }
}

function waiting(control: Control): Run['waiting'] {
  const found: Run['waiting'] = []
  for (let worker = 0; worker < control[C.WORKERS]; worker++) {
    if (control[C.waitOrderAt(worker)] !== 0) found.push({ worker, word: control[C.waitWordAt(worker)] })
  }
  return found
}

/** How often a worker lost the turn that could have gone on (and how often a wait timed out early). */
export const preemptionsOf = ({ stretches }: Run): number =>
  stretches.filter(({ because, worker, timed, runnable }) =>
    because === C.PREEMPTED ? true : runnable !== 0 && (timed & (1 << worker)) !== 0,
  ).length

/** The plan that leads through the first `count` stretches as they were. */
export function planOf({ stretches }: Run, count = stretches.length): Segment[] {
  return stretches.slice(0, count).map(({ worker, stepsAfter }, i) => {
    const next = stretches.at(i + 1)
    return { worker, until: i + 1 < stretches.length && next?.because === C.PREEMPTED ? stepsAfter : C.TO_ITS_STOP }
  })
}
