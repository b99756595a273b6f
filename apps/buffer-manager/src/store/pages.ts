// The numbers of pages: which are in use by the trees as they are now (live), which are free (the allocator's), and which are
// retired: no tree has them any more, but somebody may still read them.
//
// Retired pages wait in queues, in the order of their epochs: `old` ones belong to a checkpoint that is, or may become,
// durable; `young` ones were born after the last checkpoint began, so that only open snapshots can hold them back; `fresh` ones
// were born after all of these, and only wait for the next commit.
import { MAX_ORDER, type FrameAllocator } from '@parperos/alloc-api'
import { compareExchange, load } from '#atomics'
import { StoreError } from '../errors.ts'
import { PAGE_WORDS } from '../pages/page.ts'
import type { Pool } from '../pool/pool.ts'
import { double, PLACES_PER_WORKER, word } from './layout.ts'
import { listPages } from './meta.ts'
import type { Shared } from './shared.ts'

/** Pages that are given back in one commit at most: it should not have to pay for all that others left. */
const RECLAIMED = 2048

/**
 * What a page is for. A put leaves enough for deletes, so that a full store can be emptied, and both leave enough for a
 * checkpoint, which is what makes pages free again.
 */
export const purposes = { checkpoint: 0, delete: 1, put: 2 } as const

/** How often another page is taken because a transfer has this one. */
const PAGES_TRIED = 64

/** What deletes need at the same time, and what a checkpoint's list needs besides a bit for each page. */
const FOR_DELETES = 32
const NAMES_BYTES = 160

interface Queue {
  head: number
  tail: number
}

const queues = {
  fresh: { head: word.freshHead, tail: word.freshTail },
  young: { head: word.youngHead, tail: word.youngTail },
  old: { head: word.oldHead, tail: word.oldTail },
} as const satisfies Record<string, Queue>

/** Pages by which the file grows: one block of the allocator's largest order. */
const EXTENT_PAGES = 2 ** MAX_ORDER

export class PageNumbers {
  /** One page, for whoever copies one; not for longer than that. */
  readonly scratch = new Int32Array(PAGE_WORDS)
  readonly #shared: Shared
  readonly #numbers: FrameAllocator
  readonly #pool: Pool

  constructor(shared: Shared, numbers: FrameAllocator, pool: Pool) {
    this.#shared = shared
    this.#numbers = numbers
    this.#pool = pool
  }

  /** A free page for one of the `purposes`. Throws `STORE_FULL`. */
  take(purpose: number): number {
    for (;;) {
      const page = this.#hasSpare(purpose) ? this.#numbers.tryGet(0) : -1
      if (page >= 0) return page
      if (this.#grow()) continue
      throw new StoreError('STORE_FULL', 'no page is free: the store has reached maxBytes', {
        hint: 'open it with a larger maxBytes, delete entries, or close snapshots that are still open',
      })
    }
  }

  /**
   * A free page, exclusively latched. A number that a transfer still works on, somebody's belated fetch or the eviction of what
   * it was before, is left for another time. Throws `STORE_FULL`, `BUSY` (but not at a checkpoint), and as
   * `Pool.create`.
   */
  create(purpose: number): number {
    const busy: number[] = []
    try {
      // A checkpoint has to go on, whoever is being slow.
      while (busy.length < PAGES_TRIED || purpose === purposes.checkpoint) {
        const page = this.take(purpose)
        if (this.#pool.create(page)) return page
        busy.push(page)
      }
    } finally {
      this.giveBack(busy)
    }
    throw new StoreError('BUSY', `${PAGES_TRIED} free pages are all in somebody's transfer`)
  }

  /** Whether enough is free for what is more important. While the file can grow, it is. */
  #hasSpare(purpose: number): boolean {
    if (purpose === purposes.checkpoint || !this.#isGrown) return true
    const { words, layout } = this.#shared
    const spare = listPages(layout.pages / 8 + words[word.trees] * NAMES_BYTES) + (purpose === purposes.put ? FOR_DELETES : 0)
    return this.#numbers.stats().free > spare
  }

  /** The file is as large as it may become. */
  get #isGrown(): boolean {
    const { words, layout } = this.#shared
    return load(words, word.extentEnd) >= layout.pages
  }

  /** Lets the allocator have what lies behind the pages in use, a little more each time, so that the file stays dense. */
  #grow(): boolean {
    const { words, layout } = this.#shared
    const end = load(words, word.extentEnd)
    if (end >= layout.pages) return false
    const next = end + EXTENT_PAGES
    if (compareExchange(words, word.extentEnd, end, next) === end) this.#putRun(end, Math.min(next, layout.pages))
    return true
  }

