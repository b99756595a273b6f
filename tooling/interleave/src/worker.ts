// One worker of a scenario, in a thread of its own: started once, then it goes through one run after the other whenever
// the turn comes to it. Its steps are counted and recorded by the observer (steps.ts).
import { observe, observedAtomics, setObserver, type Words } from '@parperos/observe'
import { parentPort, type MessagePort } from 'node:worker_threads'
import * as C from './control.ts'
import type { Control } from './control.ts'
import { choose } from './next.ts'
import { loadScenario } from './scenario.ts'
import { RunEnds, Steps } from './steps.ts'
import { giveTurn, takeTurn } from './turn.ts'

/** What the pilot sends: load this scenario and be its worker `worker`. */
export interface Assignment {
  scenario: string
  worker: number
  workers: number
  control: Control
  memory: Words
  given: unknown
  port: MessagePort
}

/** What a worker says when it is ready for its turns, or cannot be. */
export type Ready = { ready: true } | { failed: unknown }

/** What comes over a worker's port at the end of a run, where the control memory has no room for it. */
export interface Ending {
  result?: unknown
  thrown?: unknown
  places?: string[]
}

/** One scenario, from the first run until the pilot says stop. */
async function take(assignment: Assignment): Promise<void> {
  const { worker, control, memory, port } = assignment
  const scenario = await loadScenario(assignment.scenario)
  const observed = observe(memory)
  const state = scenario.prepare?.(observed, worker, assignment.given)
  const work = (): unknown => scenario.workers[worker](observed, state)
  parentPort?.postMessage({ ready: true } satisfies Ready)
  const steps = new Steps(control, memory, worker)
  for (;;) {
    takeTurn(control, worker)
    if (control[C.COMMAND] === C.STOP) return
    report(control, worker, port, steps, run(control, steps, work))
    end(control, worker, assignment.workers)
  }
}

/** Runs the worker once. */
function run(control: Control, steps: Steps, work: () => unknown): Ending {
  steps.places = []
  // Others may have ended the run before this worker began.
  if (control[C.ABORT] !== 0) return {}
  steps.resume()
  setObserver(steps)
  try {
    return { result: work() }
  } catch (error) {
    return error instanceof RunEnds || control[C.ABORT] !== 0 ? {} : { thrown: error }
  } finally {
    setObserver(null)
  }
}

/** Leaves the result where the pilot finds it: small ones in the control memory. */
function report(control: Control, worker: number, port: MessagePort, { places }: Steps, ending: Ending): void {
  const { result, thrown } = ending
  const small = places.length === 0 && thrown === undefined
  if (small && typeof result === 'number' && (result | 0) === result && !Object.is(result, -0)) {
    control[C.resultAt(worker)] = result
    control[C.resultKindAt(worker)] = C.NUMBER
    return
  }
  control[C.resultKindAt(worker)] = small && result === undefined ? C.UNDEFINED : C.MESSAGE
  if (control[C.resultKindAt(worker)] === C.UNDEFINED) return
  try {
    port.postMessage({ ...ending, places } satisfies Ending)
  } catch (error) {
    port.postMessage({ thrown: error, places } satisfies Ending)
  }
}

/** The worker has ended: the next one goes on, or, when all have, the pilot. */
function end(control: Control, worker: number, workers: number): void {
  const bit = 1 << worker
  control[C.RUNNABLE] &= ~bit
  control[C.WAITING] &= ~bit
  control[C.TIMED] &= ~bit
  control[C.SPINNING] &= ~bit
  control[C.ENDED] |= bit
  const left = ((1 << workers) - 1) & ~control[C.ENDED]
  if (left === 0) {
    giveTurn(control, workers)
    return
  }
  const next = control[C.ABORT] === 0 ? choose(control, worker, C.ENDS) : -1
  if (next < 0 && control[C.ABORT] === 0) control[C.ABORT] = C.DEADLOCK
  // A run that ends early is left by all: each unwinds in its turn.
  giveTurn(control, next < 0 ? 31 - Math.clz32(left & -left) : next)
}

globalThis.Atomics = observedAtomics(globalThis.Atomics)

parentPort?.on('message', (assignment: Assignment) => {
  take(assignment).catch((error: unknown) => parentPort?.postMessage({ failed: error } satisfies Ready))
})
