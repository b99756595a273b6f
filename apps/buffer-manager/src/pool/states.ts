// The state words: one for each page, resident or not, and all of its latches (vmcache, SIGMOD'23, §3.2).
//
//    31          9     8       7      0
//   ┌─────────────┬───────┬──────────┐   0        evicted           2 … 252  shared, by one and more
//   │ version     │ DIRTY │ state    │   1        unlocked          253      unlocked and marked by the clock
//   └─────────────┴───────┴──────────┘   255      exclusively latched
//
// Whoever holds a page exclusively raises the version at the end, so equal versions mean equal bytes, wherever they
// are: in the frame, or, while the page is evicted, in the file. Fetching a page does not raise it. Shared latches are
// for writing a page to the file: its bytes stay what they are, and everybody may read them.
//
// A latch is never waited for with a notification, which would cost every holder something: whoever has to wait sleeps
// for a short time, then a longer one. Exclusive latches are only held inside of synchronous code; one that does not
// move for ten seconds is a dead worker's.
import type { Words } from '@parperos/alloc-api'
import { compareExchange, load, store, wait } from '#atomics'
import { StoreError } from '../errors.ts'
import { FAILED } from './layout.ts'

export const EVICTED = 0
export const UNLOCKED = 1
export const SHARED = 2
export const MOST_SHARED = 252
export const MARKED = 253
export const EXCLUSIVE = 255

/** The state's bits, the dirty bit, the version's bits. */
export const STATE = 0xff
export const DIRTY = 0x100
export const VERSION = ~0x1ff
const ONE_VERSION = 0x200

/** How often a word is looked at before its waiter sleeps, and how long it sleeps first and at most. */
const SPINS = 64
const FIRST_SLEEP_MS = 0.05
const LONGEST_SLEEP_MS = 4

export class States {
  readonly words: Words
  readonly at: number
  readonly pages: number
  readonly patienceMs: number

  constructor(words: Words, at: number, pages: number, patienceMs: number) {
    this.words = words
    this.at = at
    this.pages = pages
    this.patienceMs = patienceMs
  }

  get(page: number): number {
    return load(this.words, this.at + page)
  }

  /** Only for who holds the page exclusively. */
  set(page: number, word: number): void {
    store(this.words, this.at + page, word)
  }

  /** Puts `next` where `seen` is; whether it still was. */
  replace(page: number, seen: number, next: number): boolean {
    return compareExchange(this.words, this.at + page, seen, next) === seen
  }

  /** Latches a page exclusively that `seen` says is unlocked, marked or evicted. */
  tryExclusive(page: number, seen: number): boolean {
    return this.replace(page, seen, (seen & ~STATE) | EXCLUSIVE)
  }

  /** Latches a resident page that `seen` says is not exclusively latched, so that its bytes stay what they are. */
  tryShare(page: number, seen: number): boolean {
    const state = seen & STATE
    if (state === UNLOCKED || state === MARKED) return this.replace(page, seen, (seen & ~STATE) | SHARED)
    return isShared(state) && state < MOST_SHARED && this.replace(page, seen, seen + 1)
  }

  /** Ends a shared latch; `written`: the file has the page's bytes now. */
  unshare(page: number, written: boolean): void {
    for (;;) {
      const seen = this.get(page)
      const next = (seen & STATE) === SHARED ? seen - SHARED + UNLOCKED : seen - 1
      if (this.replace(page, seen, written ? next & ~DIRTY : next)) return
    }
  }

  /**
   * Turns the caller's shared latch on a page that it has written into an exclusive one, unless others share it: then
   * it ends.
   */
  tryUpgrade(page: number): boolean {
    for (;;) {
      const seen = this.get(page)
      if ((seen & STATE) === SHARED) {
        if (this.replace(page, seen, (seen & VERSION) | EXCLUSIVE)) return true
      } else if (this.replace(page, seen, (seen - 1) & ~DIRTY)) {
        return false
      }
    }
  }

  /** Ends an exclusive latch: the page's bytes are others than those of the file. */
  unlock(page: number): void {
    this.set(page, raised(this.get(page)) | DIRTY | UNLOCKED)
  }

  /** Waits until an exclusively latched page's word is another one. Throws `WRITER_DIED`. */
  waitForChange(page: number, seen: number): void {
    if (!this.waitUpTo(page, seen, this.patienceMs)) this.giveUp()
  }

  /**
   * Waits until a page's word is another one, but only so long; whether it is. Throws `WRITER_DIED` if that is known.
   */
  waitUpTo(page: number, seen: number, mostMs: number): boolean {
    const { words } = this
    const index = this.at + page
    for (let i = 0; i < SPINS; i++) if (load(words, index) !== seen) return true
    // What was slept counts, not the clock: a process that was stopped meanwhile has not waited.
    let sleepMs = FIRST_SLEEP_MS
    for (let sleptMs = 0; sleptMs < mostMs; sleepMs = Math.min(sleepMs * 2, LONGEST_SLEEP_MS)) {
      this.requireAlive()
      wait(words, index, seen, sleepMs)
      if (load(words, index) !== seen) return true
      sleptMs += sleepMs
    }
    return false
  }

  /** Nobody moved for too long: from now on nothing goes on for anybody. */
  giveUp(): never {
    this.fail()
    throw writerDied()
  }

  fail(): void {
    store(this.words, FAILED, 1)
  }

  get isFailed(): boolean {
    return load(this.words, FAILED) !== 0
  }

  requireAlive(): void {
    if (this.isFailed) throw writerDied()
  }
}

/** The word with the next version; evicted, clean. */
export const raised = (word: number): number => ((word & VERSION) + ONE_VERSION) | 0

export const isShared = (state: number): boolean => state >= SHARED && state <= MOST_SHARED

export const writerDied = (): StoreError =>
  new StoreError('WRITER_DIED', 'a worker was terminated inside an operation', {
    hint: 'close the store everywhere and open it again: what was acknowledged is recovered',
  })
