// TPC-C's randomness: uniform numbers, NURand (clause 2.1.6), and last names (4.3.2.3).
import type { Random } from '../../measure/random.ts'
import type { Scale } from './layout.ts'

/** The constants that NURand adds, the same for all of a run. */
const C_CUSTOMER = 259
const C_ITEM = 7911
const C_NAME = 123

export class TpccRandom {
  readonly #next: Random
  readonly #scale: Scale

  constructor(next: Random, scale: Scale) {
    this.#next = next
    this.#scale = scale
  }

  /** `from` … `to`, both included. */
  between(from: number, to: number): number {
    return from + (this.#next() % (to - from + 1))
  }

  percent(share: number): boolean {
    return this.#next() % 100 < share
  }

  district(): number {
    return this.between(1, this.#scale.districts)
  }

  customer(): number {
    return this.#skewed(1023, C_CUSTOMER, 1, this.#scale.customers)
  }

  item(): number {
    return this.#skewed(8191, C_ITEM, 1, this.#scale.items)
  }

  /** A last name's number, of one that there is. */
  name(): number {
    return this.#skewed(255, C_NAME, 0, names(this.#scale) - 1)
  }

  #skewed(a: number, c: number, from: number, to: number): number {
    return (((this.between(0, a) | this.between(from, to)) + c) % (to - from + 1)) + from
  }
}

/** How many last names there are: 1000, if there are so many customers. */
export const names = ({ customers }: Scale): number => Math.min(1000, customers)
