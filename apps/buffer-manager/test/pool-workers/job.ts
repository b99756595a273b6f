// What the workers of a run are told, and what they share beside the pool: for each page the value that it has, and who
// has it latched.
import type { WorldHandle } from '../support/pool-world.ts'

export interface Job {
  /**
   * 'work': everything, at random, every byte checked. 'hold': latches page 0 and says so. 'block': begins to read page
   * 0 through a lane of its own, says so, and never lets its event loop turn again.
   */
  what: 'work' | 'hold' | 'block'
  world: WorldHandle
  worker: number
  workers: number
  pages: number
  seed: number
  deeds: number
  board: Int32Array<SharedArrayBuffer>
}

/** How often what was done, so that a run in which nothing happens is seen. */
export interface Answer {
  read: number
  again: number
  locked: number
  busy: number
  fetched: number
  made: number
  dropped: number
  writtenBack: number
  evictions: number
}

export class Board {
  readonly #words: Int32Array<SharedArrayBuffer>

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.#words = words
  }

  static words = (pages: number): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(pages * 8))

  value(page: number): number {
    return Atomics.load(this.#words, page * 2)
  }

  setValue(page: number, value: number): void {
    Atomics.store(this.#words, page * 2, value)
  }

  /** Throws if somebody else has it too. */
  enter(page: number): void {
    if (Atomics.exchange(this.#words, page * 2 + 1, 1) !== 0) throw new Error(`page ${page} is latched by two`)
  }

  leave(page: number): void {
    Atomics.store(this.#words, page * 2 + 1, 0)
  }
}
