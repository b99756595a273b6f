// What a worker does until its process is killed: every operation of the allocator, in all orders, on blocks of its own
// and on some that the other worker has passed to it, in whole and in parts. Each operation is announced in the journal
// before it and entered after it. Blocks of several rows, huge blocks and batches come often, since they take many steps;
// and little is done besides, so that a kill often hits between two of them.
import { Random } from '@parperos/alloc-api/conformance'
import type { LLFreeInstance } from '../../../src/index.ts'
import { encode, frameOf, MAX_BATCH, operation, orderOf, RING, type Journal, type WorkerJournal } from './journal.ts'
import { remainderOf } from './ownership.ts'

/** How often each order, 0 … 10, is asked for, by turns. */
const mixes = [
  [30, 8, 8, 8, 6, 6, 8, 8, 6, 8, 4],
  [1, 0, 1, 0, 0, 1, 4, 6, 8, 1, 0],
  [0, 0, 0, 0, 0, 0, 1, 2, 8, 0, 0],
  [0, 0, 0, 1, 0, 0, 1, 2, 8, 6, 4],
  [20, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0],
]
const BURST = 64

export class Churner {
  readonly #allocator: LLFreeInstance
  readonly #frames: number
  readonly #journal: Journal
  readonly #own: WorkerJournal
  readonly #random: Random
  /** The entries of what is held. */
  readonly #held: number[] = []
  readonly #batch = new Uint32Array(MAX_BATCH)
  readonly #indexes: number[] = []
  #heldFrames = 0
  #targetFrames = 0
  #mix = mixes[0]

  /** Goes on with what the journal says that this worker owns. */
  constructor(allocator: LLFreeInstance, journal: Journal, member: number, seed: number) {
    this.#allocator = allocator
    this.#frames = allocator.frames
    this.#journal = journal
    this.#own = journal.worker(member)
    this.#random = new Random(seed)
    for (let entry = 0; entry < journal.shape.entries; entry++) {
      const block = this.#own.blockAt(entry)
      if (block !== 0) this.#hold(entry, orderOf(block))
    }
    this.#turn()
  }

  step(): void {
    const random = this.#random
    const what = random.below(256)
    if (what === 0) this.#turn()
    else if (what === 1) this.#drain()
    else if (what > 200) this.#burst(random.weighted(this.#mix))
    const hasRoom = this.#own.room > 2 * MAX_BATCH
    const takes = hasRoom && this.#heldFrames < this.#targetFrames ? what < 180 : what < 76
    if (this.#held.length === 0 || (takes && hasRoom)) this.#take(what & 15)
    else this.#give(what & 15)
  }

  /** Another mix, and another number of frames to hold: up to more than half of all, so that memory runs out at times. */
  #turn(): void {
    this.#targetFrames = this.#random.below(Math.floor(this.#frames * 0.55) + 1)
    this.#mix = mixes[this.#random.below(mixes.length)]
  }

