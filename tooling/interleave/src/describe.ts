// A schedule as people read it: a line for each stretch, with the source lines around each switch; and, for a replay, a
// line for each step.
import * as C from './control.ts'
import type { Run, Stretch } from './run.ts'
import type { Outcome, Runner } from './runner.ts'

/** How many stretches are shown at the start and at the end of a run that has very many. */
const SHOWN_FIRST = 12
const SHOWN_LAST = 4

/** The stretches of a run, one a line. */
export function stretchLines(runner: Runner, outcome: Outcome): string[] {
  const lines = allStretchLines(runner, outcome)
  const left = lines.length - SHOWN_FIRST - SHOWN_LAST
  return left < 2 ? lines : lines.toSpliced(SHOWN_FIRST, left, `… ${left} more`)
}

function allStretchLines(runner: Runner, { run, places }: Outcome): string[] {
  return run.stretches.map((stretch, i) => {
    const reason = i + 1 < run.stretches.length ? run.stretches[i + 1].because : C.ENDS
    const place = (steps: number): string => {
      const called = places.at(stretch.worker)?.at(steps - 1)
      return called === undefined ? '' : ` (${called})`
    }
    const last = stretch.to - 1
    const done = stretch.to === stretch.from ? '' : `${describeStep(runner, run, last)}${place(stretch.stepsAfter)}; `
    const dots = stretch.to > stretch.from + 1 ? '… ' : ''
    return `worker ${stretch.worker}  ${rangeOf(stretch)}  `.padEnd(26) + dots + done + ending(runner, run, stretch, reason, place)
  })
}

const rangeOf = ({ stepsBefore, stepsAfter }: Stretch): string => {
  if (stepsBefore === stepsAfter) return 'no step'
  return stepsAfter === stepsBefore + 1 ? `step ${stepsAfter}` : `steps ${stepsBefore + 1}–${stepsAfter}`
}

/** Why a stretch ended, and before which step. */
function ending(
  runner: Runner,
  run: Run,
  stretch: Stretch,
  reason: number,
  place: (steps: number) => string,
): string {
  switch (reason) {
    case C.PREEMPTED: {
      const next = nextStepOf(run, stretch)
      return next < 0 ? 'preempted' : `preempted before ${kindAndWord(runner, run, next)}${place(stretch.stepsAfter + 1)}`
    }
    case C.WAITS_THERE:
      return 'waits'
    case C.SPINS:
      return 'spins'
    default:
      if (run.waiting.some(({ worker }) => worker === stretch.worker)) return 'waits'
      return run.abort === 0 ? 'ends' : 'does not end'
  }
}

/** The position in the trace of the worker's first step behind this stretch; −1 when it took none. */
function nextStepOf({ trace, steps }: Run, { worker, to }: Stretch): number {
  for (let at = to; at < steps; at++) if (C.workerOf(trace[at * C.TRACE_WORDS]) === worker) return at
  return -1
}

/** All steps of a run, one a line. */
export function stepLines(runner: Runner, { run, places }: Outcome): string[] {
  const taken = new Array<number>(runner.workers).fill(0)
  return Array.from({ length: run.steps }, (_, at) => {
    const worker = C.workerOf(run.trace[at * C.TRACE_WORDS])
    const step = ++taken[worker]
    const place = places.at(worker)?.at(step - 1) ?? ''
    return `${worker}:${step}`.padEnd(8) + describeStep(runner, run, at).padEnd(44) + place
  })
}

const kindAndWord = (runner: Runner, { trace }: Run, at: number): string =>
  `${C.accesses[C.accessOf(trace[at * C.TRACE_WORDS])]} ${runner.nameOf(trace[at * C.TRACE_WORDS + 1])}`

/** `compareExchange row 3: 0x1 → 0x3`, `load [2]: 7`. */
function describeStep(runner: Runner, run: Run, at: number): string {
  const [word, , was, is] = run.trace.subarray(at * C.TRACE_WORDS, (at + 1) * C.TRACE_WORDS)
  const what = kindAndWord(runner, run, at)
  switch (C.accesses[C.accessOf(word)]) {
    case 'wake':
      return `${what}: ${is === C.TIMED_OUT ? 'timed out' : 'woken'}`
    case 'wait':
      return `${what}: it is ${number(is)}`
    case 'notify':
      return `${what}: ${is} woken`
    default:
      return C.hasChanged(word) ? `${what}: ${number(was)} → ${number(is)}` : `${what}: ${number(is)}`
  }
}

/** Small numbers as they are, bit patterns in hexadecimal. */
const number = (value: number): string =>
  value >= -1 && value <= 0xffff ? String(value) : `0x${(value >>> 0).toString(16)}`
