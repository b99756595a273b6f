// What a suite has run in the processes that measure. A cell is one process: it opens what is measured, starts the
// workers, which all do the same work at the same time, and puts together what they bring back.
import type { Barrier } from './barrier.ts'

/** One measurement in a process of its own. All of it is plain data. */
export interface Cell<Input = unknown> {
  /** The job that runs in it: suites/jobs.ts. */
  job: string
  /** What a person reads while it runs. */
  label: string
  workers: number
  input: Input
}

/** What a worker thread knows of the others. */
export interface Seat {
  barrier: Barrier
  worker: number
  workers: number
}

export interface Job<Input, Shared, Part, Outcome> {
  /** In the cell's process, before its workers start: what they share, structured-clonable. */
  open(input: Input, workers: number): Promise<Shared>
  /** In each worker thread, all at the same time. */
  work(shared: Shared, input: Input, seat: Seat): Promise<Part>
  /** In the cell's process, when all workers have ended; `parts` by worker number. */
  close(shared: Shared, input: Input, parts: Part[]): Promise<Outcome>
}

// Which types a job has is known to its suite alone; between the two, cells and outcomes are plain data.
export type AnyJob = Job<unknown, unknown, unknown, unknown>

/** What a worker thread is started with. */
export interface WorkerOrder {
  cell: Cell
  shared: unknown
  barrier: Int32Array<SharedArrayBuffer>
  worker: number
}

/** What a worker thread posts when it is done. */
export interface WorkerReply {
  part: unknown
}

/** What the cell's process sends back. */
export type CellReply = { outcome: unknown } | { error: string }
