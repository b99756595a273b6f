// A scene of the pool: what is resident at first, what each worker does, and what has to hold afterwards whatever the
// schedule was: nobody has a latch, every frame is a page's or free, the clock knows what is resident, and clean pages
// are as the file says.
import type { Words } from '@parperos/alloc-api'
import type { Scenario } from '@parperos/interleave'
import { capacityOf, TABLE } from '../../src/pool/layout.ts'
import { DIRTY, EVICTED, MARKED, STATE, UNLOCKED } from '../../src/pool/states.ts'
import { makeWorker, PAGES, Places, TORN, type Worker } from './stub-area.ts'

export interface Scene {
  frames: number
  /** A page whose checksum is wrong in the file. */
  bad?: number
  /** Before: all pages contain 100 and their number, and are in the file only. */
  before?: (worker: Worker) => void
  workers: readonly ((worker: Worker) => number | string)[]
  /** `values`: what each page contains now. */
  expect?: (results: readonly (number | string)[], values: readonly number[]) => void
}

export const initial = (page: number): number => 100 + page

/** Adds one to a page; whether the page could be had. */
export function increment(worker: Worker, page: number): boolean {
  if (!worker.pool.tryLock(page)) return false
  worker.setContent(page, worker.content(page) + 1)
  worker.pool.unlock(page)
  return true
}

/** A page's value, optimistically. */
export function read(worker: Worker, page: number): number {
  for (;;) {
    const ticket = worker.pool.beginSync(page)
    const value = worker.content(page)
    if (worker.pool.isUnchanged(page, ticket)) return value
  }
}

/** Makes a page whose old content does not matter; whether it could be had. */
export function make(worker: Worker, page: number, value: number): boolean {
  if (!worker.pool.create(page)) return false
  worker.setContent(page, value)
  worker.pool.unlock(page)
  return true
}

/** Says that a page has not been read for a while. */
export function mark(worker: Worker, page: number): void {
  const index = worker.places.stateOf(page)
  worker.memory[index] = (worker.memory[index] & ~STATE) | MARKED
}

export function expectTrue(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}

/** The scene as the explorer wants it. */
export function scene({ frames, bad, before, workers, expect }: Scene): Scenario<number | string> {
  const places = new Places(frames)
  return {
    words: places.words,
    setup(memory) {
      for (let page = 0; page < PAGES; page++) {
        const at = places.file + 2 * page
        memory.fill(initial(page), at, at + 2)
      }
      before?.(makeWorker(memory, frames, bad))
    },
    // A pool has a memory of its own (copies beside the pool), so that each run needs a new one.
    workers: workers.map((work) => (memory: Words) => work(makeWorker(memory, frames, bad))),
    check(memory, results) {
      const values = judge(memory, places)
      expect?.(results, values)
    },
    nameOf: (index) => places.nameOf(index),
  }
}

/** What has to hold after any schedule; what the pages contain. */
function judge(memory: Words, places: Places): number[] {
  const owners = new Map<number, number>()
  const known = [...memory.slice(TABLE, TABLE + capacityOf(places.frames))].filter((entry) => entry !== 0)
  const values: number[] = []
  for (let page = 0; page < PAGES; page++) {
    const word = memory[places.stateOf(page)]
    const state = word & STATE
    const entry = memory[places.table + page]
    expectTrue([EVICTED, UNLOCKED, MARKED].includes(state), `page ${page} is left in state ${state}`)
    expectTrue((state === EVICTED) === (entry === 0), `page ${page} is in state ${state}, its entry ${entry}`)
    const times = known.filter((other) => other === page + 1).length
    expectTrue(times === (entry === 0 ? 0 : 1), `the clock knows page ${page} ${times} times, its entry is ${entry}`)
    const [inFile, alsoInFile] = memory.slice(places.file + 2 * page, places.file + 2 * page + 2)
    const at = entry === 0 ? places.file + 2 * page : places.contents + 2 * (entry - 1)
    values.push(memory[at] === memory[at + 1] ? memory[at] : TORN)
    if (entry === 0) continue
    expectTrue(!owners.has(entry), `pages ${page} and ${owners.get(entry) ?? ''} have the same frame`)
    owners.set(entry, page)
    const isClean = (word & DIRTY) === 0
    const isAsInFile = values[page] === inFile && inFile === alsoInFile
    expectTrue(!isClean || isAsInFile, `page ${page} is clean but not as in the file`)
  }
  expectTrue(known.length === owners.size, `the clock knows ${known.length} pages, ${owners.size} are resident`)
  for (let frame = 0; frame < places.frames; frame++) {
    const isTaken = memory[places.owners + frame] !== 0
    expectTrue(isTaken === owners.has(frame + 1), `frame ${frame} is ${isTaken ? 'lost' : 'somebody’s, but free'}`)
  }
  return values
}