  #take(way: number): void {
    const order = this.#random.weighted(this.#mix)
    if (way < 9) this.#get(order)
    else if (way < 10) this.#getAt(order)
    else if (way < 14) this.#getBatch(order)
    else this.#fetch()
  }

  /** Takes a block and gives it back, several times. */
  #burst(order: number): void {
    for (let i = 0; i < BURST && this.#get(order); i++) this.#put(this.#held.length - 1)
  }

  #get(order: number): boolean {
    this.#own.begin(operation.get, order, 0, 0)
    const frame = this.#allocator.tryGet(order)
    if (frame >= 0) this.#enter(frame, order)
    this.#own.commit()
    // Searching in vain takes long and changes little: it is not to be what most kills hit.
    if (frame < 0) this.#targetFrames = this.#heldFrames >> 1
    return frame >= 0
  }

  #getAt(order: number): void {
    const blocks = this.#frames >> order
    if (blocks === 0) return
    const frame = this.#random.below(blocks) << order
    this.#own.begin(operation.getAt, order, frame, 0)
    if (this.#allocator.getAt(frame, order)) this.#enter(frame, order)
    this.#own.commit()
  }

  #getBatch(order: number): void {
    const batch = this.#batch.subarray(0, 1 + this.#random.below(order < 6 ? MAX_BATCH : 4))
    this.#own.begin(operation.getBatch, order, 0, batch.length)
    const count = this.#allocator.getBatch(order, batch)
    for (let i = 0; i < count; i++) this.#enter(batch[i], order)
    this.#own.commit()
  }

  #give(way: number): void {
    const index = this.#random.below(this.#held.length)
    const order = orderOf(this.#own.blockAt(this.#held[index]))
    if (way < 5) this.#put(index)
    else if (way < 9 && order > 0) this.#putPart(index)
    else if (way < 14) this.#putBatch(order)
    else this.#leave(index)
  }

  #put(index: number): void {
    const block = this.#own.blockAt(this.#held[index])
    this.#own.begin(operation.put, orderOf(block), frameOf(block), 0)
    this.#allocator.put(frameOf(block), orderOf(block))
    this.#strike(index)
    this.#own.commit()
  }

  /** Gives back an aligned part of a block and keeps the rest. */
  #putPart(index: number): void {
    const block = this.#own.blockAt(this.#held[index])
    const whole = { frame: frameOf(block), order: orderOf(block) }
    // Mostly large parts, since the rest is as many blocks as there are orders between.
    const order = this.#random.chance(0.7) ? whole.order - 1 : this.#random.below(whole.order)
    const frame = whole.frame + (this.#random.below(2 ** (whole.order - order)) << order)
    this.#own.writePart(order, frame)
    this.#own.begin(operation.putPart, whole.order, whole.frame, 0)
    this.#allocator.put(frame, order)
    this.#strike(index)
    for (const rest of remainderOf(whole, { frame, order })) this.#enter(rest.frame, rest.order)
    this.#own.commit()
  }

  /** Gives back blocks of that order that were got lately. */
  #putBatch(order: number): void {
    const indexes = this.#indexes
    indexes.length = 0
    const oldest = Math.max(0, this.#held.length - MAX_BATCH)
    for (let i = this.#held.length - 1; i >= oldest; i--) {
      const block = this.#own.blockAt(this.#held[i])
      if (orderOf(block) !== order) continue
      this.#batch[indexes.length] = frameOf(block)
      indexes.push(i)
    }
    if (indexes.length === 0) return
    const frames = this.#batch.subarray(0, indexes.length)
    this.#own.writeFrames(frames)
    this.#own.begin(operation.putBatch, order, 0, frames.length)
    this.#allocator.putBatch(order, frames)
    // From the last one on: what takes the place of one that is struck comes from behind it.
    for (const index of indexes) this.#strike(index)
    this.#own.commit()
  }

  #drain(): void {
    this.#own.begin(operation.drain, 0, 0, 0)
    this.#allocator.drain()
    this.#own.commit()
  }

  /** Leaves a block in the ring, for the other worker. */
  #leave(index: number): void {
    const block = this.#own.blockAt(this.#held[index])
    this.#own.begin(operation.pass, orderOf(block), frameOf(block), 0)
    if (this.#journal.leave(this.#random.below(RING), block)) this.#strike(index)
    this.#own.commit()
  }

  #fetch(): void {
    const place = this.#random.below(RING)
    const block = this.#journal.at(place)
    if (block === 0) return
    this.#own.begin(operation.take, orderOf(block), frameOf(block), 0)
    if (this.#journal.fetch(place, block)) this.#enter(frameOf(block), orderOf(block))
    this.#own.commit()
  }

  #enter(frame: number, order: number): void {
    if (frame % 2 ** order !== 0 || frame + 2 ** order > this.#frames) {
      throw new Error(`got ${frame}, which is no block of order ${order} of ${this.#frames} frames`)
    }
    this.#hold(this.#own.enter(encode(frame, order)), order)
  }

  #hold(entry: number, order: number): void {
    this.#held.push(entry)
    this.#heldFrames += 2 ** order
  }

  #strike(index: number): void {
    const entry = this.#held[index]
    const last = this.#held.pop()
    if (last !== undefined && index < this.#held.length) this.#held[index] = last
    this.#heldFrames -= 2 ** orderOf(this.#own.blockAt(entry))
    this.#own.strike(entry)
  }
}
