// An area and its oracle, operated together: each batch is judged as it comes, run by run, and every byte can be
// compared.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import { COMMAND_WORDS, type PageArea, type PageRun, type RunResult } from '../../page-area.ts'
import { statusName } from '../../status.ts'
import { expectEqual, fail } from '../expect.ts'
import { firstDifference, PAGE_WORDS, pattern, wordsOf } from './bytes.ts'
import type { Operation, Outcome, PageOracle } from './oracle.ts'
import type { PagePool } from './pool.ts'

/** At most so many pages that are not resident are looked at for zeros. */
const MOST_ABSENT = 64

const zeros = new Int32Array(PAGE_WORDS)

/** One run. */
export const run = (page: number, count = 1): PageRun => ({ page, count })

export class PageWitness {
  readonly area: PageArea
  readonly oracle: PageOracle
  readonly pool: PagePool
  #version = 1

  constructor(area: PageArea, oracle: PageOracle, pool: PagePool) {
    this.area = area
    this.oracle = oracle
    this.pool = pool
  }

  /** Another instance on the same area. */
  through(area: PageArea): PageWitness {
    return new PageWitness(area, this.oracle, this.pool)
  }

  /** Gives frames to pages, and then bytes of their own. */
  alloc(runs: readonly PageRun[]): RunResult[] {
    const outcome = this.oracle.apply('alloc', runs)
    this.judge('alloc', runs, outcome, this.area.io.alloc(runs))
    for (const page of outcome.pages) this.fill(page)
    return outcome.results
  }

  /** Gives frames to pages, which have to be full of zeros. */
  allocZeros(runs: readonly PageRun[]): RunResult[] {
    const outcome = this.oracle.apply('alloc', runs)
    this.judge('alloc', runs, outcome, this.area.io.alloc(runs, { zero: true }))
    for (const page of outcome.pages) {
      this.oracle.resident.set(page, zeros)
      this.expectBytes(page)
    }
    return outcome.results
  }

  free(runs: readonly PageRun[]): RunResult[] {
    return this.#now('free', runs, () => this.area.io.free(runs))
  }

  readSync(runs: readonly PageRun[]): RunResult[] {
    return this.#now('read', runs, () => this.area.io.readSync(runs))
  }

  writeSync(runs: readonly PageRun[]): RunResult[] {
    return this.#now('write', runs, () => this.area.io.writeSync(runs))
  }

  async read(runs: readonly PageRun[]): Promise<RunResult[]> {
    const total = await this.area.io.read(runs)
    return this.#now('read', runs, () => total)
  }

  async write(runs: readonly PageRun[]): Promise<RunResult[]> {
    const total = await this.area.io.write(runs)
    return this.#now('write', runs, () => total)
  }

  /** Gives a resident page bytes that no page had before. */
  fill(page: number, version = this.#version++): void {
    const content = pattern(page, version)
    wordsOf(this.area, page).set(content)
    this.oracle.resident.set(page, content)
  }

  /** Compares what the area says of a batch that it has done with what is expected. */
  judge(operation: Operation, runs: readonly PageRun[], { results, total }: Outcome, answer: number): void {
    const { io } = this.area
    results.forEach((expected, i) => {
      const what = `run ${i} of ${operation} (page ${runs[i].page}, count ${runs[i].count})`
      expectEqual(resultText(io.result(i)), resultText(expected), what)
      const [, , done, found] = io.commands.subarray(i * COMMAND_WORDS)
      expectEqual([done >>> 0, found], [expected.done, expected.status], `done and status in the command of ${what}`)
    })
    expectEqual(answer, total, `the number of pages that ${operation} answers with`)
  }

  /** Every byte of a page has to be what it should be. */
  expectBytes(page: number): void {
    const expected = this.oracle.resident.get(page)
    if (expected === null) return
    const found = wordsOf(this.area, page)
    const at = firstDifference(found, expected ?? zeros)
    if (at < 0) return
    const what = expected ? 'resident' : 'not resident'
    const bytes = `byte ${at * 4} of page ${page}, which is ${what}`
    fail(`${bytes}: expected word ${(expected ?? zeros)[at]}, got ${found[at]}`)
  }

  /** The statistics, the invariants, and that every frame is somewhere, once. */
  agreeInSum(): void {
    this.area.validate()
    const { pages, resident } = this.area.stats()
    expectEqual([pages, resident], [this.oracle.pages, this.oracle.resident.size], 'pages and resident in stats()')
    this.pool.expectWhole()
  }

  /** Those, which pages are resident, and every byte of them. */
  agree(): void {
    this.agreeInSum()
    let absent = 0
    for (let page = 0; page < this.oracle.pages; page++) {
      const isResident = this.oracle.resident.has(page)
      if (this.area.isResident(page) !== isResident) fail(`isResident(${page}): expected ${isResident}`)
      if (isResident || absent++ < MOST_ABSENT) this.expectBytes(page)
    }
  }

  /** What the file holds has to be every byte of what was written, and nothing else. */
  agreeAboutFile(found: Uint8Array): void {
    const expected = this.oracle.file ?? new Uint8Array(0)
    expectEqual(found.length, expected.length, 'the bytes of the file')
    let at = 0
    while (at < expected.length && found[at] === expected[at]) at++
    if (at === expected.length) return
    const place = `byte ${at % FRAME_BYTES} of page ${Math.floor(at / FRAME_BYTES)} in the file`
    fail(`${place}: expected ${expected[at]}, got ${found[at]}`)
  }

  #now(operation: Operation, runs: readonly PageRun[], call: () => number): RunResult[] {
    const outcome = this.oracle.apply(operation, runs)
    this.judge(operation, runs, outcome, call())
    return outcome.results
  }
}

const resultText = ({ done, status }: RunResult): string =>
  `${done} done, ${status === 0 ? 'no status' : (statusName(status) ?? `status ${status}`)}`
