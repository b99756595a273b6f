// Work that is done once for all who ask for it meanwhile: who joins while a round is under way takes part in the next one.
export class Rounds {
  readonly #work: () => Promise<void> | void
  #next: Promise<void> | null = null
  #last: Promise<void> = Promise.resolve()

  constructor(work: () => Promise<void> | void) {
    this.#work = work
  }

  /** Resolves when a round that has begun after this call has ended; rejects as the work does. */
  join(): Promise<void> {
    this.#next ??= this.#last = this.#begin(this.#last)
    return this.#next
  }

  async #begin(last: Promise<void>): Promise<void> {
    // What was wrong with the round before was told to those who took part in it.
    await last.catch(() => undefined)
    this.#next = null
    await this.#work()
  }
}
