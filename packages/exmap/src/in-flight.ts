// What an area has in flight while JavaScript goes on: whoever closes something waits for that without a promise.
export class InFlight {
  #count = 0
  #afterwards: (() => void) | null = null

  get isEmpty(): boolean {
    return this.#count === 0
  }

  begin(): void {
    this.#count++
  }

  end(): void {
    this.#count--
    if (this.isEmpty) this.#afterwards?.()
  }

  /** Calls `afterwards` as soon as nothing is in flight, at once when nothing is. Nothing is begun any more. */
  whenEmpty(afterwards: () => void): void {
    if (this.isEmpty) afterwards()
    else this.#afterwards = afterwards
  }
}
