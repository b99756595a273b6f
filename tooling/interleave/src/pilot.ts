// The pilot: the thread that owns an exploration. It starts the workers' threads, loads the scenario itself for setup and
// check, and blocks while they run, so the thread that asked for the exploration stays free.
import { observedAtomics, unplanted, type Mutant, type Words } from '@parperos/observe'
import { once } from 'node:events'
import { MessageChannel, parentPort, Worker, workerData, type MessagePort } from 'node:worker_threads'
import * as C from './control.ts'
import type { Control } from './control.ts'
import { exploreWith, replayWith, type Exploration, type ExploreOptions, type Replay } from './explore.ts'
import { Runner } from './runner.ts'
import { loadScenario, memoryOf, type Scenario } from './scenario.ts'
import { giveTurn } from './turn.ts'
import type { Assignment, Ready } from './worker.ts'

export interface Order {
  scenario: string
  /** The most steps of a run, and how long a worker may take for one. */
  steps: number
  stuckMs: number
  do: { explore: ExploreOptions } | { replay: string }
}

export type Answer = { done: Exploration | Replay } | { failed: unknown }

const { mutants, execArgv } = workerData as { mutants: Mutant[]; execArgv: string[] }

const threads: Worker[] = []

/** The thread of a worker, started when it is first asked for. */
function threadFor(worker: number): Worker {
  threads[worker] ??= new Worker(new URL('worker.ts', import.meta.url), { execArgv, workerData: { mutants } })
  return threads[worker]
}

// Nearly every scenario has two workers: they start while this thread loads the scenario.
threadFor(0)
threadFor(1)

async function obey({ scenario: url, steps, stuckMs, do: task }: Order): Promise<Exploration | Replay> {
  const scenario = await loadScenario(url)
  const memory = memoryOf(scenario)
  const given = await scenario.setup?.(memory)
  requirePlanted()
  const control = C.newControl(scenario.workers.length, steps)
  const ports = await assign(url, scenario, control, memory, given)
  const runner = new Runner(scenario, control, memory, ports, given, stuckMs)
  try {
    return 'explore' in task ? exploreWith(runner, task.explore) : replayWith(runner, task.replay)
  } finally {
    if (runner.isStuck) await discard()
    else dismiss(control, ports)
  }
}

/** Ends threads of which one does not come back; the next scenario gets new ones. */
async function discard(): Promise<void> {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()))
}

/** A mutant that is in no module that was loaded would prove nothing. */
function requirePlanted(): void {
  const [first] = unplanted(mutants)
  if ((first as Mutant | undefined) === undefined) return
  throw new Error(`a mutant was not planted: the scenario does not load ${first.file}`)
}

/** Gives each worker its part; their ports, when all of them are ready for their turns. */
async function assign(
  url: string,
  scenario: Scenario,
  control: Control,
  memory: Words,
  given: unknown,
): Promise<MessagePort[]> {
  const workers = scenario.workers.length
  return await Promise.all(
    scenario.workers.map(async (_, worker) => {
      const thread = threadFor(worker)
      const { port1, port2 } = new MessageChannel()
      const ready = once(thread, 'message') as Promise<[Ready]>
      const part: Assignment = { scenario: url, worker, workers, control, memory, given, port: port2 }
      thread.postMessage(part, [port2])
      const [answer] = await ready
      if ('failed' in answer) throw answer.failed
      return port1
    }),
  )
}

/** The workers leave the control memory and wait for the next scenario. */
function dismiss(control: Control, ports: MessagePort[]): void {
  C.resetControl(control)
  control[C.COMMAND] = C.STOP
  ports.forEach((port, worker) => {
    giveTurn(control, worker)
    port.close()
  })
}

globalThis.Atomics = observedAtomics(globalThis.Atomics)

parentPort?.on('message', (order: Order) => {
  obey(order).then(
    (done) => parentPort?.postMessage({ done } satisfies Answer),
    (failed: unknown) => parentPort?.postMessage({ failed } satisfies Answer),
  )
})
