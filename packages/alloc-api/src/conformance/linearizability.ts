// Linearizability of real runs: workers, of any backends, make short histories on one allocator, thousands of them,
// and each has to be explained by a sequence. Unlike a concurrent run (concurrent.ts), whose accounts have to be
// right in the end, this judges every single answer: a refusal while a block was free throughout, a `getAt` that came
// too late to be true, a `put` that took effect after it had returned.
import type { FrameAllocator } from '../frame-allocator.ts'
import { checkHistory } from './check-history.ts'
import type { ConcurrentWorker } from './concurrent.ts'
import { ConformanceError } from './expect.ts'
import type { MayRefuse } from './frame-specification.ts'
import { askToRecord } from './history-messages.ts'
import type { History, Operation } from './history.ts'
import { GIVEN_UP, Meeting } from './meeting.ts'
import { completeShape, type HistoryShape } from './program.ts'
import type { Recording, Recordings } from './record.ts'
import { listHistory } from './timeline.ts'

export interface LinearizabilityOptions {
  /** An instance of this thread, which does nothing until the workers have finished. What it holds is given back. */
  allocator: FrameAllocator
  workers: readonly ConcurrentWorker[]
  /** How many histories in which operations of different workers overlapped; others are checked and not counted. */
  histories: number
  seed: number
  shape?: HistoryShape
  /** Requests that a policy refuses although blocks are free. Default: none. */
  mayRefuse?: MayRefuse
}

export interface LinearizabilityResult {
  /** All that were recorded and checked. */
  histories: number
  /** Those among them in which operations of different workers overlapped. */
  concurrent: number
  operations: number
  /** Operations that overlapped one of another worker. */
  overlapping: number
  /** Operations during which another worker's began and ended. */
  enclosing: number
  /** `get`s that were refused. */
  refused: number
}

/** Histories between two states that are drawn anew. */
const PER_SERIES = 16
/** At most so many series are made before they are checked. */
const MOST_SERIES = 16
/**
 * Histories that are made at most for each concurrent one that is asked for. A machine that is busy with other things
 * may not run two workers at the same time for seconds; but where that is so all the time, nothing is tested.
 */
const MOST_PER_CONCURRENT = 100

/**
 * Records histories and looks for an explanation of each. Throws a `ConformanceError` when there is none: it shows time
 * lines of the smallest part of the history that cannot be explained, says why not, and has the history itself in a
 * line for {@link checkHistory}. Interleavings differ from run to run; what each worker calls comes from the seed.
 * Throws as well when the workers hardly ever met. The same workers can serve one run after the other; once one has
 * failed, end them.
 */
export async function expectLinearizable(options: LinearizabilityOptions): Promise<LinearizabilityResult> {
  const { histories, mayRefuse, seed } = options
  const result: LinearizabilityResult = {
    histories: 0,
    concurrent: 0,
    operations: 0,
    overlapping: 0,
    enclosing: 0,
    refused: 0,
  }
  const batch = Math.min(MOST_SERIES, Math.ceil(histories / PER_SERIES))
  for (let from = 0; result.concurrent < histories; from += batch) {
    if (result.histories >= histories * MOST_PER_CONCURRENT) {
      const found = `in ${result.concurrent} of ${result.histories} histories`
      throw new ConformanceError(`operations of different workers overlapped ${found}, too few to tell anything`)
    }
    const { series, failures } = await recordSeries(options, from, from + batch)
    series.forEach((one, i) => checkSeries(one, `series ${from + i} of seed ${seed}`, result, mayRefuse))
    if (failures.length > 0) throw new ConformanceError([...failures, ...lastCalls(series)].join('\n'))
  }
  return result
}

/** What the workers made of one series: histories, each of which begins with what the one before left. */
interface Series extends Omit<History, 'operations'> {
  histories: Operation[][]
}

