// What the workers that record histories share beside the allocator: a place to meet, again and again, and a clock.
//
// Who waits at the meeting spins before it sleeps, so that all leave at the same moment. Where every worker has a
// processor of its own it spins for as long as one is usually given to another thread: on a machine that has other
// things to do, workers that spin are soon running at the same time, and stay so for many meetings, while a worker
// that sleeps wakes up when the others have done their part. Where workers share processors it hands its own on
// quickly.
//
// The clock is one counter: each look at it moves it on, so that no two events have the same time, and an operation
// that returned at 5 was over before one that was called at 6, on all processors.
//
//   word 0     1          2           16
//   ┌─────────┬──────────┬───────────┬────────┐
//   │ arrived │ meetings │ abandoned │ clock  │
//   └─────────┴──────────┴───────────┴────────┘
import { add, load, notify, store, wait } from '#atomics'
import type { Words } from '../sab/atomics.ts'
import { ConformanceError } from './expect.ts'

const word = { arrived: 0, meetings: 1, abandoned: 2, clock: 16 }
const WORDS = 32
const SPIN_MS = 10
const SHORT_SPIN_MS = 0.02
/** How often to look between two looks at the time. */
const LOOKS = 64
const SLEEP_MS = 50
const TIMEOUT_MS = 60_000

/** What `meet` throws when somebody else abandoned the meeting. */
export const GIVEN_UP = 'another worker has given up'

export class Meeting {
  /** What another worker makes its `Meeting` of. */
  readonly words: Words
  readonly #members: number
  readonly #spinMs: number

  constructor(members: number, words: Words = new Int32Array(new SharedArrayBuffer(WORDS * 4))) {
    this.#members = members
    this.words = words
    this.#spinMs = members <= navigator.hardwareConcurrency ? SPIN_MS : SHORT_SPIN_MS
  }

  /** Returns when all members have called it. Blocks the thread; throws when one of them will not come. */
  meet(): void {
    const { words } = this
    const meeting = load(words, word.meetings)
    if (add(words, word.arrived, 1) === this.#members - 1) {
      store(words, word.arrived, 0)
      store(words, word.meetings, meeting + 1)
      notify(words, word.meetings, Infinity)
      return
    }
    if (!this.#spin(meeting)) this.#sleep(meeting)
  }

  #spin(meeting: number): boolean {
    for (const end = performance.now() + this.#spinMs; performance.now() < end;) {
      for (let look = 0; look < LOOKS; look++) if (load(this.words, word.meetings) !== meeting) return true
    }
    return false
  }

  #sleep(meeting: number): void {
    for (let ms = 0; load(this.words, word.meetings) === meeting; ms += SLEEP_MS) {
      if (load(this.words, word.abandoned) !== 0) throw new ConformanceError(GIVEN_UP)
      if (ms > TIMEOUT_MS) throw new ConformanceError(`the other workers did not come within ${TIMEOUT_MS} ms`)
      wait(this.words, word.meetings, meeting, SLEEP_MS)
    }
  }

  /** Tells those who wait, or will, that somebody does not come. */
  abandon(): void {
    store(this.words, word.abandoned, 1)
    notify(this.words, word.meetings, Infinity)
  }

  /** The time, which is another at each call. */
  tick(): number {
    return add(this.words, word.clock, 1)
  }
}
