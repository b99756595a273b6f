// The worker's end of recording histories: all workers together, on one allocator, series by series. By turns one of
// them brings the frames into the state in which a series begins. Then comes one history after the other: all meet,
// start at the same moment, make their calls and note the time before and after each. Where one history ends the next
// begins, with whatever the workers hold by then. At the end of the series the same one looks at what is free.
import type { ParperosError } from '../errors.ts'
import type { FrameAllocator, FullFrameAllocator } from '../frame-allocator.ts'
import { ConformanceError, fail } from './expect.ts'
import { halvesOf, largestBlocks, snapshot, type Block, type Operation } from './history.ts'
import { Meeting } from './meeting.ts'
import { drawProgram, drawSetting, type CompleteShape, type Setting, type Step } from './program.ts'
import type { Words } from '../sab/atomics.ts'

export interface RecordJob {
  shape: CompleteShape
  seed: number
  /** Numbers of the first series and of the one behind the last. */
  from: number
  to: number
  /** How many histories a series has. */
  histories: number
  /** Which worker this is, of how many. */
  worker: number
  workers: number
  meeting: Words
}

/** What one worker knows of one series. */
export interface Recording {
  /** Of each history that came to its end, what this worker did. */
  operations: Operation[][]
  /** What was free before and after the series, from the worker whose turn it was to look. */
  free?: Block[]
  left?: Block[]
}

/** What one worker knows in the end. */
export interface Recordings {
  series: Recording[]
  /** Why it gave up, if it did: what was recorded until then may tell more. */
  failure: string | null
}

/** Takes part in all series of a job. */
export function record(allocator: FrameAllocator, job: RecordJob): Recordings {
  const series: Recording[] = []
  try {
    // What the allocator does not support, the shape does not ask for.
    const recorder = new Recorder(allocator as FullFrameAllocator, job)
    for (let i = job.from; i < job.to; i++) {
      const recording: Recording = { operations: [] }
      series.push(recording)
      recorder.series(i, recording)
    }
  } catch (error) {
    new Meeting(job.workers, job.meeting).abandon()
    return { series, failure: error instanceof Error ? error.message : String(error) }
  }
  return { series, failure: null }
}

/** Brings about the state in which a series begins; what is free then. */
function prepare(allocator: FrameAllocator, { free, drained }: Setting): Block[] {
  for (const { frame, order } of snapshot(allocator).allocated) allocator.put(frame, order)
  if (drained && allocator.supports.reclaim) (allocator as FullFrameAllocator).drain()
  for (const block of largestBlocks(allocator.frames)) takeNamed(allocator, block)
  for (const { frame, order } of free) allocator.put(frame, order)
  const found = snapshot(allocator).free
  const count = (blocks: readonly Block[]): number => blocks.reduce((sum, { order }) => sum + 2 ** order, 0)
  if (count(found) !== count(free)) fail(`${count(free)} frames were made free, and ${count(found)} are`)
  return found
}

/** Takes a block of memory that is free; by its name where that can be done, else whichever comes. */
function takeNamed(allocator: FrameAllocator, { frame, order }: Block): void {
  if (!allocator.supports.placement) allocator.get(order)
  else if (!(allocator as FullFrameAllocator).getAt(frame, order)) {
    fail(`block ${frame} of order ${order} was refused, with no other worker inside and all of it free`)
  }
}

/** What is free when all have returned; the structure has to be in order then. */
function settle(allocator: FrameAllocator): Block[] {
  allocator.validate()
  return snapshot(allocator).free
}

/** One worker; what is in its hands it gives back in later calls. */
class Recorder {
  readonly #allocator: FullFrameAllocator
  readonly #job: RecordJob
  readonly #meeting: Meeting
  readonly #worker: number
  #held: Block[] = []
  #operations: Operation[] = []

  constructor(allocator: FullFrameAllocator, job: RecordJob) {
    this.#allocator = allocator
    this.#job = job
    this.#meeting = new Meeting(job.workers, job.meeting)
    this.#worker = job.worker
  }

  /** Takes part in the series of that number, and enters what it comes to. */
  series(series: number, recording: Recording): void {
    const { shape, seed, histories, workers, worker } = this.#job
    const allocator = this.#allocator
    const setting = drawSetting(shape, allocator.frames, workers, seed, series)
    const programs = Array.from({ length: histories }, (_, i) =>
      drawProgram(shape, setting, allocator, seed, series * histories + i, worker),
    )
    const isOnTurn = series % workers === worker
    if (isOnTurn) recording.free = prepare(allocator, setting)
    this.#held = [...setting.held[worker]]
    this.#meeting.meet()
    for (const program of programs) {
      const operations = this.#history(program)
      // Where one history ends, the next begins.
      this.#meeting.meet()
      recording.operations.push(operations)
    }
    if (isOnTurn) recording.left = settle(allocator)
    // Nobody prepares the next series before this one has been looked at.
    this.#meeting.meet()
  }

