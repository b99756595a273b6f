// The recorder: takes note of what happens to a range of words. Everything happens on behalf of the current worker; a
// recording of several workers is made on one thread, by saying who is at work. `flush` and `fence` have the form in
// which algorithms call for them, so a recorder can be handed to one as its way to make things durable.
//
// A worker can be stopped in the middle of an operation: `interrupt` runs something else, as another worker, just
// before one of the steps of the current one. Every access to the words, every flush and every fence is a step.
import type { Trace, TraceEvent } from './trace.ts'

export interface RecorderOptions {
  /**
   * Note the place in the program of every event, for explanations. Takes some microseconds for each. Default false.
   */
  sites?: boolean
  /**
   * What becomes of a store that nobody told the recorder of, through another view of the memory or by native code:
   * `'refuse'` throws when it shows; `'notice'` records it at the next flush, fence or note, which is exact enough for
   * the model in which words go in any order. Default `'refuse'`.
   */
  unseen?: 'refuse' | 'notice'
}

const hex = (word: number): string => `0x${(word >>> 0).toString(16)}`

export class Recorder<Note = unknown> {
  readonly #words: Int32Array
  readonly #initial: Int32Array
  /** What the recorded stores left behind: a store that nobody told us of shows as a difference. */
  readonly #latest: Int32Array
  readonly #events: TraceEvent<Note>[] = []
  readonly #sites: boolean
  readonly #notices: boolean
  #worker = 0
  #steps = 0
  #interruption: { worker: number; step: number; run: () => void } | null = null

  /** Begins a recording of `words`: what they hold now counts as durable. */
  constructor(words: Int32Array, { sites = false, unseen = 'refuse' }: RecorderOptions = {}) {
    this.#words = words
    this.#initial = words.slice()
    this.#latest = words.slice()
    this.#sites = sites
    this.#notices = unseen === 'notice'
  }

  /** Who is at work: the owner of the events to come. */
  get worker(): number {
    return this.#worker
  }

  /** How many steps the current worker has made: accesses, flushes and fences, without those of interruptions. */
  get steps(): number {
    return this.#steps
  }

  /** Whether these are words of the recorded range. */
  covers(words: Int32Array): boolean {
    return words.buffer === this.#words.buffer
  }

  /** The current worker is about to make a step. */
  step(): void {
    const interruption = this.#interruption
    if (interruption?.step === this.#steps) {
      this.#interruption = null
      this.as(interruption.worker, interruption.run)
    }
    this.#steps++
  }

  /** Word `index` of `words` held `was` and holds `is` now. Words outside of the recorded range are none of ours. */
  stored(words: Int32Array, index: number, was: number, is: number): void {
    const at = this.#indexOf(words, index)
    if (was === is || at < 0 || at >= this.#words.length) return
    this.#see(at, was)
    this.#change(at, is)
  }

  /** Begins a flush of `count` words from `index` on: of all the lines that they touch. */
  readonly flush = (words: Int32Array, index: number, count: number): void => {
    const at = this.#indexOf(words, index)
    if (!(count >= 0 && at >= 0 && at + count <= this.#words.length)) {
      const found = `a flush of ${count} words from word ${index} on`
      throw new RangeError(`${found} is not inside of the ${this.#words.length} words that are recorded`)
    }
    this.step()
    this.#notice()
    this.#add({ type: 'flush', worker: this.#worker, index: at, count })
  }

  /** The same for a range of bytes, counted from the first recorded word. */
  readonly flushBytes = (byteOffset: number, byteLength: number): void => {
    const first = Math.floor(byteOffset / 4)
    this.flush(this.#words, first, byteLength === 0 ? 0 : Math.ceil((byteOffset + byteLength) / 4) - first)
  }

  /** Waits until everything that the current worker began to flush is durable. */
  readonly fence = (): void => {
    this.step()
    this.#notice()
    this.#add({ type: 'fence', worker: this.#worker })
  }

  /** Writes something into the trace for the checks: they see every note that came before the crash. */
  readonly note = (note: Note): void => {
    this.#notice()
    this.#add({ type: 'note', worker: this.#worker, note })
  }

  /** Runs `run` as another worker, with steps of its own. */
  as<Result>(worker: number, run: () => Result): Result {
    const before = { worker: this.#worker, steps: this.#steps }
    this.#worker = worker
    this.#steps = 0
    try {
      return run()
    } finally {
      this.#worker = before.worker
      this.#steps = before.steps
    }
  }

  /**
   * Runs `run` as `worker` when the current one has made `step` steps (0: just before its first), once. Returns a
   * function that ends the wait for that and says whether it came.
   */
  interrupt(step: number, worker: number, run: () => void): () => boolean {
    const interruption = { worker, step, run }
    this.#interruption = interruption
    return () => {
      const waiting = this.#interruption === interruption
      if (waiting) this.#interruption = null
      return !waiting
    }
  }

  /** What was recorded so far. Throws when a word has changed without a store that was recorded. */
  trace(): Trace<Note> {
    this.#words.forEach((value, index) => this.#see(index, value))
    return { initial: this.#initial, byteOffset: this.#words.byteOffset, events: [...this.#events] }
  }

  /** Records what changed unseen, if that is allowed. */
  #notice(): void {
    if (this.#notices) this.#words.forEach((value, index) => this.#see(index, value))
  }

  /** Word `index` holds `value` now. */
  #see(index: number, value: number): void {
    const expected = this.#latest[index]
    if (value === expected) return
    if (this.#notices) {
      this.#change(index, value)
      return
    }
    throw new Error(
      `word ${index} was changed unseen: the recorded stores left ${hex(expected)}, it holds ${hex(value)}. ` +
        'Use the observed words, and the observed operations as #atomics',
    )
  }

  #change(index: number, is: number): void {
    const was = this.#latest[index]
    this.#latest[index] = is
    this.#add({ type: 'store', worker: this.#worker, index, was, is })
  }

  #indexOf(words: Int32Array, index: number): number {
    if (words === this.#words) return index
    return this.covers(words) ? index + (words.byteOffset - this.#words.byteOffset) / 4 : -1
  }

  #add(event: TraceEvent<Note>): void {
    this.#events.push(this.#sites ? { ...event, site: new Error('recorded here') } : event)
  }
}
