// One algorithm in two languages and three kinds of code: the same seeded batches give the same results and leave the same
// words, bundles and hands included, whether one backend does them all or each does every third; and the pool has the same
// bytes in it. Slots take turns here; nobody runs at the same time.
import { FRAME_BYTES, Region, type PageRun } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import type { ExMapArea } from '../src/index.ts'
import * as L from '../src/layout.ts'
import { kinds, type Kind } from './support/backends.ts'
import { FailingStore } from './support/failing-store.ts'
import { join, open, wordsOf } from './support/open.ts'
import { pattern } from './support/page-bytes.ts'

const PAGES = 300
const FILE_PAGES = 280
const BATCHES = 700

const content = Buffer.concat(Array.from({ length: FILE_PAGES }, (_, page) => pattern(page)))

interface Outcome {
  answers: number[]
  words: Int32Array
  pool: Uint8Array
}

/** An instance, and what the slot's owner word has to say while it is at work. */
interface Worker {
  area: ExMapArea
  owner: number
}

const ownerAt = (area: ExMapArea): number => wordsOf(area)[L.headerOwnersAt] + area.slot
const workerOf = (area: ExMapArea): Worker => ({ area, owner: wordsOf(area)[ownerAt(area)] })

/** Runs seeded batches; each is done by one of the slot's workers. */
function run(workers: Worker[][], seed: number): Outcome {
  const random = new Random(seed)
  const answers: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    const slot = random.below(workers.length)
    const { area, owner } = workers[slot][batch % workers[slot].length]
    wordsOf(area)[ownerAt(area)] = owner
    const runs = runsOf(random)
    const what = random.weighted([5, 2, 7, 5, 2, 1])
    if (what === 0) answers.push(area.io.alloc(runs))
    else if (what === 1) answers.push(area.io.alloc(runs, { zero: true }))
    else if (what === 2) answers.push(area.io.free(runs))
    else if (what === 3) answers.push(area.io.readSync(runs))
    else if (what === 4) answers.push(area.io.writeSync(runs))
    else area.trim()
    for (let i = 0; what < 5 && i < runs.length; i++) {
      const { done, status } = area.io.result(i)
      answers.push(done, status)
    }
    answers.push(area.stats().bundled, area.stats().resident)
  }
  const [[{ area: first }]] = workers
  first.validate()
  const words = wordsOf(first).slice()
  const ownersAt = words[L.headerOwnersAt]
  // Who owns the slots is left out: it tells how often they were taken over.
  words.fill(0, ownersAt, ownersAt + workers.length)
  return { answers, words, pool: Region.from(first.handle.pool).bytes().slice() }
}

function runsOf(random: Random): PageRun[] {
  const longest = random.chance(0.2) ? 60 : 6
  return Array.from({ length: 1 + random.below(8) }, () => ({
    page: random.below(PAGES + 2),
    count: random.below(longest + 1),
  }))
}

const newStore = (): FailingStore => new FailingStore(new Uint8Array(content), { bad: new Set([17, 100, 101]), atMost: 10_000 })

interface Case {
  poolFrames: number
  slots: number
}

async function byOne(kind: Kind, seed: number, { poolFrames, slots }: Case): Promise<Outcome> {
  const store = newStore()
  const options = { pages: PAGES, slots, commands: 8, poolFrames }
  const world = await open(kind, { ...options, store })
  const workers = [[workerOf(world.area)]]
  for (let slot = 1; slot < slots; slot++) workers.push([workerOf((await join(kind, world, slot, { store })).area)])
  return run(workers, seed)
}

async function byTurns(seed: number, { poolFrames, slots }: Case): Promise<Outcome> {
  const store = newStore()
  const world = await open('sab', { pages: PAGES, slots, commands: 8, poolFrames, store })
  const workers: Worker[][] = []
  for (let slot = 0; slot < slots; slot++) {
    workers.push([])
    for (const kind of kinds) {
      workers[slot].push(workerOf((await join(kind, world, slot, { store, takeOver: true })).area))
    }
  }
  return run(workers, seed)
}

function expectSame(outcome: Outcome, expected: Outcome): void {
  const answer = outcome.answers.findIndex((value, i) => value !== expected.answers[i])
  expect(answer, 'the first answer that differs').toBe(-1)
  const word = outcome.words.findIndex((value, i) => value !== expected.words[i])
  expect(word, 'the first word that differs').toBe(-1)
  expect(Buffer.from(outcome.pool).equals(expected.pool), 'the pool').toBe(true)
}

describe.each<Case>([
  { poolFrames: 40, slots: 3 },
  { poolFrames: 150, slots: 3 },
  { poolFrames: 150, slots: 1 },
  { poolFrames: 1000, slots: 3 },
  { poolFrames: 13_000, slots: 3 },
])(
  'a pool of $poolFrames frames, $slots slots',
  (one) => {
    it(`${BATCHES} batches give the same answers and leave the same words on all backends`, async () => {
      const [first, ...others] = await Promise.all(kinds.map((kind) => byOne(kind, one.poolFrames, one)))
      expect(others.length).toBeGreaterThan(0)
      for (const other of others) expectSame(other, first)
    })

    it('each batch by another backend than the one before makes no difference', async () => {
      expectSame(await byTurns(one.poolFrames + 1, one), await byOne('sab', one.poolFrames + 1, one))
    })
  },
)

it('the pool in these tests holds the file’s pages', async () => {
  const { pool } = await byOne('sab', 5, { poolFrames: 1000, slots: 3 })
  const pages = new Set(Array.from({ length: FILE_PAGES }, (_, page) => Buffer.from(pattern(page)).toString('latin1')))
  let found = 0
  for (let at = 0; at < pool.length; at += FRAME_BYTES) {
    if (pages.has(Buffer.from(pool.buffer, pool.byteOffset + at, FRAME_BYTES).toString('latin1'))) found++
  }
  expect(found).toBeGreaterThan(20)
})
