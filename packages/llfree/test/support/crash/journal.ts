// What each worker of a crash test owned, and what it was doing when its process was killed. The journal stands in a
// Region of its own in the allocator's file, so that it survives the kill as the allocator does. A worker writes what it
// is about to do, then `begun`; does it; enters or strikes blocks in its table; then writes `committed`. The two numbers
// are atomic stores, so that nothing moves across them: whoever finds committed = begun knows that the table is right;
// whoever finds it one behind knows which operation is in doubt, and that the table is right but for its blocks.
//
//   header, 16 words │ ring, 64 words │ worker 0: record, table │ worker 1: record, table
//
//   ring     blocks on their way from one worker to the other, by compare-exchange; 0: empty
//   record   begun │ committed │ operation │ order │ frame │ part's order │ part's frame │ count │ frames …
//   table    blocks; 0: a free entry
//   block    (frame << 4 | order) + 1
import assert from 'node:assert/strict'
import type { Words } from '../board.ts'


export interface Block {
  frame: number
  order: number
}

/** What a record can announce. */
export const operation = {
  none: 0,
  get: 1,
  getAt: 2,
  put: 3,
  putPart: 4,
  getBatch: 5,
  putBatch: 6,
  drain: 7,
  pass: 8,
  take: 9,
}
export type Operation = keyof typeof operation
const operations = Object.keys(operation) as Operation[]

export interface Intent {
  operation: Operation
  block: Block
  /** What is given back of the block. */
  part: Block
  /** Of a batch: how many blocks, and which. */
  count: number
  frames: number[]
}

/** The most blocks of a batch. */
export const MAX_BATCH = 64
export const WORKERS = 2
/** Places in the ring. */
export const RING = 64

const header = { frames: 0, treeHugeFrames: 1, entries: 2, phase: 3 }
const record = { begun: 0, committed: 1, operation: 2, order: 3, frame: 4, partOrder: 5, partFrame: 6, count: 7, frames: 8 }
const RING_AT = 16
const WORKERS_AT = RING_AT + RING
const RECORD_WORDS = record.frames + MAX_BATCH

/** A block in one word. */
export const encode = (frame: number, order: number): number => ((frame << 4) | order) + 1
export const frameOf = (word: number): number => (word - 1) >>> 4
export const orderOf = (word: number): number => (word - 1) & 15
const decode = (word: number): Block => ({ frame: frameOf(word), order: orderOf(word) })

/** What a journal says of the allocator beside it. */
export interface Shape {
  frames: number
  treeHugeFrames: number
  /** The most blocks that one worker can own. */
  entries: number
}

/** What a process that recovers is at, so that whoever kills it knows what it has left. */
export const phase = { idle: 0, restoring: 1, recovering: 2 }

export class Journal {
  readonly words: Words

  /** The journal that somebody has written in these words. */
  constructor(words: Words) {
    this.words = words
  }

  static bytes({ entries }: Shape): number {
    return (WORKERS_AT + WORKERS * (RECORD_WORDS + entries)) * 4
  }

  /** A journal in which nobody owns anything. */
  static create(words: Words, { frames, treeHugeFrames, entries }: Shape): Journal {
    words.fill(0)
    words[header.frames] = frames
    words[header.treeHugeFrames] = treeHugeFrames
    words[header.entries] = entries
    return new Journal(words)
  }

  get shape(): Shape {
    const [frames, treeHugeFrames, entries] = this.words
    return { frames, treeHugeFrames, entries }
  }

  get phase(): number {
    return Atomics.load(this.words, header.phase)
  }

  set phase(value: number) {
    Atomics.store(this.words, header.phase, value)
  }

  worker(member: number): WorkerJournal {
    const words = RECORD_WORDS + this.shape.entries
    return new WorkerJournal(this.words, WORKERS_AT + member * words, this.shape.entries)
  }

  /** How many operations have come to their end. */
  get operations(): number {
    let sum = 0
    for (let member = 0; member < WORKERS; member++) sum += this.worker(member).committed
    return sum
  }

  /** The blocks in the ring. */
  passing(): Block[] {
    return [...this.words.subarray(RING_AT, RING_AT + RING)].filter((word) => word !== 0).map(decode)
  }

