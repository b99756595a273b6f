// An area as small as can be, over words that the schedule explorer sees: page table, frames, and a file; a page's
// content is a number, twice, so that half of a change is seen. What the pool itself looks at in a page, its header and
// checksum, is the same for ever and always right.
import {
  COMMAND_COUNT,
  COMMAND_DONE,
  COMMAND_PAGE,
  COMMAND_STATUS,
  COMMAND_WORDS,
  type PageArea,
  type Region,
  type Words,
} from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { compareExchange, load, store } from '#atomics'
import { beginPage, HEADER_WORDS, kinds, PAGE_BYTES, PAGE_WORDS, seal } from '../../src/pages/page.ts'
import { statesAt, wordsFor } from '../../src/pool/layout.ts'
import { Pool } from '../../src/pool/pool.ts'
import { SinglePages } from '../../src/pool/single-page.ts'

export const PAGES = 4
const COMMANDS = 512
const BUSY = -1
const WRITING = 0x100
/** What no page contains. */
export const TORN = -1

/** Where everything is in the explored words. */
export class Places {
  readonly frames: number
  readonly table: number
  readonly owners: number
  readonly contents: number
  readonly file: number
  readonly own: number
  readonly words: number

  constructor(frames: number) {
    this.frames = frames
    this.table = wordsFor(PAGES, frames)
    this.owners = this.table + PAGES
    this.contents = this.owners + frames
    this.file = this.contents + 2 * frames
    /** Words for the scene itself. */
    this.own = this.file + 2 * PAGES
    this.words = this.own + 4
  }

  stateOf(page: number): number {
    return statesAt(this.frames) + page
  }

  nameOf(index: number): string {
    if (index >= this.own) return `own ${index - this.own}`
    if (index >= this.file) return `file of page ${(index - this.file) >> 1}`
    if (index >= this.contents) return `content of frame ${(index - this.contents) >> 1}`
    if (index >= this.owners) return `frame ${index - this.owners}`
    if (index >= this.table) return `page table ${index - this.table}`
    const states = statesAt(this.frames)
    return index >= states ? `state of page ${index - states}` : index >= 32 ? `place ${index - 32}` : `word ${index}`
  }
}

/** A page's header and checksum, where the pool looks for them. `bad`: the page whose checksum is wrong. */
function headers(bad: number): Words {
  const words = new Int32Array(new SharedArrayBuffer(PAGES * PAGE_BYTES))
  for (let page = 0; page < PAGES; page++) {
    beginPage(words, page * PAGE_WORDS, page, 1, kinds.leaf, 0)
    seal(words, page * PAGE_WORDS)
    if (page === bad) words[page * PAGE_WORDS]++
  }
  return words
}

/** One worker's pool over the explored words. */
export interface Worker {
  pool: Pool
  places: Places
  memory: Words
  /** The frame of a resident page. */
  frameOf(page: number): number
  /** What the page contains that the pool was last asked for; `TORN`. */
  content(page: number): number
  setContent(page: number, value: number): void
}

