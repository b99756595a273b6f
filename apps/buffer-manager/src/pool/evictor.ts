// The clock that makes room, with a second chance (vmcache, §3.4): going round the resident table it marks what is
// unlocked and takes what is still marked when it comes again, since nobody has read it meanwhile. Dirty victims are
// written while they are latched shared, so that they can be read all the time; only for being freed is everything
// latched exclusively, and that is short. All of it is done in batches, synchronously, through the worker's own
// interface.
import { add } from '#atomics'
import { StoreError } from '../errors.ts'
import { seal } from '../pages/page.ts'
import { HAND } from './layout.ts'
import type { Parts } from './parts.ts'
import { firstWordOf, runCount, runDone, runPage, setRuns, sortPages, wordsOf } from './runs.ts'
import { DIRTY, MARKED, raised, STATE, UNLOCKED } from './states.ts'

/** Places of the table that the hand goes over at a time. */
const STRIDE = 64
/** The most pages that are evicted at a time. */
const MOST = 256

export class Evictor {
  /** How many pages are evicted at a time when one frame is needed. */
  readonly batch: number
  readonly #parts: Parts
  readonly #stride: number
  readonly #clean = new Int32Array(MOST + STRIDE)
  readonly #dirty = new Int32Array(MOST + STRIDE)
  readonly #victims = new Int32Array(MOST + STRIDE)

  constructor(parts: Parts) {
    this.#parts = parts
    this.batch = Math.max(1, Math.min(parts.frames >> 4, MOST / 2))
    this.#stride = Math.min(STRIDE, parts.table.capacity)
  }

  /**
   * Evicts about `wanted` pages, `MOST` at most; how many. None: all are latched, or in use again and again. Throws
   * what writing throws, if nothing else can go.
   */
  evict(wanted: number): number {
    const most = Math.min(wanted, MOST)
    let [clean, dirty, victims] = [0, 0, 0]
    const { states, table, counts } = this.#parts
    // Twice round is enough to mark everything and to come back.
    for (let looked = 0; clean + dirty < most && looked <= 2 * table.capacity; looked += this.#stride) {
      const hand = add(states.words, HAND, this.#stride)
      for (let i = 0; i < this.#stride; i++) {
        const page = table.at(hand + i)
        if (page < 0) continue
        const word = states.get(page)
        const state = word & STATE
        if (state === UNLOCKED) states.replace(page, word, (word & ~STATE) | MARKED)
        if (state !== MARKED) continue
        if ((word & DIRTY) === 0) this.#clean[clean++] = page
        else if (states.tryShare(page, word)) this.#dirty[dirty++] = page
      }
    }
    const error = dirty > 0 ? this.#write(dirty) : null
    for (let i = 0; i < dirty; i++) {
      const page = this.#dirty[i]
      if (page >= 0 && states.tryUpgrade(page)) this.#victims[victims++] = page
    }
    for (let i = 0; i < clean; i++) {
      const page = this.#clean[i]
      const word = states.get(page)
      if ((word & (STATE | DIRTY)) === MARKED && states.tryExclusive(page, word)) this.#victims[victims++] = page
    }
    if (victims === 0 && error) throw error
    this.free(this.#victims, victims)
    counts.evictions += victims
    return victims
  }

  /** Frees pages that the caller has latched exclusively; their contents are gone, and they are evicted. */
  free(pages: Int32Array, count: number): void {
    const { area, states, table } = this.#parts
    const { io } = area
    for (let from = 0; from < count; from += io.capacity) {
      const some = pages.subarray(from, Math.min(from + io.capacity, count))
      sortPages(some, some.length)
      for (const page of some) table.remove(page)
      const freed = io.free(setRuns(io, some, some.length))
      if (freed !== some.length) {
        throw new StoreError('CORRUPT', `${freed} of ${some.length} latched pages could be freed`)
      }
      for (const page of some) states.set(page, raised(states.get(page)))
    }
  }

  /**
   * Writes the dirty victims, and takes those from the list (−1) that could not be written. Why not, if anybody knows.
   */
  #write(dirty: number): Error | null {
    const { area, file, states, counts } = this.#parts
    const { io } = area
    const count = sortPages(this.#dirty, dirty)
    for (let i = 0; i < count; i++) seal(wordsOf(area, this.#dirty[i]), firstWordOf(area, this.#dirty[i]))
    const runs = setRuns(io, this.#dirty, count)
    counts.writeBacks += io.writeSync(runs)
    let error: Error | null = null
    for (let run = 0, from = 0; run < runs; run++) {
      const length = runCount(io.commands, run)
      for (let i = runDone(io.commands, run); i < length; i++) {
        try {
          file.write(area, runPage(io.commands, run) + i)
        } catch (cause) {
          error = cause as Error
          states.unshare(this.#dirty[from + i], false)
          this.#dirty[from + i] = -1
        }
      }
      from += length
    }
    return error
  }
}

export const poolTooSmall = (): StoreError =>
  new StoreError('POOL_TOO_SMALL', 'no page of the pool can make room: all are latched or being transferred', {
    hint: 'open the store with a larger cacheBytes',
  })
