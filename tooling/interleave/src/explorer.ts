// The explorer as callers have it: threads that are started once, and explorations that run on them one after the other.
import { hooksUrl, type Mutant } from '@parperos/observe'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Exploration, ExploreOptions, Replay } from './explore.ts'
import type { Answer, Order } from './pilot.ts'
import type { ScenarioName } from './scenario.ts'

export interface ExplorerOptions {
  /** Errors to plant in what the scenarios load (see @parperos/observe). */
  mutants?: Mutant[]
}

export interface RunOptions {
  /** The most steps of a run; beyond them it counts as one without progress. Default 20,000. */
  steps?: number
  /** How long a worker may go without a step, in milliseconds, before it counts as stuck. Default 10,000. */
  stuckMs?: number
}

/** Explores scenarios on one set of threads; `await using` ends them. */
export class Explorer implements AsyncDisposable {
  readonly #pilot: Worker
  readonly #ended = new AbortController()
  #busy: Promise<unknown> = Promise.resolve()

  constructor({ mutants = [] }: ExplorerOptions = {}) {
    const execArgv = ['--import', hooksUrl]
    this.#pilot = new Worker(new URL('pilot.ts', import.meta.url), { execArgv, workerData: { mutants, execArgv } })
    // What stops the thread rejects whatever is waiting for an answer.
    this.#pilot.on('error', () => undefined)
    this.#pilot.on('exit', () => this.#ended.abort(new Error('the explorer was ended')))
  }

  /** Goes through the schedules of a scenario; rejects when the scenario cannot be loaded or is not deterministic. */
  async explore(scenario: ScenarioName, options: ExploreOptions & RunOptions = {}): Promise<Exploration> {
    return (await this.#ask(scenario, options, { explore: options })) as Exploration
  }

  /** Runs one schedule, as a failure names it. */
  async replay(scenario: ScenarioName, schedule: string, options: RunOptions = {}): Promise<Replay> {
    return (await this.#ask(scenario, options, { replay: schedule })) as Replay
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pilot.terminate()
  }

  async #ask(
    scenario: ScenarioName,
    { steps = 20_000, stuckMs = 10_000 }: RunOptions,
    task: Order['do'],
  ): Promise<unknown> {
    const answer = this.#busy.then(async () => {
      const { signal } = this.#ended
      const answered = once(this.#pilot, 'message', { signal }) as Promise<[Answer]>
      this.#pilot.postMessage({ scenario: urlOf(scenario), steps, stuckMs, do: task } satisfies Order)
      return (await answered)[0]
    })
    this.#busy = answer.catch(() => undefined)
    const given = await answer
    if ('failed' in given) throw given.failed
    return given.done
  }
}

/** A scenario's URL: a file's path counts from the current folder. */
function urlOf(scenario: ScenarioName): string {
  const text = String(scenario)
  if (/^[a-z]+:/.test(text)) return text
  const behind = text.indexOf('#')
  if (behind < 0) return pathToFileURL(resolve(text)).href
  return pathToFileURL(resolve(text.slice(0, behind))).href + text.slice(behind)
}

/** Goes through the schedules of one scenario on threads of its own. */
export async function explore(
  scenario: ScenarioName,
  options: ExploreOptions & RunOptions & ExplorerOptions = {},
): Promise<Exploration> {
  const { mutants, ...rest } = options
  await using explorer = new Explorer(mutants ? { mutants } : {})
  return await explorer.explore(scenario, rest)
}

/** Runs one schedule of a scenario on threads of its own. */
export async function replay(
  scenario: ScenarioName,
  schedule: string,
  options: RunOptions & ExplorerOptions = {},
): Promise<Replay> {
  const { mutants, ...rest } = options
  await using explorer = new Explorer(mutants ? { mutants } : {})
  return await explorer.replay(scenario, schedule, rest)
}
