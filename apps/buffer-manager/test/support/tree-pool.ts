// A pool of pages for tests of the tree: all of them in one buffer, so that nothing is ever evicted. What a real pool
// may do at any time can be asked for: to miss pages, or to give garbage instead of one, whose ticket never counts. It
// watches the rules that writers have to keep: no reading of what oneself has latched, no latch twice.
import type { Words } from '@parperos/alloc-api'
import { StoreError } from '../../src/errors.ts'
import { beginPage, birthOf, PAGE, PAGE_BYTES, PAGE_WORDS, setBirth } from '../../src/pages/page.ts'
import type { Edit, Pages } from '../../src/tree/edit.ts'
import { results } from '../../src/tree/results.ts'

const LATCHED = 1
/** A ticket that no page has. */
const GARBLED = 0x7fffff00

export class TreePool implements Pages {
  bytes: Uint8Array<SharedArrayBuffer>
  words: Words
  base = 0
  /** Version in steps of 256, and whether it is latched. */
  readonly states: Int32Array
  /** Pages that `begin` does not find, until they are fetched. */
  readonly missing = new Set<number>()
  /** Called by each `begin`: true: it has put garbage into page 0, and the reader gets that. */
  garble: ((page: number) => boolean) | null = null
  /** Called by each check, before it answers. */
  onCheck: ((page: number) => void) | null = null
  readonly prefetched: number[] = []
  latches = 0

  constructor(pages: number) {
    const buffer = new SharedArrayBuffer(pages * PAGE_BYTES)
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.states = new Int32Array(pages)
  }

  begin(page: number): number {
    if (page >>> 0 >= this.states.length) return results.MISS
    if (this.missing.size > 0 && this.missing.has(page)) return results.MISS
    const state = this.states[page]
    if (state & LATCHED) throw new Error(`page ${page} is read by who has latched it`)
    if (this.garble?.(page)) {
      this.base = 0
      return GARBLED
    }
    this.base = page * PAGE_BYTES
    return state
  }

  beginSync(page: number): number {
    this.missing.delete(page)
    const ticket = this.begin(page)
    if (ticket === results.MISS) throw new StoreError('CORRUPT', `there is no page ${page}`)
    return ticket
  }

  isUnchanged(page: number, ticket: number): boolean {
    if (this.onCheck) this.onCheck(page)
    return this.states[page] === ticket
  }

  prefetch(pages: readonly number[]): void {
    this.prefetched.push(...pages)
  }

  tryLock(page: number): boolean {
    if (this.states[page] & LATCHED) throw new Error(`page ${page} is latched twice`)
    this.states[page] |= LATCHED
    this.latches++
    this.at(page)
    return true
  }

  at(page: number): void {
    if (!(this.states[page] & LATCHED)) throw new Error(`page ${page} is not latched`)
    this.base = page * PAGE_BYTES
  }

  unlock(page: number): void {
    if (!(this.states[page] & LATCHED)) throw new Error(`page ${page} is unlatched twice`)
    this.latches--
    this.states[page] += 0x100 - LATCHED
  }

  /** As if the page had been changed by somebody. */
  raise(page: number): void {
    this.states[page] += 0x100
  }
}

/** Numbers of pages that can be used. */
export class TreePages {
  readonly pool: TreePool
  readonly #free: number[] = []
  readonly #isFree: Uint8Array
  next = 2

  constructor(pages: number) {
    this.pool = new TreePool(pages)
    this.#isFree = new Uint8Array(pages)
  }

  take(): number {
    const page = this.#free.pop() ?? this.next++
    if (page >= this.pool.states.length) throw new Error('the test pool is full')
    this.#isFree[page] = 0
    return page
  }

  get used(): number {
    return this.next - 2 - this.#free.length
  }

  isUsed(page: number): boolean {
    return page >= 2 && page < this.next && this.#isFree[page] === 0
  }

  giveBack(pages: Iterable<number>): void {
    for (const page of pages) {
      this.pool.raise(page)
      this.pool.words.fill(0x5a5a5a5a, page * PAGE_WORDS, (page + 1) * PAGE_WORDS)
      this.#free.push(page)
      this.#isFree[page] = 1
    }
  }
}

/** What was born at `frozen` or before is not changed in place. */
export class TreeEdit implements Edit {
  readonly pool: TreePool
  readonly epoch: number
  readonly pages: TreePages
  readonly frozen: number
  readonly made = new Set<number>()
  readonly retired = new Set<number>()
  readonly latched = new Set<number>()

  constructor(pages: TreePages, epoch: number, frozen: number) {
    this.pages = pages
    this.pool = pages.pool
    this.epoch = epoch
    this.frozen = frozen
  }

  isMutable(birth: number): boolean {
    return birth > this.frozen
  }

  mayChange(): boolean {
    return true
  }

  isPrivate(page: number): boolean {
    return this.made.has(page)
  }

  writable(page: number): number {
    const { pool } = this
    if (this.isPrivate(page)) {
      this.#latch(page)
      return page
    }
    this.retire(page)
    const copy = this.#make()
    pool.words.copyWithin(copy * PAGE_WORDS, page * PAGE_WORDS, (page + 1) * PAGE_WORDS)
    pool.words[copy * PAGE_WORDS + PAGE] = copy
    setBirth(pool.words, copy * PAGE_WORDS, this.epoch)
    return copy
  }

  allocate(kind: number, level: number): number {
    const page = this.#make()
    beginPage(this.pool.words, page * PAGE_WORDS, page, this.epoch, kind, level)
    return page
  }

  retire(page: number, birth?: number): void {
    if (!this.pages.isUsed(page)) throw new StoreError('CORRUPT', `${page} is no page in use`)
    if (birth !== undefined && birth !== birthOf(this.pool.words, page * PAGE_WORDS)) {
      throw new StoreError('CORRUPT', `page ${page} has another birth`)
    }
    if (this.made.delete(page)) {
      if (this.latched.delete(page)) this.pool.unlock(page)
      this.pages.giveBack([page])
    } else {
      if (this.retired.has(page)) throw new StoreError('CORRUPT', `page ${page} is retired twice`)
      this.retired.add(page)
    }
    this.pool.base = -PAGE_BYTES
  }

  release(): void {
    for (const page of this.latched) this.pool.unlock(page)
    this.latched.clear()
  }

  /** What it made is everybody's; what it retired can be used again, unless somebody wants to keep it. */
  commit(keep = false): void {
    this.release()
    this.made.clear()
    if (keep) return
    this.pages.giveBack(this.retired)
    this.retired.clear()
  }

  #make(): number {
    const page = this.pages.take()
    this.made.add(page)
    this.#latch(page)
    return page
  }

  #latch(page: number): void {
    if (this.latched.has(page)) this.pool.at(page)
    else {
      this.pool.tryLock(page)
      this.latched.add(page)
    }
  }
}
