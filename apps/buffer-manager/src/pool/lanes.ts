// Asynchronous work. A worker has a few attachments for it, the lanes; a batch occupies one. What is asked for while
// all of them are busy, or in the same turn of the event loop, is collected: each page once, however many wait for it,
// and neighbours as one run. What is collected is divided among the idle lanes, since a batch's pages are shown when
// its last one is there; but not into batches that are hardly worth a call. Room is made before a batch begins,
// synchronously.
//
// A page that another worker's transfer has is looked at again after a while. If that takes long (its event loop may be
// busy), the page is copied beside the pool: nobody depends on anybody else's event loop.
import type { PageArea } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { asStoreError, type StoreError } from '../errors.ts'
import { poolTooSmall } from './evictor.ts'
import { closed, type Fetcher, type FetcherParts } from './fetcher.ts'
import { runCount, runDone, runPage, runStatus, setRuns, sortPages } from './runs.ts'
import type { Scratch } from './scratch.ts'
import { EVICTED, STATE, writerDied } from './states.ts'

/**
 * How often, after 1, 2, 4 … milliseconds, a page is looked at again that another transfer has, before it is copied; or
 * that found no frame, before the pool is called too small.
 */
const LOOKS = 7

/** Pages that go in one batch although there are other lanes. */
const FEWEST = 8

interface Request {
  /** Nobody waits for a page that is only prefetched. */
  waiting: PromiseWithResolvers<void> | null
  /** The state word before it was read. */
  before: number
  looks: number
}

export interface LaneParts extends FetcherParts {
  readonly lanes: readonly PageArea[]
  readonly fetcher: Fetcher
  readonly scratch: Scratch
}

const DONE = Promise.resolve()

export class Lanes {
  /** The most pages that a batch has: all batches of all workers together leave half of the pool alone. */
  readonly mostPages: number
  readonly #parts: LaneParts
  readonly #idle: PageArea[]
  readonly #requests = new Map<number, Request>()
  #queue: number[] = []
  #isScheduled = false
  #isClosed = false
  /** Pages being read. */
  #reading = 0
  /** The pool was fuller than it seemed. */
  #isShort = false
  /** Why no room could be made. */
  #noRoom: Error | null = null
  readonly #borrowers: PromiseWithResolvers<PageArea>[] = []
  #whenIdle: PromiseWithResolvers<void> | null = null

  constructor(parts: LaneParts) {
    const { area, lanes, frames } = parts
    this.#parts = parts
    this.#idle = [...lanes]
    const capacity = Math.min(...lanes.map(({ io }) => io.capacity))
    this.mostPages = Math.max(1, Math.min(capacity, Math.floor(frames / (2 * area.slots))))
  }

  fetch(page: number): Promise<void> {
    const { states, counts } = this.#parts
    if ((states.get(page) & STATE) !== EVICTED) return DONE
    if (this.#isClosed) return Promise.reject(closed())
    if (states.isFailed) return Promise.reject(writerDied())
    counts.misses++
    const request = this.#requests.get(page) ?? this.#ask(page)
    request.waiting ??= Promise.withResolvers()
    return request.waiting.promise
  }

  prefetch(page: number): void {
    if (this.#isClosed || this.#queue.length >= this.mostPages * this.#parts.lanes.length || this.#requests.has(page)) return
    if ((this.#parts.states.get(page) & STATE) === EVICTED) this.#ask(page)
  }

  /** Whether this worker is about to read a page. */
  isReading(page: number): boolean {
    return this.#requests.has(page)
  }

  /** A lane for something else, as soon as one is idle; `giveBack` it. Rejects with `CLOSED`. */
  borrow(): Promise<PageArea> {
    if (this.#isClosed) return Promise.reject(closed())
    const lane = this.#idle.pop()
    if (lane) return Promise.resolve(lane)
    const waiting = Promise.withResolvers<PageArea>()
    this.#borrowers.push(waiting)
    return waiting.promise
  }

  giveBack(lane: PageArea): void {
    const borrower = this.#borrowers.shift()
    if (borrower) borrower.resolve(lane)
    else this.#idle.push(lane)
    this.#pump()
    this.#endIfIdle()
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#queue.splice(0).forEach((page) => this.#refuse(page, closed()))
    this.#borrowers.splice(0).forEach(({ reject }) => reject(closed()))
    this.#whenIdle ??= Promise.withResolvers()
    this.#endIfIdle()
    return this.#whenIdle.promise
  }

  #endIfIdle(): void {
    if (this.#idle.length === this.#parts.lanes.length) this.#whenIdle?.resolve()
  }

  #ask(page: number): Request {
    const request: Request = { waiting: null, before: 0, looks: 0 }
    this.#requests.set(page, request)
    this.#enqueue(page)
    return request
  }

  #enqueue(page: number): void {
    if (this.#isClosed) {
      this.#refuse(page, closed())
      return
    }
    this.#queue.push(page)
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#pump()
    })
  }

  #answer(page: number): void {
    const request = this.#requests.get(page)
    this.#requests.delete(page)
    request?.waiting?.resolve()
  }

