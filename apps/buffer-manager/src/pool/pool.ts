// The buffer pool's face: pages by their number, as many in memory as there are frames, the others in the file. Reading
// is optimistic: `begin` gives a ticket, the page is read where it is, and `isUnchanged` says whether what was read
// counts. No reader writes a shared word, unless to take back the clock's mark. (vmcache: Leis et al., SIGMOD'23.)
//
// That what is read between two looks at the state word was read between them holds where loads are not reordered with
// later ones (x86), and by the acquiring load that `begin` makes.
import type { PageArea, Region, Words } from '@parperos/alloc-api'
import { requireWholeNumber } from '@parperos/alloc-api/driver'
import { load } from '#atomics'
import { StoreError } from '../errors.ts'
import { PAGE_WORDS } from '../pages/page.ts'
import { Evictor } from './evictor.ts'
import { BUSY, CLAIMED, Fetcher } from './fetcher.ts'
import { Lanes } from './lanes.ts'
import { statesAt, wordsFor } from './layout.ts'
import type { Counts } from './parts.ts'
import { ResidentTable } from './resident-table.ts'
import { sortPages } from './runs.ts'
import { Scratch } from './scratch.ts'
import { noSuchPage, SinglePages } from './single-page.ts'
import { DIRTY, EVICTED, EXCLUSIVE, isShared, MARKED, raised, STATE, States, UNLOCKED, VERSION } from './states.ts'
import { WriteBack } from './write-back.ts'

/** What `begin` returns for a page that is not in memory. */
export const MISS = 1

/** How often `tryLock` looks, a millisecond apart, whether another worker's transfer has ended. */
const LOOKS = 20

/** What a pool is made of: one worker's parts. */
export interface PoolParts {
  /**
   * This worker's attachments to the area, each with a slot of its own: for synchronous work, and for asynchronous
   * work.
   */
  area: PageArea
  lanes: readonly PageArea[]
  /** The pool's shared words, `Pool.bytesFor(pages, frames)` bytes; all zeros before anybody uses it. */
  region: Region
  /** Pages that fit into memory: the same for all workers. */
  frames: number
  /** The file, for reading and writing single pages. */
  fd: number
  /** How long an exclusive latch may stay as it is until its holder counts as dead. Default 10,000. */
  patienceMs?: number
}

export interface PoolStats {
  /** Pages that are resident, and those of them that are newer than the file. */
  resident: number
  dirty: number
  /** Of this worker: pages that it found, that it had to wait for, that it threw out, that it wrote. */
  hits: number
  misses: number
  evictions: number
  writeBacks: number
}

export class Pool {
  /** Where the page of the last successful begin, tryLock, create or at is: its first byte, among these. */
  base = 0
  bytes: Uint8Array<SharedArrayBuffer>
  words: Words
  readonly pages: number
  readonly frames: number
  readonly #area: PageArea
  readonly #shared: Words
  readonly #statesAt: number
  readonly #states: States
  readonly #table: ResidentTable
  readonly #evictor: Evictor
  readonly #fetcher: Fetcher
  readonly #lanes: Lanes
  readonly #writeBack: WriteBack
  readonly #scratch: Scratch
  readonly #counts: Counts = { misses: 0, evictions: 0, writeBacks: 0 }
  /** Pages found: in 32 bits, so that counting costs nothing, and how often those have overflowed. */
  #found = 0
  #overflows = 0
  readonly #mask: number
  /** All pages are in the same bytes and words. */
  readonly #hasOneWindow: boolean
  /** `bytes` and `words` have to be looked up for the next page. */
  #wanders: boolean

  static bytesFor(pages: number, frames: number): number {
    return wordsFor(pages, frames) * 4
  }

