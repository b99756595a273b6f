// What the workers of a stress run are told, and what they share beside the area: whether two of them have met at a page,
// and for each page a latch, the version of its bytes, and whether they are newer than the file's.
import type { FrameAllocatorHandle, PageAreaHandle } from '@parperos/alloc-api'
import type { Kind } from '../support/backends.ts'

export interface Job {
  /**
   * 'latched': pages are used by whoever has their latch, and every byte is checked. 'wild': everybody on everything.
   * 'flush': writes what is newer than the file.
   */
  what: 'latched' | 'wild' | 'flush'
  kind: Kind
  slot: number
  seed: number
  batches: number
  area: PageAreaHandle
  frames: FrameAllocatorHandle
  /** `Board.words`. */
  board: Int32Array<SharedArrayBuffer>
}

export interface Answer {
  slot: number
  counts: Counts
}

/** How often what was done, so that a run in which nothing happens is seen. */
export interface Counts {
  read: number
  allocated: number
  freed: number
  written: number
  exhausted: number
  busy: number
}

export const noCounts = (): Counts => ({ read: 0, allocated: 0, freed: 0, written: 0, exhausted: 0, busy: 0 })

export class Board {
  readonly #words: Int32Array<SharedArrayBuffer>

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.#words = words
  }

  /** One word, and three for each page. */
  static words = (pages: number): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4 + pages * 12))

  /** A worker has found a page in the hand of another. */
  meet(): void {
    Atomics.store(this.#words, 0, 1)
  }

  haveMet(): boolean {
    return Atomics.load(this.#words, 0) !== 0
  }

  /** Takes a page's latch, if nobody has it. */
  tryLatch(page: number): boolean {
    return Atomics.compareExchange(this.#words, 1 + page * 3, 0, 1) === 0
  }

  unlatch(page: number): void {
    Atomics.store(this.#words, 1 + page * 3, 0)
  }

  version(page: number): number {
    return this.#words[page * 3 + 2]
  }

  /** The page's bytes are those of the next version, and not in the file yet. */
  change(page: number): void {
    this.#words[page * 3 + 2]++
    this.#words[page * 3 + 3] = 1
  }

  isDirty(page: number): boolean {
    return this.#words[page * 3 + 3] !== 0
  }

  clean(page: number): void {
    this.#words[page * 3 + 3] = 0
  }
}
