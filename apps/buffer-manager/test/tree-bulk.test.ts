// Bulk loading, and how full pages become.
import { describe, expect, test } from 'vitest'
import { compareBytes } from '../src/tree/layout.ts'
import { BulkLoad, type BulkLoadOptions } from '../src/tree/index.ts'
import { randomFrom } from './support/random.ts'
import { TreeModel, type Entry } from './support/tree-model.ts'
import { TreeEdit } from './support/tree-pool.ts'
import { keyKinds, makeValue } from './support/tree-words.ts'

function load(entries: readonly Entry[], options?: BulkLoadOptions): TreeModel {
  const model = new TreeModel(40_000)
  const edit = new TreeEdit(model.pages, 1, 0)
  const bulk = new BulkLoad(edit, options)
  // What is handed over may be used for the next entry.
  const [key, value] = [Buffer.alloc(1024), Buffer.alloc(50_000)]
  for (const entry of entries) {
    key.set(entry.key)
    value.set(entry.value)
    bulk.add(key.subarray(0, entry.key.length), value.subarray(0, entry.value.length))
  }
  expect(bulk.entries).toBe(entries.length)
  model.root = bulk.finish()
  expect(edit.latched.size).toBe(0)
  edit.commit()
  model.entries = [...entries]
  return model
}

describe.each(Object.entries(keyKinds))('%s', (_, makeKey) => {
  test.each([1, 0.5])('are all there after they were loaded, pages filled to %d', (fill) => {
    for (const count of [0, 1, 2, 3, 30, 1500]) {
      const random = randomFrom(count)
      const sorted = new TreeModel(4)
      for (let i = 0; i < count; i++) {
        const key = makeKey(random)
        if (!sorted.has(key)) sorted.entries.splice(sorted.rank(key), 0, { key, value: makeValue(random) })
      }
      const model = load(sorted.entries, { fill })
      model.validate()
      model.scan({})
      for (let i = 0; i < 50; i++) {
        model.get(makeKey(random))
        model.put(makeKey(random), makeValue(random))
        if (model.entries.length > 0) model.del(model.entries[random(model.entries.length)].key)
      }
      model.validate()
    }
  })
})

const numbered = (count: number, valueBytes: number): Entry[] =>
  Array.from({ length: count }, (_, i) => ({
    key: Buffer.from(`user${String(i).padStart(12, '0')}`),
    value: Buffer.alloc(valueBytes, i),
  }))

describe('how many bytes of a page are entries', () => {
  const entries = numbered(8000, 104)
  const bytes = entries.length * 120

  test('nearly all after bulk loading', () => {
    const { leaves, inner } = load(entries).validate()
    expect(bytes / 4096 / leaves).toBeGreaterThan(0.98)
    expect(leaves / inner).toBeGreaterThan(60)
  })

  test('as many as was asked for', () => {
    const { leaves } = load(entries, { fill: 0.7 }).validate()
    expect(bytes / 4096 / leaves).toBeGreaterThan(0.64)
    expect(bytes / 4096 / leaves).toBeLessThan(0.72)
  })

  test('most of them after puts in ascending order, two thirds after puts in any', () => {
    const ascending = new TreeModel(4000)
    const random = randomFrom(1)
    const shuffled = new TreeModel(4000)
    const mixed = [...entries]
    for (const { key, value } of entries) ascending.put(key, value)
    expect(bytes / 4096 / ascending.validate().leaves).toBeGreaterThan(0.85)
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = random(i + 1)
      ;[mixed[i], mixed[j]] = [mixed[j], mixed[i]]
    }
    for (const { key, value } of mixed) shuffled.put(key, value, { inPlace: true })
    expect(bytes / 4096 / shuffled.validate().leaves).toBeGreaterThan(0.6)
  })
})

test('keys that are not ascending are refused', () => {
  const bulk = new BulkLoad(new TreeEdit(new TreeModel(100).pages, 1, 0))
  bulk.add(Buffer.from('b'), Buffer.alloc(0))
  for (const key of ['b', 'a', '']) {
    expect(() => bulk.add(Buffer.from(key), Buffer.alloc(0))).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  }
  for (const fill of [0.4, 1.1, Number.NaN]) {
    expect(() => load([], { fill })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  }
})

test('byte strings are compared as such', () => {
  expect(compareBytes(Buffer.from([0x7f]), Buffer.from([0x80]))).toBeLessThan(0)
  expect(compareBytes(Buffer.from([1]), Buffer.from([1, 0]))).toBeLessThan(0)
  expect(compareBytes(Buffer.from([]), Buffer.from([0]))).toBeLessThan(0)
})
