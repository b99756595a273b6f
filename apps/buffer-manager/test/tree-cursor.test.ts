// Cursors: every kind of range, pages that are missing, trees that change between two fills.
import { describe, expect, test } from 'vitest'
import { ALONE, Cursor, Found, lookup, put, results, type KeyRange } from '../src/tree/index.ts'
import { randomFrom } from './support/random.ts'
import { expectSame, scan, TreeModel, type Entry } from './support/tree-model.ts'
import { TreeEdit } from './support/tree-pool.ts'

const both = { keys: true, values: true }
const keyOf = (i: number): Uint8Array => Buffer.from(String(i).padStart(6, '0'))

/** Even numbers. */
function numbers(count: number, valueBytes = 60): TreeModel {
  const model = new TreeModel(4000)
  for (let i = 0; i < count; i++) model.put(keyOf(2 * i), new Uint8Array(valueBytes).fill(i))
  return model
}

describe('a range', () => {
  const model = numbers(300)
  const ends = [-1, 0, 1, 299, 300, 597, 598, 700].map((i) => (i < 0 ? Buffer.alloc(0) : keyOf(i)))
  const lowers: KeyRange[] = [{}, ...ends.flatMap((end) => [{ gte: end }, { gt: end }])]
  const uppers: KeyRange[] = [{}, ...ends.flatMap((end) => [{ lte: end }, { lt: end }])]

  test.each([false, true])('has what lies between its ends, whichever they are (reverse: %s)', (reverse) => {
    for (const lower of lowers) {
      for (const upper of uppers) for (const limit of [-1, 0, 1, 40]) model.scan({ ...lower, ...upper, reverse, limit })
    }
  })

  test('is bounded by the tighter of two ends on the same side', () => {
    model.scan({ gt: keyOf(10), gte: keyOf(11), lt: keyOf(90), lte: keyOf(89) })
    model.scan({ gt: keyOf(10), gte: keyOf(10), lt: keyOf(90), lte: keyOf(90) })
    model.scan({ gt: keyOf(12), gte: keyOf(10), lt: keyOf(80), lte: keyOf(90), reverse: true })
  })

  test('of an empty tree is empty', () => {
    expect(scan(model.pages.pool, 0, {})).toEqual([])
  })
})

test('only what is wanted is copied', () => {
  const { pages, root } = numbers(10)
  const keys = new Cursor(pages.pool, () => root, {}, { keys: true, values: false })
  expect(keys.fillSync()).toBe(results.END)
  expect([keys.keys.length, keys.values.length]).toEqual([10, 0])
  const values = new Cursor(pages.pool, () => root, {}, { keys: false, values: true })
  expect(values.fillSync()).toBe(results.END)
  expect([values.keys.length, values.values.length]).toEqual([0, 10])
})

test('what has been copied stays what it is when the leaf changes', () => {
  const model = numbers(10)
  const cursor = new Cursor(model.pages.pool, () => model.root, {}, both)
  cursor.fillSync()
  const before = model.entries.map(({ key, value }) => ({ key, value }))
  for (let i = 0; i < 10; i++) model.put(keyOf(2 * i), new Uint8Array(60).fill(99), { inPlace: true })
  expect(model.inPlace).toBe(10)
  expectSame(cursor.keys.map((key, i) => ({ key, value: cursor.values[i] })), before)
})

test.each([false, true])('seek goes to a key of the range, in both directions (reverse: %s)', (reverse) => {
  const model = numbers(300)
  const { pool } = model.pages
  const cursor = new Cursor(pool, () => model.root, { gte: keyOf(100), lt: keyOf(500), reverse }, both)
  const rest = (): Entry[] => {
    const entries: Entry[] = []
    for (;;) {
      const result = cursor.fillSync()
      entries.push(...cursor.keys.map((key, i) => ({ key, value: cursor.values[i] })))
      if (result === results.END) return entries
    }
  }
  for (const target of [201, 200, 0, 499, 500, 598, 100, 99]) {
    cursor.seek(keyOf(target))
    const [from, to] = reverse ? [100, Math.min(499, target)] : [Math.max(100, target), 499]
    expectSame(rest(), model.range({ gte: keyOf(from), lte: keyOf(to), reverse }))
  }
})

