// Workers wait here for each other. A waiting worker first looks again and again for a short while, so that workers
// that are nearly together leave at the same instant, and then sleeps, so that a long wait takes no core from the
// others.
//
//   word 0: how many have arrived    word 1: how often all have passed    word 2: what worker 0 says to all
const ARRIVED = 0
const GENERATION = 1
const SAID = 2

/** About a tenth of a millisecond. */
const LOOKS = 20_000

/** The shared words of a barrier. */
export const newBarrierWords = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(64))

export class Barrier {
  readonly worker: number
  readonly workers: number
  readonly #words: Int32Array<SharedArrayBuffer>

  constructor(words: Int32Array<SharedArrayBuffer>, worker: number, workers: number) {
    this.#words = words
    this.worker = worker
    this.workers = workers
  }

  /** Returns when every worker has called it. */
  pass(): void {
    const words = this.#words
    const generation = Atomics.load(words, GENERATION)
    if (Atomics.add(words, ARRIVED, 1) === this.workers - 1) {
      Atomics.store(words, ARRIVED, 0)
      Atomics.add(words, GENERATION, 1)
      Atomics.notify(words, GENERATION)
      return
    }
    for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, GENERATION) !== generation) return
    while (Atomics.load(words, GENERATION) === generation) Atomics.wait(words, GENERATION, generation)
  }

  /** Every worker gets the number that worker 0 gave. */
  agree(value: number): number {
    if (this.worker === 0) Atomics.store(this.#words, SAID, value)
    this.pass()
    const said = Atomics.load(this.#words, SAID)
    this.pass()
    return said
  }
}
