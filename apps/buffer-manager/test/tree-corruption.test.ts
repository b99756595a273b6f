// Damage: any word of any page replaced by anything. A checksum finds that when a page is read; what gets past it must
// still not lead anybody out of the page, into a loop, or to an error that is none of ours. validate() sees every
// damage to a node's structure.
import { describe, expect, test } from 'vitest'
import { StoreError } from '../src/errors.ts'
import { KIND, kinds, PAGE_BYTES, PAGE_WORDS } from '../src/pages/page.ts'
import {
  ALONE,
  ChainReader,
  Cursor,
  del,
  delInPlace,
  Found,
  lookup,
  lookupSync,
  put,
  putInPlace,
  results,
  retireTree,
  validateTree,
} from '../src/tree/index.ts'
import { COLUMNS, COUNT, FIRST_CHILD, HEAP, LOWER, PREFIX, SKIP, UPPER } from '../src/tree/layout.ts'
import { randomFrom, type Random } from './support/random.ts'
import { soak } from './support/soak.ts'
import { TreeModel } from './support/tree-model.ts'
import { TreeEdit, TreePages } from './support/tree-pool.ts'

const ROUNDS = Math.ceil(600 * soak)
const ENTRIES = 260

/** 26 groups of keys that differ late, so that inner nodes are narrow. */
const keyOf = (i: number): Uint8Array => Buffer.from(`${String.fromCharCode(97 + (i % 26)).repeat(200)}${String(i)}`)

/** Three levels. Some values are in chains. */
function makeModel(): TreeModel {
  const model = new TreeModel(600)
  for (let i = 0; i < ENTRIES; i++) model.put(keyOf(i), new Uint8Array(i % 50 === 0 ? 9000 : 750).fill(i))
  return model
}

const model = makeModel()
const height = model.validate().height
const original = model.pages.pool.words.slice()

/** A pool of the same pages, unharmed. */
function copyOfPages(): TreePages {
  const pages = new TreePages(model.pages.pool.states.length)
  for (let page = 2; page < model.pages.next; page++) pages.take()
  pages.pool.words.set(original)
  return pages
}

/** Calls it; CORRUPT is all that may be thrown. */
function survives<Value>(what: () => Value): Value | null {
  try {
    return what()
  } catch (error) {
    if (error instanceof StoreError && error.code === 'CORRUPT') return null
    throw error
  }
}

const pagesOf = (kind: number): number[] => {
  const found: number[] = []
  for (let page = 2; page < model.pages.next; page++) {
    if (model.pages.isUsed(page) && (original[page * PAGE_WORDS + KIND] & 0xff) === kind) found.push(page)
  }
  return found
}

function readEverything(pages: TreePages, random: Random): void {
  const { pool } = pages
  const found = new Found()
  for (let i = 0; i < 5; i++) {
    const key = keyOf(random(ENTRIES))
    survives(() => {
      for (const find of [lookup, lookupSync]) {
        const result = find(pool, model.root, ALONE, key, found)
        expect([results.FOUND, results.ABSENT, results.MISS]).toContain(result)
        if (result !== results.FOUND) continue
        if (found.chain === 0) expect((found.at % PAGE_BYTES) + found.length).toBeLessThanOrEqual(PAGE_BYTES)
        else if (found.length < 1e6) new ChainReader(pool, found.chain, found.length, true).readSync()
      }
    })
  }
  for (const reverse of [false, true]) {
    survives(() => {
      const range = { reverse, gte: keyOf(random(ENTRIES)) }
      const cursor = new Cursor(pool, () => model.root, range, { keys: true, values: false })
      // Damaged fences can lead back to where it came from, but not without end.
      for (let fills = 0; fills < 500; fills++) if (cursor.fillSync() === results.END) return
    })
  }
}

/** Everything that writes; what is not the edit's own stays as it was. */
function writeSomething(pages: TreePages, random: Random): void {
  const { pool } = pages
  const before = pool.words.slice()
  const edit = new TreeEdit(pages, 2, random(2) ? 0 : 1)
  const root = model.root
  const key = keyOf(random(2 * ENTRIES))
  const value = new Uint8Array(random(3) ? 40 : 700)
  let inPlace = 0
  const actions = [
    () => put(edit, root, key, value),
    () => del(edit, root, key),
    () => (inPlace = putInPlace(edit, root, key, value)),
    () => (inPlace = delInPlace(edit, root, key)),
    () => retireTree(edit, root),
  ]
  survives(actions[random(actions.length)])
  expect(edit.latched.size).toBe(0)
  expect(pool.latches).toBe(0)
  let changed = 0
  for (let page = 2; page < pages.next; page++) {
    if (edit.made.has(page) || !pages.isUsed(page)) continue
    const at = page * PAGE_BYTES
    const bytes = new Uint8Array(before.buffer, at, PAGE_BYTES)
    if (Buffer.compare(bytes, pool.bytes.subarray(at, at + PAGE_BYTES)) !== 0) changed++
  }
  expect(changed).toBeLessThanOrEqual(inPlace === 0 ? 0 : 1)
}

