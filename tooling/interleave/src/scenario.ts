// A scenario: what the workers share, what each of them does, and what has to hold afterwards. It is a module, since every
// thread loads it for itself: nothing but the shared words and what can be cloned passes between threads.
import type { Words } from '@parperos/observe'

/**
 * One situation to explore. A module that exports these names is a scenario; so is an exported object of this type, named
 * behind a `#`: `scenarios.ts#transfer`.
 */
export interface Scenario<Result = unknown, State = unknown, Given = unknown> {
  /** How many 32-bit words the workers share (default 64), or a function that makes them, over a SharedArrayBuffer. */
  words?: number | (() => Words)
  /** Brings the words into their first state, once. What it returns (clonable) is given to `prepare` and `check`. */
  setup?(memory: Words): Given | Promise<Given>
  /** What each thread makes once for itself, before the first run; none of it is a step. */
  prepare?(memory: Words, worker: number, given: Given): State
  /** What the workers do, 1 to 8 of them, all synchronous. Every access to `memory` is a step. */
  workers: readonly ((memory: Words, state: State) => Result)[]
  /** Throws when what the workers left is wrong. Runs after all of them have ended. */
  check(memory: Words, results: Result[], given: Given): void
  /** What a word is called in printed schedules. */
  nameOf?(index: number): string
}

/** A scenario's module, as a file path or URL, with the name of an export behind a `#` where it is not the module itself. */
export type ScenarioName = string | URL

export const MOST_WORKERS = 8
const DEFAULT_WORDS = 64

/** Loads a scenario into this thread; throws when it is none, saying what is missing. */
export async function loadScenario(url: string): Promise<Scenario> {
  const [file, ...names] = url.split('#')
  const module = (await import(file)) as Record<string, unknown>
  const name = names.at(0) ?? (module.workers === undefined ? 'default' : null)
  const found = name === null ? module : module[name]
  const what = name === null ? file : `${name} of ${file}`
  if (typeof found !== 'object' || found === null) {
    throw new Error(`${what} is no scenario: expected exports workers and check, found ${Object.keys(module).join(', ')}`)
  }
  const scenario = found as Scenario
  const { workers } = scenario as Partial<Scenario>
  if (!Array.isArray(workers) || workers.some((worker) => typeof worker !== 'function')) {
    throw new Error(`${what} is no scenario: workers has to be a list of functions`)
  }
  if (workers.length < 1 || workers.length > MOST_WORKERS) {
    throw new Error(`${what} has ${workers.length} workers: expected 1 to ${MOST_WORKERS}`)
  }
  if (typeof scenario.check !== 'function') throw new Error(`${what} is no scenario: check has to be a function`)
  return scenario
}

/** The words that a scenario's workers share. */
export function memoryOf({ words = DEFAULT_WORDS }: Scenario): Words {
  if (typeof words === 'number') return new Int32Array(new SharedArrayBuffer(words * 4))
  const made = words()
  if (made instanceof Int32Array && (made.buffer as unknown) instanceof SharedArrayBuffer) return made
  throw new Error('the words of a scenario have to be an Int32Array over a SharedArrayBuffer')
}
