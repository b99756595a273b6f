// What a suite is. A suite plans: it says which cells there are and how what a cell brings back is recorded. What
// happens inside a cell is its job, in `<suite>-job.ts`. Both registries (index.ts, jobs.ts) list every suite once.
import type { BackendKind } from '@parperos/alloc-api'
import type { AllocatorName } from '../compose.ts'
import type { Cell } from '../measure/job.ts'
import type { Exploration, FileCache, KeyValueResults, PackageStore, PageWork, Result } from '../report/schema.ts'

/** What the caller wants, checked. */
export interface Settings {
  quick: boolean
  /** How long one round of one measurement takes, about. */
  timeMs: number
  rounds: number
  seed: number
  workers: number[]
  backends: BackendKind[]
  /** The directory of real input; undefined: the suite looks for one. */
  dir: string | undefined
  /** Where to look for one. */
  cwd: string
  /** Allocators on those of the backends that can run here. */
  runnable: Runnable[]
}

export interface Runnable {
  allocator: AllocatorName
  backend: BackendKind
}

/** What suites write and the report contains. */
export interface Records {
  results: Result[]
  exploration?: Exploration
  fileCache?: FileCache
  pageWork?: PageWork[]
  keyValue?: KeyValueResults
  packageStore?: PackageStore
  /** What cells found out that the reader should know, one sentence each. */
  notes?: string[]
}

export interface Measurement {
  cell: Cell
  /** Adds what the cell's job brought back. Throws a `RunFailure` when it shows that something is wrong. */
  record(outcome: unknown, records: Records): void
}

export interface Plan {
  measurements: Measurement[]
  /** What the reader of the report should know about the input, one sentence each. */
  notes: string[]
}

export interface Suite {
  name: string
  /** One line for `--help`. */
  about: string
  /** Part of `start`. */
  main: boolean
  /** Takes `--dir`. */
  takesDirectory: boolean
  /** Looks at the input and decides what to measure; throws `Misuse` for bad input. */
  plan(settings: Settings): Promise<Plan>
}
