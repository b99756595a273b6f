// One worker's part of a run: at random it reads, changes, fetches, drops, makes and writes back pages, and compares
// every byte with what it has to be. The last pages belong to one worker each, who makes and drops them; others may try
// to read them and believe nothing.
import { Random } from '@parperos/alloc-api/conformance'
import { StoreError } from '../../src/errors.ts'
import type { Pool } from '../../src/pool/pool.ts'
import { fillPage, valueOf } from '../support/page-content.ts'
import { Board, type Answer, type Job } from './job.ts'

/** How many pages of their own all workers together have. */
export const OWN = 60

export class PoolWork {
  readonly answer: Answer = {
    ...{ read: 0, again: 0, locked: 0, busy: 0, fetched: 0, made: 0, dropped: 0, writtenBack: 0, evictions: 0 },
  }
  readonly #pool: Pool
  readonly #board: Board
  readonly #random: Random
  readonly #job: Job
  readonly #shared: number

  constructor(pool: Pool, job: Job) {
    this.#pool = pool
    this.#board = new Board(job.board)
    this.#random = new Random(job.seed)
    this.#job = job
    this.#shared = job.pages - OWN
  }

  async run(): Promise<Answer> {
    for (let deed = 0; deed < this.#job.deeds; deed++) {
      switch (this.#random.weighted([40, 25, 10, 4, 12, 6, 1, 1])) {
        case 0:
          this.#read(this.#some())
          break
        case 1:
          this.#change(this.#some())
          break
        case 2:
          await this.#fetch(Array.from({ length: 1 + this.#random.below(12) }, () => this.#some()))
          break
        case 3:
          this.#pool.prefetch([this.#some(), this.#some(), this.#some()])
          break
        case 4:
          this.#make(this.#own())
          break
        case 5:
          await this.#peep(this.#shared + this.#random.below(OWN))
          break
        case 6:
          this.answer.writtenBack += await this.#pool.writeBack(() => true)
          break
        default:
          this.answer.writtenBack += this.#pool.writeBackSync((birth) => birth === 1)
      }
    }
    this.answer.evictions = this.#pool.stats().evictions
    return this.answer
  }

  /** More often one of the first pages. */
  #some(): number {
    return this.#random.chance(0.3) ? this.#random.below(20) : this.#random.below(this.#shared)
  }

  #own(): number {
    const { worker, workers } = this.#job
    const each = Math.floor(OWN / workers)
    return this.#shared + worker * each + this.#random.below(each)
  }

  #read(page: number): void {
    const pool = this.#pool
    for (;;) {
      const least = this.#board.value(page)
      const ticket = pool.beginSync(page)
      const value = valueOf(pool.words, pool.base >>> 2, page)
      if (!pool.isUnchanged(page, ticket)) {
        this.answer.again++
        continue
      }
      const most = this.#board.value(page)
      if (value < least || value > most) throw new Error(`page ${page} contains ${value}, expected ${least} to ${most}`)
      this.answer.read++
      return
    }
  }

  #change(page: number): void {
    const pool = this.#pool
    if (!pool.tryLock(page)) {
      this.answer.busy++
      return
    }
    this.#board.enter(page)
    const value = valueOf(pool.words, pool.base >>> 2, page)
    const expected = this.#board.value(page)
    if (value !== expected) throw new Error(`page ${page} contains ${value}, expected ${expected}`)
    fillPage(pool.words, pool.base >>> 2, page, value + 1)
    this.#board.setValue(page, value + 1)
    this.#board.leave(page)
    pool.unlock(page)
    this.answer.locked++
  }

  async #fetch(pages: number[]): Promise<void> {
    await Promise.all(
      pages.map(async (page) => {
        await this.#pool.fetch(page)
        this.#read(page)
      }),
    )
    this.answer.fetched += pages.length
  }

  /** Drops a page of this worker's and makes it anew, or changes it. */
  #make(page: number): void {
    const pool = this.#pool
    if (this.#board.value(page) > 0 && this.#random.chance(0.5)) {
      this.#change(page)
      return
    }
    pool.drop([page])
    this.answer.dropped++
    if (!pool.create(page)) {
      this.answer.busy++
      // Nobody can say what it contains now.
      this.#board.setValue(page, 0)
      return
    }
    this.#board.enter(page)
    const value = 1 + this.#random.below(1000)
    fillPage(pool.words, pool.base >>> 2, page, value, 2 ** 33)
    this.#board.setValue(page, value)
    this.#board.leave(page)
    pool.unlock(page)
    this.answer.made++
  }

  /**
   * Looks at a page that may be dropped or made at any moment. What it contains is nobody's affair; damage is no
   * surprise.
   */
  async #peep(page: number): Promise<void> {
    try {
      if (this.#random.chance(0.5)) this.#pool.beginSync(page)
      else await this.#pool.fetch(page)
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'CORRUPT') throw error
    }
  }
}