  /** The block at a place in the ring, in one word; 0 when there is none. */
  at(place: number): number {
    return Atomics.load(this.words, RING_AT + place)
  }

  /** Leaves a block at a place in the ring; false when there is one. */
  leave(place: number, block: number): boolean {
    return Atomics.compareExchange(this.words, RING_AT + place, 0, block) === 0
  }

  /** Takes this block from a place in the ring; false when it is gone. */
  fetch(place: number, block: number): boolean {
    return Atomics.compareExchange(this.words, RING_AT + place, block, 0) === block
  }

  /** Begins anew with the workers owning these blocks, nothing in doubt and nothing in the ring. */
  settle(owned: readonly (readonly Block[])[]): void {
    this.words.fill(0, RING_AT)
    this.phase = phase.idle
    for (const [member, blocks] of owned.entries()) {
      const journal = this.worker(member)
      for (const { frame, order } of blocks) journal.enter(encode(frame, order))
    }
  }
}

/** The part of a journal that one worker writes. */
export class WorkerJournal {
  readonly #words: Words
  readonly #record: number
  readonly #table: number
  readonly #entries: number
  /** Entries that are free, the next one last. */
  readonly #free: number[] = []
  #number: number

  constructor(words: Words, at: number, entries: number) {
    this.#words = words
    this.#record = at
    this.#table = at + RECORD_WORDS
    this.#entries = entries
    this.#number = words[at + record.begun]
    for (let entry = entries - 1; entry >= 0; entry--) if (this.blockAt(entry) === 0) this.#free.push(entry)
  }

  get room(): number {
    return this.#free.length
  }

  /** How many operations have come to their end. */
  get committed(): number {
    return this.#words[this.#record + record.committed]
  }

  /** Whether an operation is in doubt. */
  get isInDoubt(): boolean {
    const begun = this.#words[this.#record + record.begun]
    if (begun === this.committed) return false
    assert.equal(begun, this.committed + 1, 'a worker has at most one operation in doubt')
    return true
  }

  /** What the record says of the last operation. */
  get intent(): Intent {
    const at = this.#record
    const [operation, order, frame, partOrder, partFrame, count] = this.#words.subarray(at + 2, at + record.frames)
    const frames = [...this.#words.subarray(at + record.frames, at + record.frames + Math.min(count, MAX_BATCH))]
    const part = { frame: partFrame, order: partOrder }
    return { operation: operations[operation], block: { frame, order }, part, count, frames }
  }

  /** The blocks in the table. */
  held(): Block[] {
    const all: Block[] = []
    for (let entry = 0; entry < this.#entries; entry++) {
      const block = this.blockAt(entry)
      if (block !== 0) all.push(decode(block))
    }
    return all
  }

  /** The block of an entry, in one word; 0 when it is free. */
  blockAt(entry: number): number {
    return this.#words[this.#table + entry]
  }

  begin(operation: number, order: number, frame: number, count: number): void {
    const words = this.#words
    const at = this.#record
    words[at + record.operation] = operation
    words[at + record.order] = order
    words[at + record.frame] = frame
    words[at + record.count] = count
    Atomics.store(words, at + record.begun, ++this.#number)
  }

  /** Before `begin`: the part of the block that is to be given back. */
  writePart(order: number, frame: number): void {
    this.#words[this.#record + record.partOrder] = order
    this.#words[this.#record + record.partFrame] = frame
  }

  /** Before `begin`: the frames of a batch that is to be given back. */
  writeFrames(frames: Uint32Array): void {
    this.#words.set(frames, this.#record + record.frames)
  }

  /** Enters a block that the operation has brought; returns its entry. */
  enter(block: number): number {
    const entry = this.#free.pop()
    if (entry === undefined) throw new Error('there is no room for what this worker takes')
    this.#words[this.#table + entry] = block
    return entry
  }

  strike(entry: number): void {
    this.#words[this.#table + entry] = 0
    this.#free.push(entry)
  }

  commit(): void {
    Atomics.store(this.#words, this.#record + record.committed, this.#number)
  }
}
