// The hand of an interface as those see it who move its pages' bytes: which pages wait, in which frames, and what became of
// them. Runs of the batch stay together and in order.
import type { Words } from '@parperos/alloc-api'
import { store } from '#atomics'
import { handAt, type Geometry } from '../geometry.ts'
import * as L from '../layout.ts'

export class Hand {
  readonly #words: Words
  readonly #self: number
  readonly #hand: number
  readonly #commands: number

  constructor(words: Words, geometry: Geometry, slot: number) {
    this.#words = words
    this.#commands = geometry.commands
    this.#self = geometry.interfacesAt + slot * geometry.interfaceWords
    this.#hand = this.#self + handAt(geometry.commands)
  }

  /** How many pages wait. */
  get length(): number {
    return this.#words[this.#self + L.interfaceHeld]
  }

  page(index: number): number {
    return this.#words[this.#entry(index) + L.entryPage] >>> 0
  }

  frame(index: number): number {
    return this.#words[this.#entry(index) + L.entryFrame]
  }

  /** Whether a page has failed already. */
  hasFailed(index: number): boolean {
    return this.#words[this.#entry(index) + L.entryStatus] !== 0
  }

  /** The page at `index` has failed, and with it the rest of its run, which ends with that status. */
  fail(index: number, status: number): void {
    const words = this.#words
    const run = words[this.#entry(index) + L.entryRun]
    for (let i = index; i < this.length; i++) {
      const entry = this.#entry(i)
      if (words[entry + L.entryRun] === run) words[entry + L.entryStatus] = status
    }
    if (run < 0 || run >= this.#commands) return
    store(words, this.#self + L.interfaceStateWords + run * L.commandWords + L.commandStatus, status)
  }

  #entry(index: number): number {
    return this.#hand + index * L.entryWords
  }
}