  /** `given` stands in for the descriptor in tests. */
  constructor({ area, lanes, region, frames, fd, patienceMs = 10_000 }: PoolParts, given?: SinglePages) {
    // Each attachment can have at least one page in flight.
    requireWholeNumber('frames', frames, area.slots, 2 ** 30)
    this.pages = area.pages
    this.frames = frames
    this.#area = area
    this.#shared = region.words()
    if (this.#shared.length < wordsFor(area.pages, frames)) {
      const needed = wordsFor(area.pages, frames)
      throw new StoreError('BAD_OPTION', `the pool's Region has ${this.#shared.length} words, it needs ${needed}`)
    }
    this.#statesAt = statesAt(frames)
    this.#states = new States(this.#shared, this.#statesAt, area.pages, patienceMs)
    this.#table = new ResidentTable(this.#shared, frames)
    const file = given ?? new SinglePages(fd)
    const parts = { area, file, frames, states: this.#states, table: this.#table, counts: this.#counts }
    const evictor = (this.#evictor = new Evictor(parts))
    const fetcher = (this.#fetcher = new Fetcher({ ...parts, evictor }))
    const scratch = (this.#scratch = new Scratch(this.#states, file))
    this.#lanes = new Lanes({ ...parts, evictor, fetcher, scratch, lanes })
    this.#writeBack = new WriteBack({ ...parts, lanes: this.#lanes })
    const areaBytes = area.supports.mapped ? area.pages * 4096 : area.handle.pool.byteLength
    this.#mask = area.windowMask
    this.#hasOneWindow = areaBytes <= area.windowMask + 1
    this.#wanders = !this.#hasOneWindow
    this.bytes = area.window(0)
    this.words = area.words(0)
  }

  /**
   * Begins an optimistic read: a ticket, or `MISS`. Whoever has read from the page asks `isUnchanged` before it
   * believes it. Waits while somebody has it exclusively; throws `WRITER_DIED`. A number that is no page's is a `MISS`.
   */
  begin(page: number): number {
    if (page >>> 0 >= this.pages) return MISS
    const word = load(this.#shared, this.#statesAt + page)
    if ((word & STATE) !== UNLOCKED) return this.#beginOther(page)
    this.#locate(page)
    this.#count()
    return word & VERSION
  }

  /**
   * The same, but what is not in memory is fetched; if somebody's transfer has it, a copy is read beside the pool,
   * which stays what it is until 31 more of them were made. Throws `CORRUPT`, `SYSTEM`, `POOL_TOO_SMALL`,
   * `WRITER_DIED`.
   */
  beginSync(page: number): number {
    for (;;) {
      const ticket = this.begin(page)
      if (ticket !== MISS) return ticket
      this.#requirePage(page)
      if (!this.#fetcher.fetch(page)) this.#scratch.copy(page)
    }
  }

  /** Whether everything read from the page since it gave that ticket counts. */
  isUnchanged(page: number, ticket: number): boolean {
    const word = load(this.#shared, this.#statesAt + page)
    return (word & VERSION) === ticket && (word & STATE) !== EXCLUSIVE
  }

  /** Copies a page as it is at one moment to `words` from `at` on. Throws as `beginSync`. */
  copySync(page: number, words: Int32Array, at: number): void {
    for (;;) {
      const ticket = this.beginSync(page)
      const from = this.base >>> 2
      words.set(this.words.subarray(from, from + PAGE_WORDS), at)
      if (this.isUnchanged(page, ticket)) return
    }
  }

  /**
   * Makes a page resident, or gets a copy of it; what is asked for while the lanes are busy is read in one batch. Then
   * `begin` finds it, unless it was evicted again. Rejects with `CORRUPT`, `SYSTEM`, `POOL_TOO_SMALL`, `CLOSED`,
   * `WRITER_DIED`.
   */
  fetch(page: number): Promise<void> {
    if (page >>> 0 >= this.pages) return Promise.reject(noSuchPage(page, this.pages))
    return this.#lanes.fetch(page)
  }

  /** Begins to make pages resident that will be needed; nobody hears of what goes wrong. */
  prefetch(pages: readonly number[]): void {
    for (const page of pages) if (page >>> 0 < this.pages) this.#lanes.prefetch(page)
  }

  /**
   * Latches a page exclusively; it is fetched if needed. False: somebody's transfer has it, so it cannot be had now.
   * Evictions are waited for. Throws as `beginSync`.
   */
  tryLock(page: number): boolean {
    this.#requirePage(page)
    for (let looks = 0; ; ) {
      const word = this.#states.get(page)
      const state = word & STATE
      if (state === UNLOCKED || state === MARKED) {
        if (!this.#states.tryExclusive(page, word)) continue
        this.#count()
        this.#locate(page)
        return true
      }
      if (state === EVICTED) {
        if (this.#fetcher.fetch(page)) continue
        // It might be this worker's own transfer, or that of one who waits for this worker.
        if (this.#lanes.isReading(page) || ++looks > LOOKS) return false
        this.#states.waitUpTo(page, word, 1)
      } else if (state === EXCLUSIVE) {
        this.#states.waitForChange(page, word)
      } else if (!this.#states.waitUpTo(page, word, this.#states.patienceMs)) {
        return false
      }
    }
  }

  /**
   * A frame for a page whose old content does not matter: exclusively latched, its bytes undefined. False: somebody's
   * transfer has it; take another page. Throws `POOL_TOO_SMALL`, `WRITER_DIED`.
   */
  create(page: number): boolean {
    this.#requirePage(page)
    for (;;) {
      const word = this.#states.get(page)
      const state = word & STATE
      if (state === EVICTED) {
        const outcome = this.#fetcher.allocate(page)
        if (outcome === BUSY) return false
        if (outcome === CLAIMED) break
      } else if (state === EXCLUSIVE) {
        this.#states.waitForChange(page, word)
      } else if (isShared(state)) {
        if (!this.#states.waitUpTo(page, word, 1)) return false
      } else if (this.#states.tryExclusive(page, word)) {
        break
      }
    }
    this.#locate(page)
    return true
  }

  /** Where a page is that this worker holds exclusively. */
  at(page: number): void {
    this.#locate(page)
  }

  /** Ends an exclusive latch: a new version, which the file does not have. */
  unlock(page: number): void {
    this.#states.unlock(page)
  }

  /**
   * The contents of these pages, which the caller does not have latched, are not wanted any more: tickets of them end,
   * and they will not be written.
   */
  drop(pages: readonly number[]): void {
    for (const page of pages) this.#requirePage(page)
    const latched = Int32Array.from(pages)
    let count = 0
    // Each only once: the second time it would be latched, by this very worker.
    for (const page of latched.subarray(0, sortPages(latched, latched.length))) {
      if (this.#dropOne(page)) latched[count++] = page
    }
    this.#evictor.free(latched, count)
  }

  /**
   * Writes the dirty pages for whose birth `wanted` is true, which nobody changes any more; sealed, in large batches.
   * How many. Rejects with `DISK_FULL`, `READ_ONLY`, `SYSTEM`, `CLOSED`, `WRITER_DIED`.
   */
  writeBack(wanted: (birth: number) => boolean): Promise<number> {
    return this.#writeBack.write(wanted)
  }

  /** The same, blocking this thread. */
  writeBackSync(wanted: (birth: number) => boolean): number {
    return this.#writeBack.writeSync(wanted)
  }

  /** Goes over the resident table once. */
  stats(): PoolStats {
    let [resident, dirty] = [0, 0]
    for (let i = 0; i < this.#table.capacity; i++) {
      const page = this.#table.at(i)
      if (page < 0) continue
      resident++
      if ((this.#states.get(page) & DIRTY) !== 0) dirty++
    }
    const { misses, evictions, writeBacks } = this.#counts
    const found = this.#overflows * 2 ** 32 + (this.#found >>> 0)
    return { resident, dirty, hits: Math.max(0, found - misses), misses, evictions, writeBacks }
  }

  /** From now on everybody who would have to wait is told `WRITER_DIED`. */
  fail(): void {
    this.#states.fail()
  }

  /** Throws `WRITER_DIED` if the store has failed. */
  requireAlive(): void {
    this.#states.requireAlive()
  }

  get isFailed(): boolean {
    return this.#states.isFailed
  }

  /**
   * Waits for what is in flight; what was asked for and has not begun is rejected with `CLOSED`. The areas stay open.
   */
  close(): Promise<void> {
    return this.#lanes.close()
  }

  #locate(page: number): void {
    const address = this.#area.address(page)
    if (this.#wanders) {
      this.bytes = this.#area.window(address)
      this.words = this.#area.words(address)
      this.#wanders = !this.#hasOneWindow
    }
    this.base = address & this.#mask
  }

  #count(): void {
    this.#found = (this.#found + 1) | 0
    if (this.#found === 0) this.#overflows++
  }

  /** The rarer states. */
  #beginOther(page: number): number {
    for (;;) {
      const word = this.#states.get(page)
      const state = word & STATE
      if (state === EVICTED) return this.#beginCopy(page, word & VERSION)
      if (state === EXCLUSIVE) {
        this.#states.waitForChange(page, word)
      } else if (state !== MARKED || this.#states.replace(page, word, (word & ~STATE) | UNLOCKED)) {
        this.#locate(page)
        this.#count()
        return word & VERSION
      }
    }
  }

  #beginCopy(page: number, version: number): number {
    const at = this.#scratch.find(page, version)
    if (at < 0) return MISS
    this.bytes = this.#scratch.bytes
    this.words = this.#scratch.words
    this.base = at
    this.#wanders = true
    this.#count()
    return version
  }

  /** Ends a page's version; true: it is resident, and now latched exclusively. */
  #dropOne(page: number): boolean {
    for (;;) {
      const word = this.#states.get(page)
      const state = word & STATE
      if (state === EXCLUSIVE) this.#states.waitForChange(page, word)
      else if (state === UNLOCKED || state === MARKED) {
        if (this.#states.tryExclusive(page, word)) return true
      } else if (this.#states.replace(page, word, raised(word) | state)) {
        return false
      }
    }
  }

  #requirePage(page: number): void {
    if (page >>> 0 >= this.pages) throw noSuchPage(page, this.pages)
  }
}
