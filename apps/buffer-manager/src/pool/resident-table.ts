// Which pages are resident: a hash table for the clock to go round, with linear probing (as in vmcache). Whoever
// fetches a page enters it, whoever evicts it removes it. Nobody ever looks for a page that is not there, so a place
// that was emptied needs no tombstone: a search goes on over empty places, and ends where an entry found its place,
// which was near.
import type { Words } from '@parperos/alloc-api'
import { add, compareExchange, load, store } from '#atomics'
import { StoreError } from '../errors.ts'
import { capacityOf, RESIDENT, TABLE } from './layout.ts'

/** Knuth's multiplier: spreads neighbouring pages. */
const SPREAD = 0x9e3779b1

export class ResidentTable {
  readonly capacity: number
  readonly #words: Words
  readonly #shift: number

  constructor(words: Words, frames: number) {
    this.#words = words
    this.capacity = capacityOf(frames)
    this.#shift = 32 - Math.log2(this.capacity)
  }

  /** The page at place `index`, −1 for none. Any number is a place. */
  at(index: number): number {
    return this.#words[this.#place(index)] - 1
  }

  /** How many pages are in it. */
  get count(): number {
    return load(this.#words, RESIDENT)
  }

  /** Enters a page that is not there. */
  insert(page: number): void {
    const home = this.#home(page)
    for (let i = 0; i < this.capacity; i++) {
      const place = this.#place(home + i)
      if (this.#words[place] === 0 && compareExchange(this.#words, place, 0, page + 1) === 0) {
        add(this.#words, RESIDENT, 1)
        return
      }
    }
    throw new StoreError('CORRUPT', `more pages are resident than the ${this.capacity} that the pool has places for`)
  }

  /** Removes a page that is there. */
  remove(page: number): void {
    const home = this.#home(page)
    for (let i = 0; i < this.capacity; i++) {
      const place = this.#place(home + i)
      if (this.#words[place] !== page + 1) continue
      store(this.#words, place, 0)
      add(this.#words, RESIDENT, -1)
      return
    }
    throw new StoreError('CORRUPT', `page ${page} is resident, but the pool does not know of it`)
  }

  #home(page: number): number {
    return Math.imul(page, SPREAD) >>> this.#shift
  }

  #place(index: number): number {
    return TABLE + (index & (this.capacity - 1))
  }
}
