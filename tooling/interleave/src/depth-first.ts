// Goes through all schedules with at most so many preemptions, depth first, and leaves out those that would do the same.
//
// A run follows a plan and behind its end goes on without preemptions. Its children deviate from it once behind that end:
// another worker is chosen where one had to be (that costs nothing), or a worker is preempted before one of its steps
// (that costs one of the bound). Each schedule is the child of exactly one run.
//
// The reduction: let A be preempted before its step s, and others go on until A is back. If none of their steps, in none
// of the schedules that begin this way, touches what s touches (one of the two changing it), then s might as well have
// come before them: preempting A one step later leads to the same states, with as many preemptions. So the next place
// worth trying is the one behind the first step of A that conflicts with anything that was seen in between.
import * as C from './control.ts'
import { planOf, type Run, type Segment, type Stretch } from './run.ts'
import type { Outcome, Runner } from './runner.ts'
import { requireSame } from './same.ts'

/** What others did between a preemption and the return of the worker that was preempted. */
interface Absence {
  worker: number
  /** The position in the trace at which it was preempted. */
  from: number
  /** The words that they touched; true when one of them changed it. */
  touched: Map<number, boolean>
}

/** Ends the search from inside. */
class Enough extends Error {}

export interface DepthFirstOptions {
  reduction: boolean
  /** Is told of each run; false ends the search. */
  onRun: (outcome: Outcome) => boolean
}

export interface Searched {
  /** Whether the search was not ended early. */
  completed: boolean
  /** Whether a higher bound would allow more schedules. */
  bounded: boolean
}

/** All schedules with at most `preemptions` preemptions. */
export function depthFirst(runner: Runner, preemptions: number, options: DepthFirstOptions): Searched {
  const search = new Search(runner, options)
  try {
    for (let worker = 0; worker < runner.workers; worker++) {
      search.visit([{ worker, until: C.TO_ITS_STOP }], preemptions, null)
    }
    return { completed: true, bounded: search.bounded }
  } catch (error) {
    if (error instanceof Enough) return { completed: false, bounded: search.bounded }
    throw error
  }
}

class Search {
  readonly #runner: Runner
  readonly #options: DepthFirstOptions
  readonly #absences: Absence[] = []
  bounded = false

  constructor(runner: Runner, options: DepthFirstOptions) {
    this.#runner = runner
    this.#options = options
  }

  /** Makes the run of a plan, and all that deviate from it behind the plan's end. */
  visit(plan: Segment[], budget: number, parent: Run | null): void {
    const outcome = this.#runner.execute({ plan })
    const { run } = outcome
    if (parent) requireSame(run, parent, run.stretches.at(plan.length - 1)?.from ?? 0)
    for (const absence of this.#absences) note(absence, run)
    if (!this.#options.onRun(outcome)) throw new Enough('told to stop')
    for (let i = plan.length - 1; i < run.stretches.length; i++) {
      if (i >= plan.length) this.#otherChoices(run, i, budget)
      this.#preemptions(run, i, budget)
    }
  }

  /** Where the turn had to pass on: everybody else who could have got it. */
  #otherChoices(run: Run, index: number, budget: number): void {
    const { worker, runnable, timed } = run.stretches[index]
    const plan = planOf(run, index)
    for (const other of workersOf(runnable & ~(1 << worker))) this.visit([...plan, toItsStop(other)], budget, run)
    const left = runnable === 0 ? budget : budget - 1
    for (const other of workersOf(timed & ~(1 << worker))) {
      if (left < 0) this.bounded = true
      else this.visit([...plan, toItsStop(other)], left, run)
    }
  }

  /** Before each step of a stretch but its first: everybody else who could go on instead. */
  #preemptions(run: Run, index: number, budget: number): void {
    const stretch = run.stretches[index]
    const before = planOf(run, index)
    for (let other = 0; other < this.#runner.workers; other++) {
      for (let at = stretch.from + 1; at < stretch.to; at++) {
        const word = run.trace[at * C.TRACE_WORDS]
        if (((C.runnableOf(word) | C.timedOf(word)) & (1 << other)) === 0 || other === stretch.worker) continue
        if (budget === 0) {
          this.bounded = true
          return
        }
        const until = stretch.stepsBefore + at - stretch.from
        const plan = [...before, { worker: stretch.worker, until }, toItsStop(other)]
        const absence: Absence = { worker: stretch.worker, from: at, touched: new Map() }
        this.#absences.push(absence)
        this.visit(plan, budget - 1, run)
        this.#absences.pop()
        if (this.#options.reduction) at = conflictAt(run, stretch, at, absence)
      }
    }
  }
}

const toItsStop = (worker: number): Segment => ({ worker, until: C.TO_ITS_STOP })

function* workersOf(mask: number): Generator<number> {
  for (let left = mask; left !== 0; left &= left - 1) yield 31 - Math.clz32(left & -left)
}

/** Adds what others did in this run while the worker was away. */
function note({ worker, from, touched }: Absence, { trace, steps }: Run): void {
  for (let at = from; at < steps; at++) {
    const word = trace[at * C.TRACE_WORDS]
    if (C.workerOf(word) === worker) return
    const index = trace[at * C.TRACE_WORDS + 1]
    const changed = C.hasChanged(word)
    if (changed || !touched.has(index)) touched.set(index, changed || touched.get(index) === true)
  }
}

/** The first step of the stretch from `from` on that conflicts with what others did; its end when none does. */
function conflictAt({ trace }: Run, stretch: Stretch, from: number, { touched }: Absence): number {
  for (let at = from; at < stretch.to; at++) {
    const changed = touched.get(trace[at * C.TRACE_WORDS + 1])
    if (changed === undefined) continue
    if (changed || C.hasChanged(trace[at * C.TRACE_WORDS])) return at
  }
  return stretch.to
}
