// Readers that come late: what they fetch was given up after they had read its number, so the file has anything there. That is
// damage only if whoever named the page still does.
import { expect, test } from 'vitest'
import { StoreError } from '../src/errors.ts'
import { ChainReader, Found, lookupSync, results } from '../src/tree/index.ts'
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
  expect(lookupSync(model.pages.pool, model.root, keyOf(7), new Found())).toBe(results.CHANGED)
})

test('a page that is wrong, and whose parent still names it, is damaged', () => {
  const model = failing('CORRUPT', () => undefined)
  expect(() => lookupSync(model.pages.pool, model.root, keyOf(7), new Found())).toThrow(corrupt)
})

test('what else can go wrong is told in any case', () => {
  const model = failing('SYSTEM', ({ pages, root }) => pages.pool.raise(root))
  expect(() => lookupSync(model.pages.pool, model.root, keyOf(7), new Found())).toThrow('something else')
})

test('a wrong page of a chain means that it may be gone, unless it is held', () => {
  const model = failing('CORRUPT', () => undefined)
  const { pool } = model.pages
  expect(new ChainReader(pool, 5, 5000).readSync()).toBe(results.CHANGED)
  expect(() => new ChainReader(pool, 5, 5000, true).readSync()).toThrow(corrupt)
})
