// A seeded source of numbers: the same seed gives the same operations on every machine. Splitmix32: a counter whose
// every value is scrambled (after Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA'14).

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** A whole number of 32 bits, unsigned. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let value = this.#state
    value = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97)
    return (value ^ (value >>> 15)) >>> 0
  }

  /** A whole number of 0 … limit − 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit)
  }

  /** True with that probability. */
  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32
  }

  /** An index of `weights`, each as often as its weight says. */
  weighted(weights: readonly number[]): number {
    let left = this.below(weights.reduce((sum, weight) => sum + weight, 0))
    return weights.findIndex((weight) => (left -= weight) < 0)
  }

  /** Puts a list into a random order, in place. */
  shuffle<List extends number[] | Uint32Array>(list: List): List {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const value = list[i]
      list[i] = list[j]
      list[j] = value
    }
    return list
  }
}