  /** Makes the calls of a program, as quickly as it can. */
  #history(program: readonly Step[]): Operation[] {
    this.#operations = []
    for (const step of program) {
      try {
        this.#call(step)
      } catch (error) {
        throw new ConformanceError(`${step.kind} failed: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    return this.#operations
  }

  #call(step: Step): void {
    const { kind } = step
    if (kind === 'get') this.#get(step)
    else if (kind === 'getAt') this.#getAt(step)
    else if (kind === 'getBatch') this.#getBatch(step)
    else if (kind === 'drain') this.#drain()
    else if (kind === 'putAgain') this.#put(step.block)
    else this.#give(step)
  }

  #give(step: Step): void {
    const block = this.#pick(step)
    // Empty hands have to be filled first.
    if (!block) this.#get(step)
    else if (step.kind === 'putBatch') this.#putBatch(block, step.count)
    else this.#put(this.#part(block, step))
  }

  #get({ order, frameClass }: Step): void {
    const invoked = this.#meeting.tick()
    const frame = frameClass < 0 ? this.#allocator.tryGet(order) : this.#allocator.tryGet(order, frameClass)
    const returned = this.#meeting.tick()
    this.#took({ worker: this.#worker, what: 'get', order, frame, done: frame >= 0, frameClass, invoked, returned })
  }

  #getAt({ block: { frame, order }, frameClass }: Step): void {
    const allocator = this.#allocator
    const invoked = this.#meeting.tick()
    const done = frameClass < 0 ? allocator.getAt(frame, order) : allocator.getAt(frame, order, frameClass)
    const returned = this.#meeting.tick()
    this.#took({ worker: this.#worker, what: 'getAt', order, frame, done, frameClass, invoked, returned })
  }

  #getBatch({ order, frameClass, count }: Step): void {
    const allocator = this.#allocator
    const into = new Uint32Array(count)
    const invoked = this.#meeting.tick()
    const got = frameClass < 0 ? allocator.getBatch(order, into) : allocator.getBatch(order, into, frameClass)
    const returned = this.#meeting.tick()
    const frames = got < count ? [...into.subarray(0, got), -1] : into
    for (const frame of frames) {
      this.#took({ worker: this.#worker, what: 'get', order, frame, done: frame >= 0, frameClass, invoked, returned })
    }
  }

  #drain(): void {
    const invoked = this.#meeting.tick()
    this.#allocator.drain()
    const returned = this.#meeting.tick()
    this.#note({ ...noBlock, worker: this.#worker, what: 'drain', invoked, returned })
  }

  #put({ frame, order }: Block): void {
    const invoked = this.#meeting.tick()
    const done = tryPut(this.#allocator, frame, order)
    const returned = this.#meeting.tick()
    this.#note({ worker: this.#worker, what: 'put', order, frame, done, frameClass: -1, invoked, returned })
  }

  /** Gives back this block and others of its order, at most `count`. */
  #putBatch({ frame, order }: Block, count: number): void {
    const more = this.#held.filter((block) => block.order === order).slice(0, count - 1)
    this.#held = this.#held.filter((block) => !more.includes(block))
    const frames = Uint32Array.from([frame, ...more.map((block) => block.frame)])
    const invoked = this.#meeting.tick()
    const given = tryPutBatch(this.#allocator, order, frames)
    const returned = this.#meeting.tick()
    // What comes after a bad element is left alone.
    const common = { worker: this.#worker, what: 'put', order, frameClass: -1, invoked, returned } as const
    frames.subarray(0, given + 1).forEach((frame, i) => this.#note({ ...common, frame, done: i < given }))
  }

  /** Takes a block out of the hands, if there is one. */
  #pick({ pick }: Step): Block | undefined {
    return this.#held.splice(pick % this.#held.length, 1).at(0)
  }

  /** The block, or half of it: the other one stays. */
  #part(block: Block, { half }: Step): Block {
    if (half === 'none' || block.order === 0) return block
    const [lower, upper] = halvesOf(block)
    this.#held.push(half === 'lower' ? upper : lower)
    return half === 'lower' ? lower : upper
  }

  #took(operation: Operation): void {
    if (operation.done) this.#held.push({ frame: operation.frame, order: operation.order })
    this.#note(operation)
  }

  #note(operation: Operation): void {
    this.#operations.push(operation)
  }
}

/** What a `drain` says about blocks. */
const noBlock = { order: 0, frame: -1, done: true, frameClass: -1 }

function tryPut(allocator: FrameAllocator, frame: number, order: number): boolean {
  try {
    allocator.put(frame, order)
    return true
  } catch (error) {
    if (isNotAllocated(error)) return false
    throw error
  }
}

/** How many were given back before one was refused. */
function tryPutBatch(allocator: FrameAllocator, order: number, frames: Uint32Array): number {
  try {
    allocator.putBatch(order, frames)
    return frames.length
  } catch (error) {
    if (isNotAllocated(error) && error.done !== undefined) return error.done
    throw error
  }
}

/** Told by the code, not by the class: an implementation may carry a copy of alloc-api of its own. */
const isNotAllocated = (error: unknown): error is ParperosError =>
  error instanceof Error && 'code' in error && error.code === 'NOT_ALLOCATED'
