// A seeded generator: the same seed gives the same states on every machine (Marsaglia, "Xorshift RNGs", 2003).

/** Numbers that are drawn from a seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    // Zero would stay zero; neighbouring seeds should not give neighbouring numbers.
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) || 1
    for (let i = 0; i < 4; i++) this.below(1)
  }

  /** A whole number from 0 to `end` − 1. */
  below(end: number): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return Math.floor(((state >>> 0) / 0x1_0000_0000) * end)
  }
}
