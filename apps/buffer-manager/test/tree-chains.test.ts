// Values that stand in chains of pages: every length at which something is different, pages that are not in memory,
// pages that became something else.
import { describe, expect, test } from 'vitest'
import { PAGE_WORDS } from '../src/pages/page.ts'
import { ALONE, ChainReader, del, Found, lookup, put, results, validateTree } from '../src/tree/index.ts'
import { valueOf } from './support/tree-model.ts'
import { TreeEdit, TreePages } from './support/tree-pool.ts'

const key = Buffer.from('a key')
const FIRST_BYTES = 4096 - 28
const DATA_BYTES = 4096 - 20
const GROUP_BYTES = (FIRST_BYTES / 4) * DATA_BYTES
const LONGEST_INLINE = 1032 - key.length

const lengths = [
  ...[LONGEST_INLINE, LONGEST_INLINE + 1, FIRST_BYTES - 1, FIRST_BYTES, FIRST_BYTES + 1],
  ...[FIRST_BYTES - 4 + DATA_BYTES, FIRST_BYTES - 3 + DATA_BYTES, 100_000],
  ...[GROUP_BYTES - 1, GROUP_BYTES, GROUP_BYTES + 1, GROUP_BYTES + DATA_BYTES, 2 * GROUP_BYTES, 2 * GROUP_BYTES + 5],
]

/** Bytes that differ from page to page. */
const valueOfLength = (length: number): Uint8Array => {
  const value = new Uint8Array(length)
  for (let i = 0; i < length; i++) value[i] = i ^ (i >>> 8) ^ (i >>> 16)
  return value
}

interface Tree {
  pages: TreePages
  root: number
}

function treeOf(value: Uint8Array, pages = 5000): Tree {
  const tree = { pages: new TreePages(pages), root: 0 }
  change(tree, (edit) => (tree.root = put(edit, tree.root, key, value).root))
  return tree
}

function change({ pages }: Tree, body: (edit: TreeEdit) => void): void {
  const edit = new TreeEdit(pages, 1, 0)
  body(edit)
  edit.commit()
}

const countPages = (tree: Tree): number => {
  const seen = new Set<number>()
  validateTree(tree.pages.pool, tree.root, (page) => {
    const isNew = !seen.has(page)
    seen.add(page)
    return isNew
  })
  return seen.size
}

function readerOf({ pages: { pool }, root }: Tree, frozen = false): ChainReader {
  const found = new Found()
  expect(lookup(pool, root, ALONE, key, found)).toBe(results.FOUND)
  return new ChainReader(pool, found.chain, found.length, frozen)
}

describe.each(lengths)('a value of %i bytes', (length) => {
  const value = valueOfLength(length)

  test('is read as it was written, and leaves no page behind when it is replaced and deleted', () => {
    const tree = treeOf(value)
    expect(Buffer.compare(valueOf(tree.pages.pool, tree.root, key) ?? key, value)).toBe(0)
    expect(countPages(tree)).toBe(tree.pages.used)
    change(tree, (edit) => (tree.root = put(edit, tree.root, key, valueOfLength(length + 1)).root))
    expect(countPages(tree)).toBe(tree.pages.used)
    change(tree, (edit) => (tree.root = del(edit, tree.root, key).root))
    expect(tree.root).toBe(0)
    expect(tree.pages.used).toBe(0)
  })
})

test('a chain takes hardly more pages than its bytes need', () => {
  for (const length of lengths.slice(1)) {
    const tree = treeOf(valueOfLength(length))
    expect(tree.pages.used - 1).toBeLessThanOrEqual(Math.ceil(length / (DATA_BYTES - 4 - 4)))
  }
})

test('a reader goes on where a page was missing, and asks for those behind it', () => {
  const value = valueOfLength(GROUP_BYTES + 50_000)
  const tree = treeOf(value)
  const { pool } = tree.pages
  const reader = readerOf(tree)
  for (let page = 2; page < tree.pages.next; page++) pool.missing.add(page)
  const missed = new Set<number>()
  for (;;) {
    const result = reader.read()
    if (result === results.COMPLETE) break
    expect(result).toBe(results.MISS)
    expect(missed.has(reader.page)).toBe(false)
    missed.add(reader.page)
    // What was asked for comes into memory, as it would from a real pool.
    for (const page of [reader.page, ...pool.prefetched.splice(0)]) pool.missing.delete(page)
  }
  expect(Buffer.compare(reader.value, value)).toBe(0)
  // A page at a time would have been more than a thousand.
  expect(missed.size).toBeLessThan(30)
})

test('a reader notices a page that became something else', () => {
  const tree = treeOf(valueOfLength(50_000))
  const { pool } = tree.pages
  const [reader, frozen] = [readerOf(tree), readerOf(tree, true)]
  for (const each of [reader, frozen]) {
    // The first page is read, the second one is missing.
    for (let page = 2; page < tree.pages.next; page++) if (page !== each.page) pool.missing.add(page)
    expect(each.read()).toBe(results.MISS)
  }
  pool.missing.clear()
  pool.words.fill(0, reader.page * PAGE_WORDS, (reader.page + 1) * PAGE_WORDS)
  pool.raise(reader.page)
  expect(reader.read()).toBe(results.CHANGED)
  expect(() => frozen.read()).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
})

test('a page that is evicted while it is copied is read once more', () => {
  const value = valueOfLength(50_000)
  const tree = treeOf(value)
  const { pool } = tree.pages
  const reader = readerOf(tree)
  const raised = new Set<number>()
  pool.onCheck = (page) => {
    if (raised.has(page)) return
    raised.add(page)
    pool.raise(page)
  }
  expect(reader.readSync()).toBe(results.COMPLETE)
  expect(raised.size).toBeGreaterThan(10)
  expect(Buffer.compare(reader.value, value)).toBe(0)
})
