// Writing dirty pages back without evicting them. They are latched shared while that lasts, so that their bytes stay
// what they are and everybody can read them; nobody is to want to change them. In ascending order, so that neighbours
// go in one run and a disk goes one way.
import type { PageInterface } from '@parperos/alloc-api'
import { asStoreError } from '../errors.ts'
import { birthOf, seal } from '../pages/page.ts'
import type { Lanes } from './lanes.ts'
import type { Parts } from './parts.ts'
import { firstWordOf, runCount, runDone, setRuns, sortPages, wordsOf } from './runs.ts'
import { DIRTY, EXCLUSIVE, STATE, type States } from './states.ts'

export interface WriteBackParts extends Parts {
  readonly lanes: Lanes
}

type Wanted = (birth: number) => boolean

/** How long pages that are exclusively latched are left alone until they are looked at again. */
const PAUSE_MS = 1

export class WriteBack {
  readonly #parts: WriteBackParts

  constructor(parts: WriteBackParts) {
    this.#parts = parts
  }

  async write(wanted: Wanted): Promise<number> {
    const { lanes } = this.#parts
    let written = 0
    let pages = this.#dirtyPages()
    const waiting = new Waiting(this.#parts.states)
    while (pages.length > 0) {
      const latched: number[] = []
      for (let from = 0; from < pages.length; from += lanes.mostPages) {
        const lane = await lanes.borrow()
        try {
          const some = this.#share(pages.subarray(from, from + lanes.mostPages), wanted, latched)
          const runs = setRuns(lane.io, some, some.length)
          const failed = await lane.io.write(runs).then(() => null, asError)
          written += this.#release(lane.io, some, runs, failed)
        } finally {
          lanes.giveBack(lane)
        }
      }
      pages = Int32Array.from(latched)
      if (pages.length === 0) break
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      waiting.hasPaused(pages)
    }
    return written
  }

  writeSync(wanted: Wanted): number {
    const { area, lanes, states } = this.#parts
    const { io } = area
    let written = 0
    for (let pages = this.#dirtyPages(); pages.length > 0; ) {
      const latched: number[] = []
      for (let from = 0; from < pages.length; from += lanes.mostPages) {
        const some = this.#share(pages.subarray(from, from + lanes.mostPages), wanted, latched)
        const runs = setRuns(io, some, some.length)
        io.writeSync(runs)
        written += this.#release(io, some, runs, null)
      }
      pages = Int32Array.from(latched)
      for (const page of pages) {
        const word = states.get(page)
        if ((word & STATE) === EXCLUSIVE) states.waitForChange(page, word)
      }
    }
    return written
  }

  #dirtyPages(): Int32Array {
    const { table, states } = this.#parts
    const pages: number[] = []
    for (let i = 0; i < table.capacity; i++) {
      const page = table.at(i)
      if (page >= 0 && (states.get(page) & DIRTY) !== 0) pages.push(page)
    }
    const list = Int32Array.from(pages)
    return list.subarray(0, sortPages(list, list.length))
  }

  /**
   * Latches and seals those of the pages that are dirty and wanted; those that somebody has exclusively go to
   * `latched`.
   */
  #share(pages: Int32Array, wanted: Wanted, latched: number[]): Int32Array {
    const { area, states } = this.#parts
    const shared = new Int32Array(pages.length)
    let count = 0
    try {
      for (const page of pages) if (this.#shareOne(page, wanted, latched)) shared[count++] = page
    } catch (error) {
      for (let i = 0; i < count; i++) states.unshare(shared[i], false)
      throw error
    }
    for (let i = 0; i < count; i++) seal(wordsOf(area, shared[i]), firstWordOf(area, shared[i]))
    return shared.subarray(0, count)
  }

  #shareOne(page: number, wanted: Wanted, latched: number[]): boolean {
    const { area, states } = this.#parts
    for (;;) {
      const word = states.get(page)
      if ((word & DIRTY) === 0) return false
      if ((word & STATE) === EXCLUSIVE) {
        latched.push(page)
        return false
      }
      // If the page changes meanwhile its word does, and this birth does not count.
      const isWanted = wanted(birthOf(wordsOf(area, page), firstWordOf(area, page)))
      if (isWanted ? states.tryShare(page, word) : states.get(page) === word) return isWanted
    }
  }

  /** Ends the latches after a batch; how many pages were written. Throws what kept the others from it. */
  #release(io: PageInterface, pages: Int32Array, runs: number, failed: Error | null): number {
    const { area, file, states, counts } = this.#parts
    let error = failed
    let written = 0
    for (let run = 0, from = 0; run < runs; run++) {
      const length = runCount(io.commands, run)
      const done = failed ? 0 : runDone(io.commands, run)
      for (let i = 0; i < length; i++) {
        const page = pages[from + i]
        // What the batch could not write, perhaps since somebody else is just doing it, is written here, or it is said
        // why not.
        error = i < done ? error : (error ?? attempt(() => file.write(area, page)))
        states.unshare(page, i < done || error === null)
        if (i < done || error === null) written++
      }
      from += length
    }
    counts.writeBacks += written
    if (error) throw error
    return written
  }
}

function attempt(body: () => void): Error | null {
  try {
    body()
    return null
  } catch (error) {
    return error as Error
  }
}

const asError = (cause: unknown): Error => asStoreError('pages cannot be written', cause)

/** Notices that of some pages none has moved for as long as a latch may stay. */
class Waiting {
  readonly #states: States
  #pausedMs = 0
  #sum = 0

  constructor(states: States) {
    this.#states = states
  }

  hasPaused(pages: Int32Array): void {
    const states = this.#states
    states.requireAlive()
    let sum = pages.length
    for (const page of pages) sum = (Math.imul(sum, 31) + states.get(page)) | 0
    this.#pausedMs = sum === this.#sum ? this.#pausedMs + PAUSE_MS : 0
    this.#sum = sum
    if (this.#pausedMs >= states.patienceMs) states.giveUp()
  }
}
