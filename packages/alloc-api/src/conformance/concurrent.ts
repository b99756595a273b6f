// The main thread's end of a concurrent run: workers, of any backends, on one allocator at the same time. When they
// have finished, what they hold by their own account must be exactly what the allocator says is allocated.
import type { FrameAllocator } from '../frame-allocator.ts'
import type { ChurnJob, ChurnResult } from './churn.ts'
import { ConformanceError, expectEqual } from './expect.ts'
import { isChurnAnswer, type ChurnRequest } from './messages.ts'
import type { Port } from './port.ts'
import { BEFORE, Shadow } from './shadow.ts'
import { FrameOracle } from '../model/oracle.ts'

export interface ConcurrentWorker {
  /** The way to a worker that runs `serveConformanceJobs`. */
  port: Port
  /** What its `resolveBackend` knows the backend by. */
  backend: string
  /** A slot that nobody holds. */
  slot: number
}

export interface ConcurrentOptions {
  /** An instance of this thread, which does nothing until the workers have finished. */
  allocator: FrameAllocator
  workers: readonly ConcurrentWorker[]
  /** How many times to take or give, over all workers. */
  operations: number
  seed: number
  /** How often each order, 0 … 10, is asked for. Default: mostly small ones, some of every order. */
  mix?: readonly number[]
  /** The share of all frames that the workers hold together; near and above 1 they compete for them. Default 0.5. */
  holdShare?: number
  /** Whether the workers give everything back at the end. Default true. */
  freeAll?: boolean
}

export interface ConcurrentResult {
  operations: number
  gets: number
  puts: number
  /**
   * How often a worker was told that there is no block. With order 0 only and frames to spare this has to be 0; larger
   * blocks can be missing because memory is in pieces.
   */
  outOfMemory: number
  workers: ChurnResult[]
}

/** How often orders 0 … 10 are asked for: mostly small ones, some of every order. */
export const usualMix = [240, 60, 40, 30, 20, 10, 8, 6, 4, 3, 1]

/**
 * Lets the workers churn on one allocator at the same time, then judges. Throws a `ConformanceError` that names frame
 * and owners when a frame was in two hands, and when allocator and owners disagree afterwards. Interleavings differ
 * from run to run; what each worker draws comes from the seed. The same workers can serve one run after the other; once
 * one has failed, end them.
 */
export async function runConcurrently(options: ConcurrentOptions): Promise<ConcurrentResult> {
  const { allocator, workers, freeAll = true } = options
  const shadow = Shadow.create(allocator.frames)
  const before = enterBefore(allocator, shadow)
  const outcomes = await Promise.allSettled(
    workers.map((worker, index) => runOne(worker, requestOf(options, shadow, index), shadow)),
  )
  const failures = outcomes.flatMap((outcome, i) =>
    outcome.status === 'rejected' ? [`${nameOf(workers[i])}: ${String(outcome.reason)}`] : [],
  )
  if (failures.length > 0) throw new ConformanceError(`workers failed: ${failures.join('; ')}`)
  const results = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  if (freeAll) giveRest(allocator, shadow)
  judge(allocator, shadow)
  if (freeAll) expectEqual(allocator.stats().free, allocator.frames - before, 'free frames when all was given back')
  const sum = (key: 'operations' | 'gets' | 'puts' | 'outOfMemory') =>
    results.reduce((total, one) => total + one[key], 0)
  return {
    operations: sum('operations'),
    gets: sum('gets'),
    puts: sum('puts'),
    outOfMemory: sum('outOfMemory'),
    workers: results,
  }
}

const nameOf = ({ backend, slot }: ConcurrentWorker): string => `${backend} on slot ${slot}`

/** What is allocated already belongs to nobody of the run. */
function enterBefore(allocator: FrameAllocator, shadow: Shadow): number {
  let before = 0
  for (let frame = 0; frame < shadow.frames; frame++) {
    if (allocator.statsAt(frame, 0).free === 1) continue
    shadow.take(frame, 0, BEFORE)
    before++
  }
  return before
}

function requestOf(options: ConcurrentOptions, shadow: Shadow, index: number): ChurnRequest {
  const { allocator, workers, operations, seed, mix = usualMix, holdShare = 0.5, freeAll = true } = options
  const { backend, slot } = workers[index]
  const job: ChurnJob = {
    seed: seed * 1000 + index,
    operations: Math.ceil(operations / workers.length),
    mix,
    holdFrames: (allocator.frames * holdShare) / workers.length,
    freeAll,
  }
  const { handle } = allocator
  return {
    type: 'parperos:churn',
    id: crypto.randomUUID(),
    backend,
    handle,
    slot,
    workers: workers.length,
    shadow: shadow.words,
    job,
  }
}

async function runOne({ port }: ConcurrentWorker, request: ChurnRequest, shadow: Shadow): Promise<ChurnResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ChurnResult>()
  const unsubscribe = [
    port.onMessage((message) => {
      if (!isChurnAnswer(message) || message.id !== request.id) return
      if (message.type === 'parperos:churned') resolve(message.result)
      else reject(new ConformanceError(message.reason))
    }),
    port.onFailure((reason) => {
      shadow.abandon()
      reject(new ConformanceError(reason))
    }),
  ]
  port.postMessage(request)
  try {
    return await promise
  } finally {
    for (const end of unsubscribe) end()
  }
}

/** Gives back what was on its way between workers, once they have finished. */
export function giveRest(allocator: FrameAllocator, shadow: Shadow): void {
  for (const block of shadow.empty()) {
    const [frame, order] = [Math.floor(block / 16), block % 16]
    shadow.release(frame, order, BEFORE)
    allocator.put(frame, order)
  }
}

/** Throws unless every frame is allocated exactly when somebody owns it, and the statistics say so. */
export function judge(allocator: FrameAllocator, shadow: Shadow): void {
  allocator.validate()
  const oracle = new FrameOracle(shadow.frames)
  for (let frame = 0; frame < shadow.frames; frame++) {
    const owner = shadow.owner(frame)
    if (owner !== 0) oracle.took(frame, 0)
    const { free } = allocator.statsAt(frame, 0)
    if (free === Number(owner === 0)) continue
    const state = free ? 'free' : 'allocated'
    throw new ConformanceError(`frame ${frame} is ${state}, but its owner is ${owner || 'nobody'}`)
  }
  expectEqual(allocator.stats(), oracle.stats, 'stats() after the run')
}