  #refuse(page: number, error: unknown): void {
    const request = this.#requests.get(page)
    this.#requests.delete(page)
    request?.waiting?.reject(error)
  }

  /** Begins as many batches as there are idle lanes and pages that were asked for. */
  #pump(): void {
    while (this.#queue.length > 0 && this.#idle.length > 0) {
      const share = Math.ceil(this.#queue.length / this.#idle.length)
      const pages = this.#next(Math.min(this.mostPages, Math.max(share, FEWEST)))
      if (pages.length === 0) continue
      const room = this.#makeRoom(pages.length)
      for (const page of pages.subarray(room)) this.#meet(page, status.OUT_OF_MEMORY)
      const lane = room > 0 ? this.#idle.pop() : undefined
      if (lane) void this.#read(lane, pages.subarray(0, room))
    }
  }

  /** Those of the queue's next `most` pages that are still to be read, in ascending order. */
  #next(most: number): Int32Array {
    const { states } = this.#parts
    const pages = Int32Array.from(this.#queue.splice(0, most))
    let count = 0
    for (const page of pages) {
      const word = states.get(page)
      const request = this.#requests.get(page)
      if (!request || (word & STATE) !== EVICTED) {
        this.#answer(page)
        continue
      }
      request.before = word
      pages[count++] = page
    }
    return pages.subarray(0, sortPages(pages, count))
  }

  /** As far as that is possible now: for how many pages there is room. */
  #makeRoom(count: number): number {
    const { table, frames, evictor } = this.#parts
    let missing = table.count + this.#reading + count - frames
    if (this.#isShort) missing = Math.max(missing, count)
    this.#isShort = false
    this.#noRoom = null
    try {
      for (let evicted = 1; missing > 0 && evicted > 0; missing -= evicted) {
        evicted = evictor.evict(Math.max(missing, evictor.batch))
      }
    } catch (error) {
      this.#noRoom = error as Error
    }
    return Math.max(0, Math.min(count, frames - table.count - this.#reading))
  }

  async #read(lane: PageArea, pages: Int32Array): Promise<void> {
    this.#reading += pages.length
    try {
      const runs = setRuns(lane.io, pages, pages.length)
      await lane.io.read(runs)
      this.#settle(lane, runs)
    } catch (cause) {
      const error = asStoreError('pages cannot be read', cause)
      for (const page of pages) this.#refuse(page, error)
    } finally {
      this.#reading -= pages.length
      this.giveBack(lane)
    }
  }

  /** Everybody who waits for a page of a batch that has ended hears how it went. */
  #settle(lane: PageArea, runs: number): void {
    const { commands } = lane.io
    const again: number[] = []
    for (let run = 0; run < runs; run++) {
      const first = runPage(commands, run)
      const done = runDone(commands, run)
      for (let i = 0; i < done; i++) this.#show(first + i)
      if (done < runCount(commands, run)) this.#meet(first + done, runStatus(commands, run))
      // What stands behind an obstacle was not tried.
      for (let i = done + 1; i < runCount(commands, run); i++) again.push(first + i)
    }
    for (const page of again) this.#enqueue(page)
  }

  #show(page: number): void {
    try {
      this.#parts.fetcher.show(page, this.#requests.get(page)?.before ?? 0)
      this.#answer(page)
    } catch (error) {
      this.#refuse(page, error)
    }
  }

  /** A page could not be read: what its run ended with. */
  #meet(page: number, found: number): void {
    if (found === status.RESIDENT) {
      this.#show(page)
    } else if (found === status.PAGE_BUSY) {
      this.#lookAgain(page)
    } else if (found === status.OUT_OF_MEMORY) {
      this.#isShort = true
      const request = this.#requests.get(page)
      if (this.#noRoom) this.#refuse(page, this.#noRoom)
      else if (request?.waiting && request.looks < LOOKS) this.#later(page, request)
      else this.#refuse(page, poolTooSmall())
    } else {
      this.#fail(page, this.#parts.fetcher.explain(found, page))
    }
  }

  /** An error of a page that has changed meanwhile is none: whoever waits for it has to look at it again. */
  #fail(page: number, error: StoreError): void {
    const request = this.#requests.get(page)
    if (request && this.#parts.fetcher.hasChanged(page, request.before)) this.#answer(page)
    else this.#refuse(page, error)
  }

  #later(page: number, request: Request): void {
    setTimeout(() => this.#enqueue(page), 2 ** request.looks++)
  }

  #lookAgain(page: number): void {
    const { states, scratch } = this.#parts
    const request = this.#requests.get(page)
    if (!request?.waiting || (states.get(page) & STATE) !== EVICTED) {
      this.#answer(page)
      return
    }
    if (request.looks < LOOKS) {
      this.#later(page, request)
      return
    }
    try {
      scratch.copy(page)
      this.#answer(page)
    } catch (error) {
      this.#refuse(page, error)
    }
  }
}
