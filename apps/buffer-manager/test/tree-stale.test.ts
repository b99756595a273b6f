// Readers that come late: what they fetch was given up after they had read its number, so the file has anything there. That is
// damage only if whoever named the page still does.
import { describe, expect, test } from 'vitest'
import { StoreError } from '../src/errors.ts'
import { KIND, kinds, PAGE_WORDS } from '../src/pages/page.ts'
import { ALONE, ChainReader, Cursor, Found, lookup, lookupSync, results } from '../src/tree/index.ts'
import { TreeModel } from './support/tree-model.ts'

const keyOf = (i: number): Uint8Array => Buffer.from(String(i).padStart(4, '0'))
const corrupt = expect.objectContaining({ code: 'CORRUPT' }) as StoreError

/** Two levels, and a value in a chain; fetching any page but the root fails, after `before` was called. */
function failing(code: 'CORRUPT' | 'SYSTEM', before: (model: TreeModel) => void): TreeModel {
  const model = new TreeModel(200)
  for (let i = 0; i < 100; i++) model.put(keyOf(i), new Uint8Array(i === 50 ? 5000 : 100))
  expect(model.validate().height).toBe(2)
  const { pool } = model.pages
  const fetch = pool.beginSync.bind(pool)
  pool.beginSync = (page) => {
    if (page === model.root) return fetch(page)
    before(model)
    throw new StoreError(code, 'what is fetched is something else')
  }
  return model
}

test('a page that is wrong, but whose parent has changed meanwhile, means to start again', () => {
  const model = failing('CORRUPT', ({ pages, root }) => pages.pool.raise(root))
  expect(lookupSync(model.pages.pool, model.root, ALONE, keyOf(7), new Found())).toBe(results.CHANGED)
})

test('a page that is wrong, and whose parent still names it, is damaged', () => {
  const model = failing('CORRUPT', () => undefined)
  expect(() => lookupSync(model.pages.pool, model.root, ALONE, keyOf(7), new Found())).toThrow(corrupt)
})

const CHANGED_SINCE = { isCurrent: () => false }

describe('a root that is a page of something else by now', () => {
  const model = new TreeModel(200)
  for (let i = 0; i < 100; i++) model.put(keyOf(i), new Uint8Array(i === 50 ? 5000 : 100))
  const { pool } = model.pages
  const isChain = (page: number): boolean => (pool.words[page * PAGE_WORDS + KIND] & 0xff) === kinds.chain
  const chain = Array.from({ length: model.pages.next }, (_, page) => page).findIndex(isChain)

  test.each([['lookup', lookup], ['lookupSync', lookupSync]])('means to start again, unless it still is the root: %s', (_, find) => {
    expect(find(pool, chain, CHANGED_SINCE, keyOf(7), new Found())).toBe(results.CHANGED)
    expect(() => find(pool, chain, ALONE, keyOf(7), new Found())).toThrow(corrupt)
  })

  test('is nobody’s damage if it cannot even be fetched', () => {
    expect(lookupSync(pool, 1 << 20, CHANGED_SINCE, keyOf(7), new Found())).toBe(results.CHANGED)
    expect(() => lookupSync(pool, 1 << 20, ALONE, keyOf(7), new Found())).toThrow(corrupt)
  })

  test.each(['fill', 'fillSync'] as const)('makes a cursor ask for the root again: %s', (fill) => {
    const roots = [chain, model.root]
    let asked = 0
    const isCurrent = (): boolean => asked > 1
    const cursor = new Cursor(pool, () => roots[asked++] ?? 0, { limit: 3 }, { keys: true, values: false, isCurrent })
    expect([cursor[fill](), asked, cursor.keys.length]).toEqual([results.END, 2, 3])
  })
})

test('what else can go wrong is told in any case', () => {
  const model = failing('SYSTEM', ({ pages, root }) => pages.pool.raise(root))
  expect(() => lookupSync(model.pages.pool, model.root, ALONE, keyOf(7), new Found())).toThrow('something else')
})

test('a wrong page of a chain means that it may be gone, unless it is held', () => {
  const model = failing('CORRUPT', () => undefined)
  const { pool } = model.pages
  expect(new ChainReader(pool, 5, 5000).readSync()).toBe(results.CHANGED)
  expect(() => new ChainReader(pool, 5, 5000, true).readSync()).toThrow(corrupt)
})