const words: Readonly<Record<string, (random: Random) => number>> = {
  'the header': (random) => KIND + random(COLUMNS - KIND),
  'the heads, slots and children': (random) => COLUMNS + random(120),
  'anything': (random) => random(PAGE_WORDS),
}

describe.each(Object.entries(words))('damage to %s of a page', (_, chooseWord) => {
  test.each([
    ['a leaf', kinds.leaf],
    ['an inner node', kinds.inner],
    ['a chain page', kinds.chain],
  ])('of %s leads to CORRUPT or to another entry, nothing worse', (_name, kind) => {
    const random = randomFrom(kind)
    const victims = pagesOf(kind)
    expect(victims.length).toBeGreaterThan(3)
    const pages = copyOfPages()
    for (let round = 0; round < ROUNDS / 9; round++) {
      const { pool } = pages
      const word = victims[random(victims.length)] * PAGE_WORDS + chooseWord(random)
      const [was, bit] = [pool.words[word], 1 << random(32)]
      pool.words[word] = random(2) ? was ^ bit : random(2) ? random(2 ** 32) | 0 : (was & 0xffff0000) | random(0x1200)
      readEverything(pages, random)
      survives(() => validateTree(pool, model.root, () => true))
      if (random(4) === 0) {
        const own = copyOfPages()
        own.pool.words[word] = pool.words[word]
        writeSomething(own, random)
      }
      pool.words[word] = was
    }
  })
})

describe('validate names the page with', () => {
  const inner = pagesOf(kinds.inner)
  const leaves = pagesOf(kinds.leaf)
  const chains = pagesOf(kinds.chain)
  const firsts = chains.filter((page) => original[page * PAGE_WORDS + KIND] >>> 8 === 1)
  const others = chains.filter((page) => !firsts.includes(page))
  const capacity = (page: number): number => original[page * PAGE_WORDS + COUNT] >>> 16
  const cases: [string, readonly number[], (page: number) => number, number][] = [
    ['another kind', [...leaves, ...inner, ...firsts, ...others], () => KIND, 1],
    ['another level', [...leaves, ...inner], () => KIND, 0x100],
    ['another number', [...leaves, ...inner], () => 1, 1],
    ['more slots', [...leaves, ...inner], () => COUNT, 1],
    ['more room for slots', [...leaves, ...inner], () => COUNT, 0x10000],
    ['another heap', [...leaves, ...inner], () => HEAP, 1],
    ['more garbage', [...leaves, ...inner], () => HEAP, 0x10000],
    ['another lower fence', [...leaves, ...inner], () => LOWER, 0x10000],
    ['another upper fence', [...leaves, ...inner], () => UPPER, 0x10000],
    ['another prefix', [...leaves, ...inner], () => PREFIX, 1],
    ['a skip beyond its keys', [...leaves, ...inner], () => SKIP, 400],
    ['another first head', [...leaves, ...inner], () => COLUMNS, 1],
    ['another first slot', [...leaves, ...inner], (page) => COLUMNS + capacity(page), 1],
    ['another first child', inner, () => FIRST_CHILD, 1],
    ['another second child', inner, (page) => COLUMNS + 2 * capacity(page), 1],
    ['another next group', firsts, () => 5, 1],
    ['another number of pages', firsts, () => 6, 1],
    ['another page in its list', firsts, () => 7, 1],
  ]

  test.each(cases)('%s', (_, victims, wordOf, difference) => {
    const pages = copyOfPages()
    expect(victims.length).toBeGreaterThan(0)
    for (const page of victims) {
      const word = page * PAGE_WORDS + wordOf(page)
      // A node without slots has no first one.
      const isEmpty = !chains.includes(page) && (original[page * PAGE_WORDS + COUNT] & 0xffff) === 0
      if (isEmpty && wordOf(page) >= COLUMNS) continue
      pages.pool.words[word] += difference
      const seen = new Set<number>()
      const visit = (each: number): boolean => pages.isUsed(each) && seen.size < seen.add(each).size
      expect(() => validateTree(pages.pool, model.root, visit), `page ${page}`).toThrow(
        expect.objectContaining({ code: 'CORRUPT', message: expect.stringMatching(/page \d+/) as string }),
      )
      pages.pool.words[word] = original[word]
    }
  })

  test('nothing, if nothing is wrong', () => {
    const counts = validateTree(copyOfPages().pool, model.root, () => true)
    expect(counts).toMatchObject({ entries: model.entries.length, height })
    expect(height).toBeGreaterThanOrEqual(3)
  })
})