function checkSeries(series: Series, name: string, result: LinearizabilityResult, mayRefuse?: MayRefuse): void {
  const { histories, left, ...common } = series
  let { free } = series
  histories.forEach((operations, i) => {
    const isLast = i === histories.length - 1
    const history: History = { ...common, free, operations, ...(isLast && left ? { left } : {}) }
    free = checkHistory(history, mayRefuse, `history ${i} of ${name}`)
    count(history, result)
  })
}

/** What was called last, for whoever looks into a worker's failure. */
function lastCalls(series: readonly Series[]): string[] {
  const last = series.at(-1)
  const operations = last?.histories.at(-1)
  if (!last || !operations) return []
  return ['every answer before that can be explained; the last ones were:', listHistory({ ...last, operations })]
}

interface Recorded {
  series: Series[]
  /** What went wrong, each with the worker to which it happened. */
  failures: string[]
}

/** The series of a seed from one number to before another, as far as they were recorded. */
async function recordSeries(options: LinearizabilityOptions, from: number, to: number): Promise<Recorded> {
  const { allocator, workers, seed } = options
  const shape = completeShape(options.shape ?? {}, allocator)
  const meeting = new Meeting(workers.length)
  const common = { shape, seed, from, to, histories: PER_SERIES, workers: workers.length, meeting: meeting.words }
  const recordings = await Promise.all(
    workers.map(({ port, backend, slot }, worker) =>
      askToRecord(port, { backend, handle: allocator.handle, slot, job: { ...common, worker } }).catch(
        (error: unknown): Recordings => ({ series: [], failure: String(error) }),
      ),
    ),
  )
  const all = recordings.flatMap(({ failure }, i) =>
    failure === null ? [] : [`${workers[i].backend} on slot ${workers[i].slot}: ${failure}`],
  )
  // Those that gave up because another one did say nothing new.
  const first = all.filter((failure) => !failure.endsWith(GIVEN_UP))
  const failures = first.length > 0 ? first : all
  const names = workers.map(({ backend }) => backend)
  const count = Math.min(...recordings.map(({ series }) => series.length))
  const series = Array.from({ length: count }, (_, i) =>
    joined(
      recordings.map((ofWorker) => ofWorker.series[i]),
      allocator.frames,
      names,
    ),
  )
  return { series: series.filter((one) => one !== null), failures }
}

/** What the workers know of one series, put together; null when it did not begin. */
function joined(recordings: readonly Recording[], frames: number, workers: readonly string[]): Series | null {
  const { free, left } = recordings.find((recording) => recording.free) ?? {}
  if (!free) return null
  const complete = Math.min(...recordings.map(({ operations }) => operations.length))
  const histories = Array.from({ length: complete }, (_, i) => recordings.flatMap(({ operations }) => operations[i]))
  return { frames, workers, free, histories: histories.map(fromZero), ...(left ? { left } : {}) }
}

/** The time counts from the start of the history. */
function fromZero(operations: readonly Operation[]): Operation[] {
  const start = Math.min(...operations.map(({ invoked }) => invoked))
  return operations.map((one) => ({ ...one, invoked: one.invoked - start, returned: endOf(one) - start }))
}

function count({ operations }: History, result: LinearizabilityResult): void {
  const overlapping = operations.filter((one) => operations.some((other) => overlapInTime(one, other))).length
  result.histories++
  result.concurrent += Number(overlapping > 0)
  result.operations += operations.length
  result.overlapping += overlapping
  result.enclosing += operations.filter((one) => operations.some((other) => enclosesInTime(one, other))).length
  result.refused += operations.filter(({ what, done }) => what === 'get' && !done).length
}

const overlapInTime = (one: Operation, other: Operation): boolean =>
  one.worker !== other.worker && one.invoked < endOf(other) && other.invoked < endOf(one)

const enclosesInTime = (one: Operation, other: Operation): boolean =>
  one.worker !== other.worker && one.invoked < other.invoked && endOf(other) < endOf(one)

const endOf = ({ returned }: Operation): number => returned ?? Infinity
