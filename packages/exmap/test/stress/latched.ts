// A small buffer manager: every batch latches some pages, reads those that are not in memory, compares every byte of some of
// them with what they have to be, changes some, writes some back, and throws some out.
import type { PageRun } from '@parperos/alloc-api'
import type { Random } from '@parperos/alloc-api/conformance'
import { status } from '@parperos/alloc-api/driver'
import type { ExMapArea } from '../../src/index.ts'
import { expectTrue } from './expect.ts'
import { noCounts, type Board, type Counts } from './job.ts'
import { bytesOf, pattern, wrongByte } from '../support/page-bytes.ts'

const single = (page: number): PageRun => ({ page, count: 1 })

export class BufferManager {
  readonly counts: Counts = noCounts()
  readonly #area: ExMapArea
  readonly #board: Board
  readonly #random: Random
  /** Where the search for pages to throw out goes on. */
  #clock = 0

  constructor(area: ExMapArea, board: Board, random: Random) {
    this.#area = area
    this.#board = board
    this.#random = random
    this.#clock = random.below(area.pages)
  }

  async batch(): Promise<void> {
    const pages = this.#latchSome()
    try {
      await this.#bringIn(pages)
      for (const page of pages) if (this.#area.isResident(page)) this.#use(page)
    } finally {
      for (const page of pages) this.#board.unlatch(page)
    }
    if (this.#random.chance(0.3)) await this.#throwOut(1 + this.#random.below(16))
  }

  /** A run of pages and a few single ones, as many of them as nobody else has. */
  #latchSome(): number[] {
    const random = this.#random
    const { pages } = this.#area
    const first = random.below(pages)
    const run = Array.from({ length: 1 + random.below(12) }, (_, i) => first + i)
    const wanted = [...run, ...Array.from({ length: random.below(6) }, () => random.below(pages))]
    return [...new Set(wanted)].filter((page) => page < pages && this.#board.tryLatch(page))
  }

  async #bringIn(pages: number[]): Promise<void> {
    const missing = pages.filter((page) => !this.#area.isResident(page))
    // What is overwritten whole need not be read.
    const fresh = missing.filter(() => this.#random.chance(0.2))
    const allocated = this.#area.io.alloc(fresh.map(single), { zero: this.#random.chance(0.5) })
    fresh.forEach((page, i) => this.#area.io.result(i).done === 1 && this.#overwrite(page))
    const runs = merged(missing.filter((page) => !fresh.includes(page)))
    const { io } = this.#area
    const read = this.#random.chance(0.5) ? await io.read(runs) : io.readSync(runs)
    this.counts.allocated += allocated
    this.counts.read += read
    const exhausted = runs.filter(({ page, count }, i) => {
      const { done, status: found } = io.result(i)
      expectTrue(found === 0 || found === status.OUT_OF_MEMORY, `page ${page + done}: status ${found}`)
      expectTrue((found === 0) === (done === count), `${done} of ${count} pages with status ${found}`)
      return found !== 0
    })
    if (exhausted.length === 0) return
    this.counts.exhausted++
    await this.#throwOut(24)
  }

  #overwrite(page: number): void {
    this.#board.change(page)
    bytesOf(this.#area, page).set(pattern(page, this.#board.version(page)))
  }

  #use(page: number): void {
    const wrong = wrongByte(bytesOf(this.#area, page), page, this.#board.version(page))
    expectTrue(wrong < 0, `page ${page} has an unexpected byte at ${wrong}`)
    if (this.#random.chance(0.3)) this.#overwrite(page)
  }

  /** Writes what is newer than the file, and takes the frames away: of so many pages, as they come. */
  async #throwOut(count: number): Promise<void> {
    const victims: number[] = []
    for (let looked = 0; looked < this.#area.pages && victims.length < count; looked++) {
      this.#clock = (this.#clock + 1) % this.#area.pages
      if (this.#area.isResident(this.#clock) && this.#board.tryLatch(this.#clock)) victims.push(this.#clock)
    }
    const resident = victims.filter((page) => this.#area.isResident(page))
    const dirty = resident.filter((page) => this.#board.isDirty(page))
    const { io } = this.#area
    const runs = merged(dirty)
    const written = this.#random.chance(0.5) ? await io.write(runs) : io.writeSync(runs)
    expectTrue(written === dirty.length, `${written} of ${dirty.length} pages written`)
    for (const page of dirty) this.#board.clean(page)
    const freed = io.free(merged(resident))
    expectTrue(freed === resident.length, `${freed} of ${resident.length} pages freed`)
    for (const page of victims) this.#board.unlatch(page)
    this.counts.written += written
    this.counts.freed += resident.length
  }
}

/** Neighbouring pages as runs. */
function merged(pages: number[]): PageRun[] {
  const runs: { page: number; count: number }[] = []
  for (const page of [...pages].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last.page + last.count === page) last.count++
    else runs.push({ page, count: 1 })
  }
  return runs
}
