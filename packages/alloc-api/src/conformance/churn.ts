// What one worker of a concurrent run does: it takes and gives blocks of mixed orders as quickly as it can, alone and
// in batches, in whole and in parts, and passes some on, so that other workers give them back. Every frame that it gets
// is entered in the shadow, every one that it gives back is struck out there first. A frame in two hands ends the job.
import type { FrameAllocator, PlacingFrameAllocator, ReclaimingFrameAllocator } from '../frame-allocator.ts'
import { ConformanceError } from './expect.ts'
import { Random } from './random.ts'
import { describeConflict, type Conflict, type Shadow } from './shadow.ts'

export interface ChurnJob {
  seed: number
  /** How many times to take or give in all: each block of a batch counts, and each refusal. */
  operations: number
  /** How often each order, 0 … 10, is asked for. */
  mix: readonly number[]
  /** Up to that many frames, taking is preferred to giving. */
  holdFrames: number
  /** Whether everything is given back at the end. */
  freeAll: boolean
}

export interface ChurnResult {
  operations: number
  gets: number
  puts: number
  /** How often there was no block of the order. */
  outOfMemory: number
}

const BATCH = 16

/**
 * Runs the job; the worker's number in the shadow is its slot + 1. Throws a `ConformanceError` that names frame and
 * owners when a frame is in two hands, and whatever the allocator throws.
 */
export function churn(allocator: FrameAllocator, shadow: Shadow, job: ChurnJob): ChurnResult {
  const worker = new ChurnWorker(allocator, shadow, job)
  while (worker.done < job.operations) worker.step()
  if (job.freeAll) worker.giveAll()
  return worker.result()
}

class ChurnWorker {
  readonly #allocator: FrameAllocator
  readonly #shadow: Shadow
  readonly #job: ChurnJob
  readonly #random: Random
  readonly #number: number
  /** Blocks, each frame × 16 + order. */
  readonly #held: number[] = []
  readonly #batch = new Uint32Array(BATCH)
  #heldFrames = 0
  #gets = 0
  #puts = 0
  #outOfMemory = 0

  constructor(allocator: FrameAllocator, shadow: Shadow, job: ChurnJob) {
    this.#allocator = allocator
    this.#shadow = shadow
    this.#job = job
    this.#random = new Random(job.seed)
    this.#number = allocator.slot + 1
  }

  get done(): number {
    return this.#gets + this.#puts + this.#outOfMemory
  }

  result(): ChurnResult {
    return {
      operations: this.done,
      gets: this.#gets,
      puts: this.#puts,
      outOfMemory: this.#outOfMemory,
    }
  }

  step(): void {
    const few = this.#heldFrames < this.#job.holdFrames
    if (this.#held.length === 0 || this.#random.chance(few ? 0.6 : 0.4)) this.#take()
    else this.#give()
    if (this.#allocator.supports.reclaim && this.#random.chance(1 / 8192)) {
      ;(this.#allocator as ReclaimingFrameAllocator).drain()
    }
  }

  giveAll(): void {
    for (const block of this.#held.splice(0)) this.#put(block)
  }

  #take(): void {
    const order = this.#random.weighted(this.#job.mix)
    const way = this.#random.below(16)
    if (way === 0) this.#takeBatch(order)
    else if (way === 1 && this.#allocator.supports.placement) this.#takeAt(order)
    else this.#takeOne(order)
  }

  #takeOne(order: number): void {
    const frame = this.#allocator.tryGet(order)
    if (frame >= 0) this.#took(frame, order)
    else this.#refused()
  }

  #takeBatch(order: number): void {
    const batch = this.#batch.subarray(0, 1 + this.#random.below(BATCH))
    const count = this.#allocator.getBatch(order, batch)
    for (const frame of batch.subarray(0, count)) this.#took(frame, order)
    if (count < batch.length) this.#refused()
  }

  #takeAt(order: number): void {
    const blocks = Math.floor(this.#allocator.frames / 2 ** order)
    if (blocks === 0) {
      this.#refused()
      return
    }
    const frame = this.#random.below(blocks) * 2 ** order
    // That this very block is taken says nothing about the memory.
    if ((this.#allocator as PlacingFrameAllocator).getAt(frame, order)) this.#took(frame, order)
  }

  /** Memory has run out for now: half of what is held makes room for everybody. */
  #refused(): void {
    this.#outOfMemory++
    for (let left = this.#held.length >> 1; left > 0; left--) this.#give()
    // What is on its way between workers could be all there is.
    this.#swap(undefined)
  }

  #took(frame: number, order: number): void {
    this.#gets++
    this.#heldFrames += 2 ** order
    this.#held.push(frame * 16 + order)
    this.#note(this.#shadow.take(frame, order, this.#number))
  }

  #give(): void {
    const block = this.#pick()
    if (block === undefined) return
    const order = block % 16
    const way = this.#random.below(16)
    if (way < 3) this.#pass(block)
    else if (way < 5 && order > 0) this.#split(block)
    else if (way === 5) this.#putBatch(block)
    else this.#put(block)
  }

  /** Takes any held block out of the list. */
  #pick(): number | undefined {
    const at = this.#random.below(this.#held.length)
    const block: number | undefined = this.#held[at]
    const last = this.#held.pop()
    if (last !== undefined && at < this.#held.length) this.#held[at] = last
    return block
  }

  /** Hands a block to whoever comes by; what somebody else left there is given back instead. */
  #pass(block: number): void {
    this.#heldFrames -= 2 ** (block % 16)
    this.#swap(block)
  }

  /** Leaves a block, or nothing, at a place in the ring, and gives back what was there. */
  #swap(block: number | undefined): void {
    const other = this.#shadow.swap(this.#random.next(), block)
    if (other === undefined) return
    this.#heldFrames += 2 ** (other % 16)
    this.#put(other)
  }

  /** Gives one half back and keeps the other. */
  #split(block: number): void {
    const half = (block % 16) - 1
    const lower = Math.floor(block / 16) * 16 + half
    const upper = lower + 16 * 2 ** half
    const lowerFirst = this.#random.chance(0.5)
    this.#held.push(lowerFirst ? upper : lower)
    this.#put(lowerFirst ? lower : upper)
  }

  /** Gives back this block together with those of its order that were got lately. */
  #putBatch(block: number): void {
    const order = block % 16
    const frames = [Math.floor(block / 16)]
    const lately = this.#held.splice(Math.max(0, this.#held.length - BATCH))
    for (const one of lately) {
      if (one % 16 === order) frames.push(Math.floor(one / 16))
      else this.#held.push(one)
    }
    for (const frame of frames) this.#release(frame, order)
    this.#allocator.putBatch(order, Uint32Array.from(frames))
  }

  #put(block: number): void {
    const frame = Math.floor(block / 16)
    this.#release(frame, block % 16)
    this.#allocator.put(frame, block % 16)
  }

  #release(frame: number, order: number): void {
    this.#puts++
    this.#heldFrames -= 2 ** order
    this.#note(this.#shadow.release(frame, order, this.#number))
  }

  #note(conflict: Conflict | undefined): void {
    if (conflict) throw new ConformanceError(`after ${this.done} operations ${describeConflict(conflict)}`)
  }
}
