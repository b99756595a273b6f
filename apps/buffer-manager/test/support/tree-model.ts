// A tree beside the obvious thing that it stands for, a sorted array; every step is done to both.
import { expect } from 'vitest'
import { compareBytes } from '../../src/tree/layout.ts'
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
  validateTree,
  type KeyRange,
  type ReadablePages,
  type TreeCounts,
} from '../../src/tree/index.ts'
import { TreeEdit, TreePages } from './tree-pool.ts'

export interface Entry {
  key: Uint8Array
  value: Uint8Array
}

/** The value of a key, copied; undefined: there is none. As a store does it, with both forms of lookup. */
export function valueOf(pool: ReadablePages, root: number, key: Uint8Array): Uint8Array | undefined {
  const value = tryValue(pool, root, key, lookup)
  const again = tryValue(pool, root, key, lookupSync)
  expect(again && show(again)).toBe(value && show(value))
  return value
}

function tryValue(
  pool: ReadablePages,
  root: number,
  key: Uint8Array,
  find: typeof lookup,
): Uint8Array | undefined {
  const found = new Found()
  for (;;) {
    const result = find(pool, root, ALONE, key, found)
    if (result === results.CHANGED) continue
    expect([results.FOUND, results.ABSENT]).toContain(result)
    if (result === results.ABSENT) {
      if (root === 0 || pool.isUnchanged(found.page, found.ticket)) return undefined
      continue
    }
    const { bytes, at, length, chain } = found
    const value = chain === 0 ? bytes.slice(at, at + length) : null
    if (!pool.isUnchanged(found.page, found.ticket)) continue
    if (value) return value
    const reader = new ChainReader(pool, chain, length)
    if (reader.read() === results.COMPLETE && pool.isUnchanged(found.page, found.ticket)) return reader.value
  }
}

/** Everything in a range. */
export function scan(pool: ReadablePages, root: number, range: KeyRange, frozen = false): Entry[] {
  const cursor = new Cursor(pool, () => root, range, { keys: true, values: true, frozen })
  const entries: Entry[] = []
  for (;;) {
    const result = cursor.fillSync()
    expect(cursor.keys.length).toBe(cursor.values.length)
    for (const [i, key] of cursor.keys.entries()) entries.push({ key, value: cursor.values[i] })
    if (result === results.END) return entries
    expect(result).toBe(results.MORE)
    expect(cursor.keys.length).toBeGreaterThan(0)
  }
}

/** Bytes as a string that is quick to compare and short to print. */
const show = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const describeRange = (range: KeyRange): string =>
  JSON.stringify(range, (_, value: unknown) => (value instanceof Uint8Array ? show(value) : value))

export function expectSame(entries: readonly Entry[], expected: readonly Entry[], what = ''): void {
  const strings = (some: readonly Entry[]): string[] => some.map(({ key, value }) => `${show(key)}: ${show(value)}`)
  expect(strings(entries), what).toEqual(strings(expected))
}

export class TreeModel {
  readonly pages: TreePages
  /** In order. */
  entries: Entry[] = []
  root = 0
  epoch = 1
  /** Born until then is not changed in place. */
  frozen = 0
  /** Pages that are kept for somebody who still reads an old root. */
  readonly kept = new Set<number>()
  inPlace = 0

  constructor(pages: number) {
    this.pages = new TreePages(pages)
  }

  rank(key: Uint8Array): number {
    let [from, to] = [0, this.entries.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (compareBytes(this.entries[middle].key, key) < 0) from = middle + 1
      else to = middle
    }
    return from
  }

  has(key: Uint8Array): boolean {
    const entry = this.entries.at(this.rank(key))
    return entry !== undefined && compareBytes(entry.key, key) === 0
  }

  /** In place if that is possible and asked for, else on copies; `keep`: the old root stays readable. */
  put(key: Uint8Array, value: Uint8Array, { inPlace = false, keep = false } = {}): void {
    const existed = this.has(key)
    this.entries.splice(this.rank(key), existed ? 1 : 0, { key, value })
    const edit = this.#edit()
    if (inPlace) {
      const result = putInPlace(edit, this.root, key, value)
      edit.release()
      this.inPlace++
      if (result === (existed ? results.DONE_REPLACED : results.DONE_NEW)) return
      expect(result).toBe(results.NOT_IN_PLACE)
      this.inPlace--
    }
    this.epoch++
    const copies = this.#edit()
    const result = put(copies, this.root, key, value)
    expect(result.existed).toBe(existed)
    this.#commit(copies, result.root, keep)
  }

  del(key: Uint8Array, { inPlace = false, keep = false } = {}): void {
    const existed = this.has(key)
    if (existed) this.entries.splice(this.rank(key), 1)
    const edit = this.#edit()
    if (inPlace) {
      const result = delInPlace(edit, this.root, key)
      edit.release()
      if (result === (existed ? results.DONE_DELETED : results.ABSENT)) {
        this.inPlace++
        return
      }
      expect(result).toBe(results.NOT_IN_PLACE)
    }
    this.epoch++
    const copies = this.#edit()
    const result = del(copies, this.root, key)
    expect(result.existed).toBe(existed)
    this.#commit(copies, result.root, keep)
  }

  get(key: Uint8Array): void {
    const expected = this.has(key) ? this.entries[this.rank(key)].value : undefined
    const value = valueOf(this.pages.pool, this.root, key)
    expect(value && show(value)).toBe(expected && show(expected))
  }

  /** What the model says is in the range. */
  range({ gte, gt, lte, lt, reverse = false, limit = -1 }: KeyRange): Entry[] {
    const within = this.entries.filter(
      ({ key }) =>
        (!gte || compareBytes(key, gte) >= 0) &&
        (!gt || compareBytes(key, gt) > 0) &&
        (!lte || compareBytes(key, lte) <= 0) &&
        (!lt || compareBytes(key, lt) < 0),
    )
    if (reverse) within.reverse()
    return limit < 0 ? within : within.slice(0, limit)
  }

  scan(range: KeyRange): void {
    expectSame(scan(this.pages.pool, this.root, range), this.range(range), describeRange(range))
  }

  /** The tree is as it should be, and no page is lost or used twice. */
  validate(): TreeCounts {
    expect(this.pages.pool.latches).toBe(0)
    const seen = new Set<number>()
    const counts = validateTree(this.pages.pool, this.root, (page) => {
      const isNew = this.pages.isUsed(page) && !seen.has(page)
      seen.add(page)
      return isNew
    })
    expect(counts.entries).toBe(this.entries.length)
    if (this.kept.size === 0) expect(seen.size).toBe(this.pages.used)
    return counts
  }

  #edit(): TreeEdit {
    return new TreeEdit(this.pages, this.epoch, this.frozen)
  }

  #commit(edit: TreeEdit, root: number, keep: boolean): void {
    expect(edit.latched.size).toBe(0)
    edit.commit(keep)
    if (keep) for (const page of edit.retired) this.kept.add(page)
    this.root = root
  }
}
