// The usual transfer, over a PageStore. Neighbouring pages of the hand are one request, neighbouring frames in it one view.
// A page that lies partly beyond the end of the file has zeros there; one that begins beyond it fails with END_OF_FILE.
import { FRAME_BYTES } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import type { Place } from '../driver.ts'
import type { Hand } from './hand.ts'
import type { PageStore } from './page-store.ts'
import type { PageTransfer } from './transfer.ts'

/** Requests in flight at once: enough for libuv's threads, with room for other users of them. */
const MOST_IN_FLIGHT = 64

/** Entries first … end − 1 of the hand: neighbouring pages. */
interface Stretch {
  first: number
  end: number
  position: number
  views: Uint8Array[]
  bytes: number
}

type Move = (views: readonly Uint8Array[], position: number) => number
type MoveLater = (views: readonly Uint8Array[], position: number) => Promise<number>

export class StoreTransfer implements PageTransfer {
  readonly #store: PageStore
  readonly #place: Place
  #cancelled = false

  constructor(store: PageStore, place: Place) {
    this.#store = store
    this.#place = place
  }

  get io(): string {
    return this.#store.kind
  }

  get reasons(): readonly string[] {
    return this.#store.reasons ?? []
  }

  readSync(hand: Hand): void {
    this.#moveSync(hand, (views, position) => this.#store.readSync(views, position), endOfFile)
  }

  writeSync(hand: Hand): void {
    this.#moveSync(hand, (views, position) => this.#store.writeSync(views, position), refused)
  }

  async read(hand: Hand): Promise<void> {
    await this.#move(hand, (views, position) => this.#store.read(views, position), endOfFile)
  }

  async write(hand: Hand): Promise<void> {
    await this.#move(hand, (views, position) => this.#store.write(views, position), refused)
  }

  async sync(): Promise<void> {
    await this.#store.sync()
  }

  cancel(): void {
    this.#cancelled = true
  }

  close(): void {
    this.#store.close()
  }

  #moveSync(hand: Hand, move: Move, end: End): void {
    for (const stretch of stretches(hand, this.#place)) {
      const progress = new Progress(hand, stretch, end)
      while (!progress.isOver) {
        try {
          progress.add(move(progress.rest(), progress.position), this.#store)
        } catch {
          progress.fail(status.IO_ERROR)
        }
      }
    }
  }

  async #move(hand: Hand, move: MoveLater, end: End): Promise<void> {
    this.#cancelled = false
    const waiting = stretches(hand, this.#place)
    const one = async (): Promise<void> => {
      for (let stretch = waiting.shift(); stretch; stretch = waiting.shift()) {
        await this.#moveStretch(new Progress(hand, stretch, end), move)
      }
    }
    await Promise.all(Array.from({ length: Math.min(MOST_IN_FLIGHT, waiting.length) }, one))
  }

  async #moveStretch(progress: Progress, move: MoveLater): Promise<void> {
    while (!progress.isOver) {
      if (this.#cancelled) {
        progress.stop(status.CANCELLED)
        return
      }
      try {
        progress.add(await move(progress.rest(), progress.position), this.#store)
      } catch {
        progress.fail(status.IO_ERROR)
      }
    }
  }
}

/** What it means that no more bytes were moved. */
interface End {
  status: number
  /** Whether that is so when the file ends where the bytes did: asking again there is not allowed everywhere (O_DIRECT). */
  atSize: boolean
}

const endOfFile: End = { status: status.END_OF_FILE, atSize: true }
const refused: End = { status: status.IO_ERROR, atSize: false }

/** How far a stretch has come. */
class Progress {
  readonly #hand: Hand
  readonly #stretch: Stretch
  readonly #end: End
  #done = 0

  constructor(hand: Hand, stretch: Stretch, end: End) {
    this.#hand = hand
    this.#stretch = stretch
    this.#end = end
  }

  get isOver(): boolean {
    return this.#done === this.#stretch.bytes
  }

  get position(): number {
    return this.#stretch.position + this.#done
  }

  /** The views of what is not done yet. */
  rest(): Uint8Array[] {
    return restOf(this.#stretch.views, this.#done)
  }

  /** So many more bytes are done. */
  add(bytes: number, store: PageStore): void {
    this.#done = Math.min(this.#done + Math.max(bytes, 0), this.#stretch.bytes)
    const { status: found, atSize } = this.#end
    // Fewer than asked for can be the end, or an interruption.
    if (this.isOver || (bytes > 0 && !(atSize && this.position >= store.size()))) return
    if (atSize && this.#clearToPage()) return
    this.fail(found)
  }

  /** The rest of the page that the end of the file cuts becomes zeros, and counts as done; whether that was the last. */
  #clearToPage(): boolean {
    const inPage = this.#done % FRAME_BYTES
    if (inPage === 0) return false
    let left = FRAME_BYTES - inPage
    for (const view of this.rest()) {
      view.fill(0, 0, left)
      left -= Math.min(left, view.length)
    }
    this.#done += FRAME_BYTES - inPage
    return this.isOver
  }

  /** The page that is being moved has failed, and with it its run; goes on with the next run, if there is one. */
  fail(found: number): void {
    const { first, end, bytes } = this.#stretch
    let index = first + Math.floor(this.#done / FRAME_BYTES)
    this.#hand.fail(index, found)
    while (index < end && this.#hand.hasFailed(index)) index++
    this.#done = Math.min((index - first) * FRAME_BYTES, bytes)
  }

  /** All that is not done whole fails. */
  stop(found: number): void {
    while (!this.isOver) this.fail(found)
  }
}

/** The hand's pages as requests. */
function stretches(hand: Hand, place: Place): Stretch[] {
  const list: Stretch[] = []
  const { length } = hand
  for (let first = 0; first < length;) {
    let end = first + 1
    while (end < length && hand.page(end) === hand.page(end - 1) + 1) end++
    const views = viewsOf(hand, place, first, end)
    list.push({ first, end, position: hand.page(first) * FRAME_BYTES, views, bytes: (end - first) * FRAME_BYTES })
    first = end
  }
  return list
}

/** The views of neighbouring pages: neighbouring frames are one view. */
export function viewsOf(hand: Hand, place: Place, first: number, end: number): Uint8Array[] {
  const views: Uint8Array[] = []
  for (let from = first; from < end;) {
    let to = from + 1
    while (to < end && hand.page(to) === hand.page(to - 1) + 1 && hand.frame(to) === hand.frame(to - 1) + 1) to++
    views.push(place(hand.page(from), hand.frame(from), to - from))
    from = to
  }
  return views
}

function restOf(views: Uint8Array[], done: number): Uint8Array[] {
  if (done === 0) return views
  let skip = done
  let index = 0
  while (skip >= views[index].length) skip -= views[index++].length
  return [views[index].subarray(skip), ...views.slice(index + 1)]
}
