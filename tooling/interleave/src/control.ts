// The control memory: shared words through which a run is steered and recorded. Only the thread whose turn it is touches
// it, so all but the turns themselves are plain accesses; handing over a turn (turn.ts) orders them.
//
//   turns │ fields │ per worker │ plan │ switches │ trace
//
//   plan      what the explorer wants: (worker, until) pairs: that worker goes on until it has taken so many steps in
//             all, or, with TO_ITS_STOP, until it ends, waits or spins
//   switches  what happened: each time when a worker got the turn, why the one before it stopped, who else could have
//   trace     every step: who, what, which word, what stood there before and after, who else could have taken it
import { MOST_WORKERS } from './scenario.ts'

export type Control = Int32Array<SharedArrayBuffer>

const LINE = 16

/** The word on which thread `thread` waits for its turn: a cache line each, the pilot's behind those of the workers. */
export const turnAt = (thread: number): number => thread * LINE

const FIELDS = (MOST_WORKERS + 1) * LINE
/** 0, or STOP: the workers leave the control memory. */
export const COMMAND = FIELDS
/** Why this run has to end early; 0 when it does not. */
export const ABORT = FIELDS + 1
/** How many workers there are, and how many steps a run may take. */
export const WORKERS = FIELDS + 2
export const BOUND = FIELDS + 3
/** Bits of MODE. */
export const MODE = FIELDS + 4
/** Lengths of trace, plan and switches; the plan's current entry. */
export const LENGTH = FIELDS + 5
export const PLAN_LENGTH = FIELDS + 6
export const PLAN_AT = FIELDS + 7
export const SWITCHES = FIELDS + 8
/** Workers that can go on; that spin; that wait; those of them that wait with a timeout; that have ended: one bit each. */
export const RUNNABLE = FIELDS + 9
export const SPINNING = FIELDS + 10
export const WAITING = FIELDS + 11
export const TIMED = FIELDS + 12
export const ENDED = FIELDS + 13
/** Grows with each wait: who waited first is woken first. */
export const WAITS = FIELDS + 14
/** Random runs: the trace length at which the running worker falls behind all others, and how often that happened. */
export const CHANGES = FIELDS + 15
export const CHANGED = FIELDS + 16
/** The worker with which a plan did not fit. */
export const MISFIT = FIELDS + 17
const PER_WORKER = FIELDS + 2 * LINE

const perWorker = (field: number) => (worker: number): number => PER_WORKER + field * MOST_WORKERS + worker

export const stepsAt = perWorker(0)
/** On which word it waits, and when it began to. */
export const waitWordAt = perWorker(1)
export const waitOrderAt = perWorker(2)
/** How many steps others had taken when its wait last timed out early. */
export const timedOutAt = perWorker(3)
export const resultKindAt = perWorker(4)
export const resultAt = perWorker(5)
export const priorityAt = perWorker(6)

const CHANGE_LIST = PER_WORKER + 7 * MOST_WORKERS
export const MOST_CHANGES = 64
export const changeAt = (change: number): number => CHANGE_LIST + change

const PLAN = CHANGE_LIST + MOST_CHANGES
const PLAN_WORDS = 2
export const planAt = (entry: number): number => PLAN + entry * PLAN_WORDS

export const SWITCH_WORDS = 4
export const TRACE_WORDS = 4
// Every switch but those at a worker's end comes with a step.
const mostSwitches = (bound: number): number => bound + 2 * MOST_WORKERS
export const mostPlanned = mostSwitches

export const switchesAt = (bound: number): number => PLAN + mostPlanned(bound) * PLAN_WORDS
export const traceAt = (bound: number): number => switchesAt(bound) + mostSwitches(bound) * SWITCH_WORDS

export function newControl(workers: number, bound: number): Control {
  const words = traceAt(bound) + (bound + 2) * TRACE_WORDS
  const control: Control = new Int32Array(new SharedArrayBuffer(words * 4))
  control[WORKERS] = workers
  control[BOUND] = bound
  return control
}

/** Forgets the last run: everything between the turns and the plan but what stays for all runs. */
export function resetControl(control: Control): void {
  const { [WORKERS]: workers, [BOUND]: bound } = control
  control.fill(0, ABORT, PLAN)
  control[WORKERS] = workers
  control[BOUND] = bound
}

export const STOP = 1

/** Why a run ends early. */
export const DEADLOCK = 1
export const NO_PROGRESS = 2
export const DOES_NOT_FIT = 3
export const STUCK = 4

/** Bits of MODE: entries of the plan that do not fit are left out; steps note their place; the turn goes by priority. */
export const LENIENT = 1
export const PLACES = 2
export const RANDOM = 4

/** Why a worker stopped. */
export const PREEMPTED = 0
export const ENDS = 1
export const WAITS_THERE = 2
export const SPINS = 3
export const START = 4

/** In a plan: until it stops by itself. */
export const TO_ITS_STOP = -1

/** Kinds of results: a 32-bit number in the control memory, undefined, a message on the worker's port; 0 for none. */
export const NUMBER = 1
export const UNDEFINED = 2
export const MESSAGE = 3

/** The first word of a step in the trace: what, whether it changed the word, who; who else could go on, who time out. */
export const head = (access: number, changed: boolean, worker: number, runnable: number, timed: number): number =>
  access | (changed ? CHANGED_BIT : 0) | (worker << 5) | (runnable << 8) | (timed << 16)
export const CHANGED_BIT = 16
export const accessOf = (word: number): number => word & 15
export const hasChanged = (word: number): boolean => (word & CHANGED_BIT) !== 0
export const workerOf = (word: number): number => (word >>> 5) & 7
export const runnableOf = (word: number): number => (word >>> 8) & 255
export const timedOf = (word: number): number => (word >>> 16) & 255

/** The accesses by the numbers that stand in the trace; `wake` is what ends a wait. */
export const accesses = [
  'read',
  'write',
  'load',
  'store',
  'compareExchange',
  'add',
  'or',
  'and',
  'xor',
  'exchange',
  'wait',
  'notify',
  'wake',
] as const

export type Step = (typeof accesses)[number]
export const WAKE = accesses.indexOf('wake')

/** How a wait ended, as the `wake` in the trace has it. */
export const WOKEN = 0
export const TIMED_OUT = 1
