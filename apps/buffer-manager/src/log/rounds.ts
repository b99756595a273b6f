// Work that is done once for all who ask for it meanwhile: who joins while a round is under way takes part in the next one.
export class Rounds {
  readonly #work: (position: number) => Promise<void> | void
  /** The highest position that anybody has asked for. */
  #position = 0
  #next: Promise<void> | null = null
  #last: Promise<void> = Promise.resolve()

  /** `work` does what is to be done up to a position, or more. */
  constructor(work: (position: number) => Promise<void> | void) {
    this.#work = work
  }

  /** Resolves when a round that has begun after this call has ended; rejects as the work does. */
  join(position: number): Promise<void> {
    if (position > this.#position) this.#position = position
    this.#next ??= this.#last = this.#begin(this.#last)
    return this.#next
  }

  async #begin(last: Promise<void>): Promise<void> {
    // What was wrong with the round before was told to those who took part in it.
    await last.catch(() => undefined)
    this.#next = null
    await this.#work(this.#position)
  }
}
