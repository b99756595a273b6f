// Bringing pages in. ExMap gives a page its frame and its bytes, and lets one of several win; but only the state word
// makes it visible. Whoever sees that an evicted page has a frame may claim it, by latching it exclusively: it verifies
// the checksum, tells the clock, and opens the latch, or, if the bytes are not right, frees the frame. So nobody sees
// what was not written, and it does not matter who has read a page, or whether he is still there.
//
// A claim is certain because frames are only taken away from pages that are latched exclusively, and that raises the
// version: if the word says evicted, then there is a frame, and then the word is still the same, the frame is there.
import { status } from '@parperos/alloc-api/driver'
import { wait } from '#atomics'
import { StoreError } from '../errors.ts'
import { isSealed, PAGE_BYTES } from '../pages/page.ts'
import { poolTooSmall, type Evictor } from './evictor.ts'
import { FAILED } from './layout.ts'
import type { Parts } from './parts.ts'
import { firstWordOf, runStatus, wordsOf } from './runs.ts'
import { badChecksum, beyondFile } from './single-page.ts'
import { DIRTY, EVICTED, EXCLUSIVE, raised, STATE, UNLOCKED, VERSION } from './states.ts'

/**
 * How often everything is looked at in vain before the pool is called too small, and after how many looks it waits
 * between.
 */
const ATTEMPTS = 50
const AT_ONCE = 3

/** What became of `allocate`. */
export const CLAIMED = 1
export const LOOK_AGAIN = 0
export const BUSY = -1

export interface FetcherParts extends Parts {
  readonly evictor: Evictor
}

export class Fetcher {
  readonly #parts: FetcherParts

  constructor(parts: FetcherParts) {
    this.#parts = parts
  }

  /**
   * Brings an evicted page in. True: look again; false: somebody's transfer has it. Throws `CORRUPT`, `SYSTEM`,
   * `POOL_TOO_SMALL`, `WRITER_DIED`, and what writing throws.
   */
  fetch(page: number): boolean {
    const { area, states, table, counts, frames } = this.#parts
    const { io } = area
    states.requireAlive()
    const before = states.get(page)
    counts.misses++
    for (let attempt = 0; ; ) {
      while (table.count >= frames) attempt = this.#makeRoom(attempt)
      io.set(0, page, 1)
      io.readSync(1)
      const found = runStatus(io.commands, 0)
      if (found === 0 || found === status.RESIDENT) {
        this.show(page, before)
        return true
      }
      if (found === status.PAGE_BUSY) return false
      if (found === status.OUT_OF_MEMORY) attempt = this.#makeRoom(attempt)
      else if (this.hasChanged(page, before)) return true
      else throw this.explain(found, page)
    }
  }

  /** Gives an evicted page a frame with whatever bytes, exclusively latched and dirty. Throws as `fetch`. */
  allocate(page: number): number {
    const { area, states, table, frames } = this.#parts
    const { io } = area
    states.requireAlive()
    for (let attempt = 0; ; ) {
      while (table.count >= frames) attempt = this.#makeRoom(attempt)
      io.set(0, page, 1)
      io.alloc(1)
      const found = runStatus(io.commands, 0)
      if (found === 0 || found === status.RESIDENT) {
        if (!this.#claim(page)) return LOOK_AGAIN
        table.insert(page)
        states.set(page, states.get(page) | DIRTY)
        return CLAIMED
      }
      if (found === status.PAGE_BUSY) return BUSY
      if (found !== status.OUT_OF_MEMORY) throw this.explain(found, page)
      attempt = this.#makeRoom(attempt)
    }
  }

  /**
   * Makes a page visible that has a frame, unless somebody has done that. `before`: the state word before it was read. If the
   * page has another version by now, those bytes do not matter, and the frame goes. Throws `CORRUPT`.
   */
  show(page: number, before: number): void {
    const { area, states, table } = this.#parts
    if (!this.#claim(page)) return
    const word = states.get(page)
    const isSameVersion = ((word ^ before) & VERSION) === 0
    if (isSameVersion && isSealed(wordsOf(area, page), firstWordOf(area, page), page)) {
      table.insert(page)
      states.set(page, (word & VERSION) | UNLOCKED)
      return
    }
    area.io.free([{ page, count: 1 }])
    states.set(page, raised(word))
    if (isSameVersion) throw badChecksum(page)
  }

  /** Whether a page has another version than in `word`: then errors of what was read before say nothing. */
  hasChanged(page: number, word: number): boolean {
    return ((this.#parts.states.get(page) ^ word) & VERSION) !== 0
  }

  /** The error that a page's reading ended with. */
  explain(found: number, page: number): StoreError {
    if (found === status.END_OF_FILE) return beyondFile(page)
    if (found === status.CANCELLED) return closed()
    try {
      this.#parts.file.read(new Uint8Array(PAGE_BYTES), 0, page)
    } catch (error) {
      return error as StoreError
    }
    return new StoreError('SYSTEM', `page ${page} could not be read (status ${found})`)
  }

  /** Latches an evicted page exclusively if it has a frame. False: it is visible, or has none any more. */
  #claim(page: number): boolean {
    const { area, states } = this.#parts
    for (;;) {
      const word = states.get(page)
      const state = word & STATE
      if (state === EXCLUSIVE) states.waitForChange(page, word)
      else if (state !== EVICTED || !area.isResident(page)) return false
      else if (states.tryExclusive(page, word)) return true
    }
  }

  /**
   * Evicts something. The number of the next attempt, if nothing could go: others may be just using it, or making room.
   */
  #makeRoom(attempt: number): number {
    const { states, evictor } = this.#parts
    if (evictor.evict(evictor.batch) > 0) return 0
    states.requireAlive()
    if (attempt >= ATTEMPTS) throw poolTooSmall()
    // Nobody wakes anybody here; it is only a sleep.
    if (attempt >= AT_ONCE) wait(states.words, FAILED, 0, 1)
    return attempt + 1
  }
}

export const closed = (): StoreError => new StoreError('CLOSED', 'the store has been closed')