  /**
   * At opening: everything that a checkpoint does not have is free. `reserved`: pages that it has besides the trees'.
   * `retiredAt`, unless 0: somebody still reads at an older checkpoint, so that what is free counts as retired at that epoch.
   */
  begin(live: Uint8Array, reserved: readonly number[], retiredAt: number): void {
    const { words, layout } = this.#shared
    words.fill(0, layout.liveAt, layout.liveAt + layout.liveWords)
    new Uint8Array(words.buffer, words.byteOffset + layout.liveAt * 4, layout.liveWords * 4).set(live)
    const taken = new Set(reserved)
    const isTaken = (page: number): boolean => ((live[page >>> 3] ?? 0) & (1 << (page & 7))) !== 0 || taken.has(page)
    const most = reserved.reduce((a, b) => Math.max(a, b + 1), live.length * 8)
    const end = Math.min(layout.pages, Math.ceil(most / EXTENT_PAGES) * EXTENT_PAGES)
    words[word.extentEnd] = end
    words[word.highWater] = most
    let first = end
    for (let page = 0; page < end; page++) {
      const isRetired = retiredAt > 0 && page < most && !isTaken(page)
      if (isRetired) this.#queue(page, retiredAt, queues.old)
      const free = !isTaken(page) && !isRetired
      if (free && first === end) first = page
      if (!free && first < end) {
        this.#putRun(first, page)
        first = end
      }
      if (!free && !taken.has(page) && !isRetired) words[word.livePages]++
    }
    if (first < end) this.#putRun(first, end)
  }

  /** Frees the pages from `first` to `end`, in blocks as large as their places allow. */
  #putRun(first: number, end: number): void {
    for (let page = first; page < end; ) {
      let order = 0
      while (order < MAX_ORDER && page % 2 ** (order + 1) === 0 && page + 2 ** (order + 1) <= end) order++
      this.#numbers.put(page, order)
      page += 2 ** order
    }
  }

  /** Gives back pages that nobody has seen. */
  giveBack(pages: readonly number[]): void {
    for (const page of pages) this.#numbers.put(page, 0)
  }

  /** Under the lock: the trees have these pages now. */
  setLive(pages: ReadonlySet<number>): void {
    const { words, layout } = this.#shared
    for (const page of pages) {
      words[layout.liveAt + (page >>> 5)] |= 1 << (page & 31)
      if (page >= words[word.highWater]) words[word.highWater] = page + 1
    }
    words[word.livePages] += pages.size
  }

  /** Under the lock: the trees do not have the page any more, from `epoch` on. `frozen`: what `frozen()` says. */
  retire(page: number, birth: number, epoch: number, frozen: number): void {
    const { words, doubles, layout } = this.#shared
    words[layout.liveAt + (page >>> 5)] &= ~(1 << (page & 31))
    words[word.livePages]--
    this.#queue(page, epoch, birth > frozen ? queues.fresh : birth > doubles[double.started] ? queues.young : queues.old)
  }

  #queue(page: number, epoch: number, { head, tail }: Queue): void {
    const { words, doubles, layout } = this.#shared
    doubles[layout.retiredAt + page] = epoch
    words[layout.nextAt + page] = 0
    if (words[head] === 0) words[head] = page
    else words[layout.nextAt + words[tail]] = page
    words[tail] = page
  }

  /** Under the lock: pages that nobody can read any more are free. */
  reclaim(): void {
    const { words, doubles } = this.#shared
    const { fresh, young, old } = queues
    if (words[fresh.head] === 0 && words[young.head] === 0 && words[old.head] === 0) return
    const oldest = this.oldestSnapshot()
    const pages: number[] = []
    this.#collect(fresh.head, Infinity, pages)
    this.#collect(young.head, oldest, pages)
    this.#collect(old.head, Math.min(oldest, doubles[double.durable], doubles[double.floor]), pages)
    if (pages.length === 0) return
    // First nobody believes any of them any more, then they are used again.
    this.#pool.drop(pages)
    this.giveBack(pages)
  }

  #collect(head: number, until: number, into: number[]): void {
    const { words, doubles, layout } = this.#shared
    const most = this.#isGrown ? Infinity : RECLAIMED
    for (let page = words[head]; page !== 0 && into.length < most; page = words[head]) {
      if (doubles[layout.retiredAt + page] > until) return
      into.push(page)
      words[head] = words[layout.nextAt + page]
    }
  }

  /** Under the lock: the epoch of the oldest open snapshot; infinity without any. */
  oldestSnapshot(): number {
    return this.#overSnapshots(Infinity, Math.min)
  }

  /** Under the lock: what was born at this epoch or before must stay as it is. */
  frozen(): number {
    return this.#overSnapshots(this.#shared.doubles[double.started], Math.max)
  }

  #overSnapshots(start: number, choose: (a: number, b: number) => number): number {
    const { words, doubles, layout } = this.#shared
    let chosen = start
    if (words[word.openSnapshots] === 0) return chosen
    const end = layout.snapshotsAt + layout.workers * PLACES_PER_WORKER
    for (let at = layout.snapshotsAt; at < end; at++) if (doubles[at] !== 0) chosen = choose(chosen, doubles[at])
    return chosen
  }
}
