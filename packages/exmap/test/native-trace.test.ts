// Parity with a plain file: seeded batches of everything, beside the obvious model. After each batch every command says what the
// model says; every byte of every page is compared as the trace goes on, and of the file at its end.
import { FRAME_BYTES, type PageRun } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { status } from '@parperos/alloc-api/driver'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { patternedFile } from './support/file.ts'
import { expectWhole, openNative } from './support/native-open.ts'
import { ios, ways } from './support/native-probe.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'
import { soak } from './support/soak.ts'

const PAGES = 700
const FILE_PAGES = 600
const POOL_FRAMES = 512
const operations = ['alloc', 'clear', 'free', 'read', 'readSync', 'write', 'writeSync', 'scribble'] as const
type Operation = (typeof operations)[number]

/** What an area should hold: the file, and pages with their bytes (null: anything, as alloc leaves it). */
class Model {
  readonly file: Buffer[] = Array.from({ length: FILE_PAGES }, (_, page) => Buffer.from(pattern(page)))
  readonly pages = new Map<number, Buffer | null>()

  /** Does one run, and says how it ends. */
  run(operation: Operation, { page, count }: PageRun): { done: number; status: number } {
    if (page + count > PAGES) return { done: 0, status: status.BAD_PAGE }
    for (let done = 0; done < count; done++) {
      const found = this.#one(operation, page + done)
      if (found !== 0) return { done, status: found }
    }
    return { done: count, status: 0 }
  }

  #one(operation: Operation, page: number): number {
    const isResident = this.pages.has(page)
    const takes = ['alloc', 'clear', 'read', 'readSync'].includes(operation)
    if (takes && isResident) return status.RESIDENT
    if (!takes && !isResident) return status.NOT_RESIDENT
    if (operation === 'alloc') this.pages.set(page, null)
    else if (operation === 'clear') this.pages.set(page, Buffer.alloc(FRAME_BYTES))
    else if (operation === 'free') this.pages.delete(page)
    else if (takes) {
      if (page >= this.file.length) return status.END_OF_FILE
      this.pages.set(page, Buffer.from(this.file[page]))
    } else {
      while (this.file.length <= page) this.file.push(Buffer.alloc(FRAME_BYTES))
      this.file[page] = Buffer.from(this.pages.get(page) ?? Buffer.alloc(FRAME_BYTES))
    }
    return 0
  }
}

describe.each(ways)("a seeded trace in the way '%s'", (way) => {
  it.each(ios.flatMap((io) => [
    { io, shape: 'runs and single pages' },
    { io, shape: 'mostly single pages' },
  ] as const))('of $shape through $io is what the model says', async ({ io, shape }) => {
    const seed = 77
    const random = new Random(seed)
    using file = patternedFile(FILE_PAGES * FRAME_BYTES)
    const options = { pages: PAGES, poolFrames: POOL_FRAMES, native: { way, io }, file }
    const world = await openNative(options)
    const { area } = world
    const model = new Model()
    const fill = (page: number): void => {
      const bytes = pattern(page, random.below(1000))
      bytesOf(area, page).set(bytes)
      model.pages.set(page, Buffer.from(bytes))
    }
    const compare = (): void => {
      for (const [page, expected] of model.pages) {
        if (expected && !expected.equals(bytesOf(area, page))) throw new Error(`seed ${seed}: page ${page} has other bytes`)
      }
      for (let page = 0; page < PAGES; page++) {
        if (area.isResident(page) !== model.pages.has(page)) throw new Error(`seed ${seed}: page ${page} is not where it should be`)
        if (model.pages.has(page)) continue
        if (bytesOf(area, page).some((byte) => byte !== 0)) throw new Error(`seed ${seed}: page ${page} is not zeros`)
      }
    }
    for (let batch = 0; batch < 250 * soak; batch++) {
      // A batch never wants more frames than there are: who is refused one depends on what is in flight.
      const isFull = model.pages.size > 200
      const operation = isFull ? 'free' : operations[random.below(operations.length)]
      if (operation === 'scribble') {
        for (const page of [...model.pages.keys()].slice(0, 20)) fill(page)
        continue
      }
      const runs = Array.from({ length: 1 + random.below(30) }, () => {
        const count = random.below(shape === 'mostly single pages' ? 40 : 4) === 0 ? random.below(30) : 1
        return { page: random.below(PAGES + 5), count }
      })
      if (isFull) runs.push({ page: random.below(100), count: 300 })
      const wanted = runs.map((run) => model.run(operation, run))
      const sum = wanted.reduce((total, { done }) => total + done, 0)
      const done = await (operation === 'clear' ? area.io.alloc(runs, { zero: true }) : area.io[operation](runs))
      expect(done, `seed ${seed}, batch ${batch}: ${operation}`).toBe(sum)
      const told = runs.map((_, index) => area.io.result(index))
      expect(told, `seed ${seed}, batch ${batch}: ${operation}`).toEqual(wanted)
      for (const [page, bytes] of model.pages) if (bytes === null) fill(page)
      if (batch % 25 === 0) compare()
    }
    compare()
    expect(readFileSync(file.path).equals(Buffer.concat(model.file))).toBe(true)
    expectWhole(world)
  })
})
