// Makes single runs, for the pilot: resets the memory, lays the plan down, gives the first turn away, and when all workers
// have ended looks at what they left.
import type { Words } from '@parperos/observe'
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import * as C from './control.ts'
import type { Control } from './control.ts'
import { choose } from './next.ts'
import { recordedRun, type Run, type Segment } from './run.ts'
import type { Scenario } from './scenario.ts'
import { giveTurn, takeTurn } from './turn.ts'
import type { Ending } from './worker.ts'

/** What went wrong: `check` threw, a worker threw, all that were left wait, nobody gets on, a worker never came back. */
export type FailureKind = 'check' | 'thrown' | 'deadlock' | 'no progress' | 'stuck'

export interface Outcome {
  run: Run
  failure: { kind: FailureKind; message: string } | null
  /** With places asked for: where each worker called each of its steps. */
  places: string[][]
}

/** What a random run draws beforehand. */
export interface Draw {
  /** The highest goes first. */
  priorities: number[]
  /** The positions in the trace at which the running worker falls behind. */
  changes: number[]
}

export interface Request {
  plan: readonly Segment[]
  /** What does not fit is left out of the plan, instead of ending the run. */
  lenient?: boolean
  places?: boolean
  draw?: Draw
}

/** A worker did not come back: its thread cannot be used any more, and neither can this runner. */
export class Stuck extends Error {
  readonly outcome: Outcome
  constructor(outcome: Outcome) {
    super('a worker does not come back')
    this.outcome = outcome
  }
}

export class Runner {
  readonly scenario: Scenario
  readonly control: Control
  readonly workers: number
  readonly #memory: Words
  readonly #first: Int32Array
  readonly #ports: MessagePort[]
  readonly #given: unknown
  readonly #stuckMs: number
  /** A worker did not come back. */
  isStuck = false
  /** How many steps were taken in all runs. */
  steps = 0

  constructor(
    scenario: Scenario,
    control: Control,
    memory: Words,
    ports: MessagePort[],
    given: unknown,
    stuckMs: number,
  ) {
    this.scenario = scenario
    this.control = control
    this.workers = scenario.workers.length
    this.#memory = memory
    this.#first = memory.slice()
    this.#ports = ports
    this.#given = given
    this.#stuckMs = stuckMs
  }

  /** Runs the workers once, by a plan and behind its end by the rules of next.ts. */
  execute(request: Request): Outcome {
    const { control, workers } = this
    this.#prepare(request)
    const first = choose(control, 0, C.START)
    if (first >= 0) {
      giveTurn(control, first)
      this.#awaitEnd()
    }
    const run = recordedRun(control)
    this.steps += run.steps
    const endings = Array.from({ length: workers }, (_, worker) => this.#endingOf(worker))
    const places = endings.map((ending) => ending.places ?? [])
    return { run, failure: this.#judge(run, endings), places }
  }

  #prepare({ plan, lenient = false, places = false, draw }: Request): void {
    const { control, workers } = this
    this.#memory.set(this.#first)
    C.resetControl(control)
    control[C.MODE] = (lenient ? C.LENIENT : 0) | (places ? C.PLACES : 0) | (draw ? C.RANDOM : 0)
    control[C.RUNNABLE] = (1 << workers) - 1
    control[C.PLAN_LENGTH] = plan.length
    plan.forEach(({ worker, until }, entry) => {
      control[C.planAt(entry)] = worker
      control[C.planAt(entry) + 1] = until
    })
    draw?.priorities.forEach((priority, worker) => (control[C.priorityAt(worker)] = priority))
    draw?.changes.forEach((position, change) => (control[C.changeAt(change)] = position))
    control[C.CHANGES] = draw?.changes.length ?? 0
  }

  /** Waits until all have ended; a worker that takes no step for too long will not. */
  #awaitEnd(): void {
    const { control, workers } = this
    let length = control[C.LENGTH]
    while (!takeTurn(control, workers, this.#stuckMs)) {
      const now = control[C.LENGTH]
      if (now === length) throw new Stuck(this.#stuck())
      length = now
    }
  }

  #stuck(): Outcome {
    this.isStuck = true
    const run = { ...recordedRun(this.control), abort: C.STUCK }
    const worker = run.stretches.at(-1)?.worker ?? 0
    const steps = run.stretches.at(-1)?.stepsAfter ?? 0
    const message = `worker ${worker} took no step for ${this.#stuckMs} ms after its step ${steps}`
    return { run, failure: { kind: 'stuck', message }, places: [] }
  }

  #endingOf(worker: number): Ending {
    const { control } = this
    switch (control[C.resultKindAt(worker)]) {
      case C.NUMBER:
        return { result: control[C.resultAt(worker)] }
      case C.MESSAGE:
        return (receiveMessageOnPort(this.#ports[worker]) as { message: Ending }).message
      default:
        return {}
    }
  }

  #judge(run: Run, endings: Ending[]): Outcome['failure'] {
    switch (run.abort) {
      case C.DEADLOCK: {
        const waiting = run.waiting.map(({ worker, word }) => `worker ${worker} on ${this.nameOf(word)}`)
        return { kind: 'deadlock', message: `everybody who is left waits: ${waiting.join(', ')}` }
      }
      case C.NO_PROGRESS:
        return { kind: 'no progress', message: `the workers have not ended after ${run.steps} steps` }
      case C.DOES_NOT_FIT:
        return null
    }
    const thrower = endings.findIndex(({ thrown }) => thrown !== undefined)
    if (thrower >= 0) {
      return { kind: 'thrown', message: `worker ${thrower} threw ${messageOf(endings[thrower].thrown)}` }
    }
    try {
      const results = endings.map(({ result }) => result)
      this.scenario.check(this.#memory, results, this.#given)
      return null
    } catch (error) {
      return { kind: 'check', message: messageOf(error) }
    }
  }

  /** What a word of the memory is called. */
  nameOf(word: number): string {
    return this.scenario.nameOf?.(word) ?? `[${word}]`
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'Error' || error.name === 'AssertionError' ? error.message : `${error.name}: ${error.message}`
}