test('a missing page is named, and after it was fetched the fill goes on', () => {
  const model = numbers(300)
  model.put(keyOf(77), new Uint8Array(30_000).fill(7))
  const { pool } = model.pages
  for (let page = 2; page < model.pages.next; page++) pool.missing.add(page)
  const cursor = new Cursor(pool, () => model.root, {}, both)
  const entries: Entry[] = []
  let misses = 0
  for (;;) {
    const result = cursor.fill()
    if (result === results.MISS) {
      misses++
      expect(pool.missing.delete(cursor.page)).toBe(true)
      continue
    }
    entries.push(...cursor.keys.map((key, i) => ({ key, value: cursor.values[i] })))
    if (result === results.END) break
  }
  expectSame(entries, model.entries)
  expect(misses).toBe(model.pages.used)
})

test('a missing page of a lookup is named, level by level', () => {
  const model = numbers(1500)
  const { pool } = model.pages
  for (let page = 2; page < model.pages.next; page++) pool.missing.add(page)
  const found = new Found()
  const missed: number[] = []
  while (lookup(pool, model.root, ALONE, keyOf(1222), found) === results.MISS) {
    missed.push(found.page)
    pool.missing.delete(found.page)
  }
  expect(missed.length).toBe(model.validate().height)
  expect(missed[0]).toBe(model.root)
})

test.each([false, true])('in a tree that changes keys come in order, and none twice (reverse: %s)', (reverse) => {
  for (let seed = 0; seed < 8; seed++) {
    const random = randomFrom(seed)
    const model = numbers(300)
    const untouched = new Set(model.entries.map(({ key }) => Buffer.from(key).toString()))
    const cursor = new Cursor(model.pages.pool, () => model.root, { reverse }, both)
    const seen: string[] = []
    for (let result = 0; result !== results.END; ) {
      result = cursor.fillSync()
      seen.push(...cursor.keys.map((key) => Buffer.from(key).toString()))
      for (let i = 0; i < 20; i++) {
        const key = keyOf(random(600))
        untouched.delete(Buffer.from(key).toString())
        const options = { inPlace: random(2) === 0 }
        if (random(2)) model.del(key, options)
        else model.put(key, new Uint8Array(random(300)), options)
      }
    }
    const sorted = [...new Set(seen)].sort()
    expect(seen).toEqual(reverse ? sorted.reverse() : sorted)
    const all = new Set(seen)
    for (const key of untouched) expect(all.has(key)).toBe(true)
  }
})

test('large values in chains are handed out a few at a time', () => {
  const model = new TreeModel(4000)
  for (let i = 0; i < 12; i++) model.put(keyOf(i), new Uint8Array(600_000).fill(i))
  for (const reverse of [false, true]) {
    const cursor = new Cursor(model.pages.pool, () => model.root, { reverse }, both)
    const counts: number[] = []
    for (let result = 0; result !== results.END; ) {
      result = cursor.fillSync()
      counts.push(cursor.values.length)
      for (const [i, value] of cursor.values.entries()) {
        expect([value.length, value[7]]).toEqual([600_000, Number(Buffer.from(cursor.keys[i]).toString())])
      }
    }
    expect(counts.filter((count) => count > 0)).toEqual([2, 2, 2, 2, 2, 2])
  }
})

test('a chain that is replaced while it is read is read again', () => {
  const model = numbers(5)
  const key = keyOf(4)
  model.put(key, new Uint8Array(50_000).fill(1))
  const { pool } = model.pages
  const cursor = new Cursor(pool, () => model.root, {}, both)
  for (let page = 2; page < model.pages.next; page++) if (page !== model.root) pool.missing.add(page)
  expect(cursor.fill()).toBe(results.MISS)
  pool.missing.clear()
  const edit = new TreeEdit(model.pages, 9, 0)
  model.root = put(edit, model.root, key, new Uint8Array(40_000).fill(2)).root
  edit.commit()
  expect(cursor.fill()).toBe(results.END)
  expect([cursor.values[2].length, cursor.values[2][39_999]]).toEqual([40_000, 2])
})

test('who asks is told of values in chains before they are read, and holds the tree', () => {
  const model = numbers(5)
  model.put(keyOf(4), new Uint8Array(50_000).fill(1))
  const want = { ...both, asks: true, frozen: false }
  const cursor = new Cursor(model.pages.pool, () => model.root, {}, want)
  expect(cursor.fillSync()).toBe(results.CHAINED)
  expect(cursor.keys).toEqual([])
  want.frozen = true
  expect(cursor.fillSync()).toBe(results.END)
  expect(cursor.values[2].length).toBe(50_000)
})