export function makeWorker(memory: Words, frames: number, bad = -1): Worker {
  const places = new Places(frames)
  const { table, owners, contents, file } = places
  const words = headers(bad)
  const bytes = new Uint8Array(words.buffer)
  const commands = new Int32Array(new SharedArrayBuffer(COMMANDS * COMMAND_WORDS * 4))

  const copy = (from: number, to: number): void => {
    memory[to] = memory[from]
    memory[to + 1] = memory[from + 1]
  }
  const fileAt = (page: number): number => file + 2 * page
  const frameAt = (frame: number): number => contents + 2 * frame

  const takeFrame = (): number => {
    for (let frame = 0; frame < frames; frame++) if (compareExchange(memory, owners + frame, 0, 1) === 0) return frame
    return -1
  }
  const claim = (page: number): number => {
    const seen = compareExchange(memory, table + page, 0, BUSY)
    return seen === 0 ? 0 : seen === BUSY ? status.PAGE_BUSY : status.RESIDENT
  }
  const give = (page: number, fill: (frame: number) => void): number => {
    const found = claim(page)
    if (found !== 0) return found
    const frame = takeFrame()
    if (frame < 0) {
      store(memory, table + page, 0)
      return status.OUT_OF_MEMORY
    }
    fill(frame)
    store(memory, table + page, frame + 1)
    return 0
  }
  const read = (page: number): number => give(page, (frame) => copy(fileAt(page), frameAt(frame)))
  const alloc = (page: number): number => give(page, () => undefined)
  const held = (page: number, desired: (seen: number) => number): number => {
    const seen = load(memory, table + page)
    if (seen === 0) return status.NOT_RESIDENT
    if (seen === BUSY || (seen & WRITING) !== 0) return status.PAGE_BUSY
    return compareExchange(memory, table + page, seen, desired(seen)) === seen ? seen : status.PAGE_BUSY
  }
  const free = (page: number): number => {
    const seen = held(page, () => BUSY)
    if (seen < 0) return seen
    store(memory, owners + seen - 1, 0)
    store(memory, table + page, 0)
    return 0
  }
  const write = (page: number): number => {
    const seen = held(page, (word) => word | WRITING)
    if (seen < 0) return seen
    copy(frameAt(seen - 1), fileAt(page))
    store(memory, table + page, seen)
    return 0
  }

  const run = (count: number, one: (page: number) => number): number => {
    let sum = 0
    for (let at = 0; at < count * COMMAND_WORDS; at += COMMAND_WORDS) {
      let [done, found] = [0, 0]
      while (done < commands[at + COMMAND_COUNT] && (found = one(commands[at + COMMAND_PAGE] + done)) === 0) done++
      commands[at + COMMAND_DONE] = done
      commands[at + COMMAND_STATUS] = found
      sum += done
    }
    return sum
  }
  const set = (index: number, page: number, count: number): void => {
    commands.set([page, count], index * COMMAND_WORDS)
  }
  const batch = (one: (page: number) => number) => (runs: number | readonly { page: number; count: number }[]) => {
    if (typeof runs !== 'number') runs.forEach(({ page, count }, i) => set(i, page, count))
    return run(typeof runs === 'number' ? runs : runs.length, one)
  }
  const io = {
    ...{ capacity: COMMANDS, commands, set },
    ...{ readSync: batch(read), alloc: batch(alloc), free: batch(free), writeSync: batch(write) },
  }
  const area = {
    ...{ pages: PAGES, slots: 1, io, windowMask: 2 ** 20 - 1, supports: { mapped: true, processes: false } },
    address: (page: number) => page * PAGE_BYTES,
    isResident: (page: number) => load(memory, table + page) > 0,
    window: () => bytes,
    words: () => words,
  } as unknown as PageArea

  const frameOf = (page: number): number => (load(memory, table + page) & ~WRITING) - 1
  class StubFile extends SinglePages {
    override read(to: Uint8Array, at: number, page: number): boolean {
      const page32 = new Int32Array(to.buffer, to.byteOffset + at, PAGE_WORDS)
      page32.set(words.subarray(page * PAGE_WORDS, (page + 1) * PAGE_WORDS))
      page32[HEADER_WORDS] = memory[fileAt(page)]
      page32[HEADER_WORDS + 1] = memory[fileAt(page) + 1]
      if (page !== bad) seal(page32, 0)
      return true
    }

    override write(_area: PageArea, page: number): void {
      copy(frameAt(frameOf(page)), fileAt(page))
    }
  }
  const region = { words: () => memory } as unknown as Region
  const pool = new Pool({ area, lanes: [area], region, frames, fd: -1, patienceMs: 50 }, new StubFile(-1))
  return {
    ...{ pool, places, memory, frameOf },
    content(page) {
      const isResident = pool.words === words
      const from = isResident ? memory : pool.words
      const at = isResident ? frameAt(frameOf(page)) : (pool.base >>> 2) + HEADER_WORDS
      return from[at] === from[at + 1] ? from[at] : TORN
    },
    setContent(page, value) {
      const at = frameAt(frameOf(page))
      memory[at] = value
      memory[at + 1] = value
    },
  }
}
