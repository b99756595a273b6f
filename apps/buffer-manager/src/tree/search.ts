// Finding a key: from the root to a leaf, without a latch. Each page is read under a ticket; its parent's is looked at
// once more after the child's was taken, since the child's number counts only if the parent was what it was until then.
// What is read may be garbage (the page may have been evicted, and its frame be another page's), so every offset is
// checked before it is used and every loop ends; garbage whose ticket is unchanged is damage, if the root is still one:
// between reading its number and taking its ticket it may have become any other page.
import { isCorrupt, StoreError } from '../errors.ts'
import { KIND, PAGE_BYTES, PAGE_WORDS } from '../pages/page.ts'
import type { ReadablePages } from './edit.ts'
import {
  CHAINED,
  COLUMNS,
  COUNT,
  FIRST_CHILD,
  headOf,
  INNER,
  INNER_COLUMNS,
  LEAF,
  LEAF_COLUMNS,
  LENGTH_BYTES,
  LEVEL,
  MAX_LEVEL,
  PREFIX,
  REFERENCE_BYTES,
  SKIP,
} from './layout.ts'
import { MAX_VALUE_BYTES } from './limits.ts'
import { results, type Result } from './results.ts'

/**
 * What a lookup has found. The value is `bytes[at] … bytes[at + length − 1]`, if `chain` is 0; else it is `length`
 * bytes in the chain that begins with page `chain`. It counts if `pool.isUnchanged(page, ticket)` after it has been
 * copied or used.
 */
export class Found {
  /** The leaf; after MISS the page that is missing. */
  page = 0
  ticket = 0
  bytes: Uint8Array = new Uint8Array(new SharedArrayBuffer(0))
  at = 0
  length = 0
  chain = 0
  /** When a leaf is missing: how many of those behind it (negative: before it) are fetched with it. */
  ahead = 0
}

/** Where a root's number was read. */
export interface Origin {
  /** Whether it still stands there. If not, what is under it is anything, and nobody's damage. */
  isCurrent(): boolean
}

/** For who is alone with the tree. */
export const ALONE: Origin = { isCurrent: () => true }

/** What `rankOf` returns for a node that is none. */
export const MALFORMED = 0x7fffffff

/**
 * Where the key stands in the node at `base`: its rank, or `−1 − rank` of the first one above it if it is not there.
 * Binary search over the heads; only slots with the same head are compared byte by byte.
 */
export function rankOf(words: Int32Array, bytes: Uint8Array, base: number, columns: number, key: Uint8Array): number {
  const at = base >>> 2
  const counts = words[at + COUNT]
  const capacity = counts >>> 16
  const prefix = words[at + PREFIX] & 0xffff
  const length = key.length - prefix
  let above = counts & 0xffff
  if (above > capacity || COLUMNS + columns * capacity > PAGE_WORDS || length < 0) return MALFORMED
  const skip = words[at + SKIP]
  if (skip !== 0) {
    const order = orderOfSkipped(bytes, base, words[at + COLUMNS + capacity], skip, key, prefix)
    if (order !== 0) return order === MALFORMED ? MALFORMED : order < 0 ? ~0 : ~above
  }
  const head = headOf(key, prefix + skip, length - skip)
  const heads = at + COLUMNS
  let from = 0
  while (from < above) {
    const middle = (from + above) >>> 1
    const other = words[heads + middle]
    if (other < head) from = middle + 1
    else if (other > head) above = middle
    else {
      const slot = words[heads + capacity + middle]
      const offset = slot & 0xfff
      const rest = (slot >>> 12) & 0x7ff
      if (offset + rest > PAGE_BYTES) return MALFORMED
      const shorter = rest < length ? rest : length
      const restAt = base + offset
      // The heads say that the next four bytes are the same, as far as there are any.
      let i = shorter < skip + 4 ? shorter : skip + 4
      while (i < shorter && bytes[restAt + i] === key[prefix + i]) i++
      const order = i < shorter ? key[prefix + i] - bytes[restAt + i] : length - rest
      if (order === 0) return middle
      if (order > 0) from = middle + 1
      else above = middle
    }
  }
  return ~from
}

/** Where the key is to all others because of the bytes that these have in common; 0: it has them, too. */
function orderOfSkipped(
  bytes: Uint8Array,
  base: number,
  slot: number,
  skip: number,
  key: Uint8Array,
  prefix: number,
): number {
  const offset = slot & 0xfff
  if (skip < 0 || offset + skip > PAGE_BYTES) return MALFORMED
  const length = key.length - prefix
  const shorter = skip < length ? skip : length
  const at = base + offset
  let i = 0
  while (i < shorter && bytes[at + i] === key[prefix + i]) i++
  return i < shorter ? key[prefix + i] - bytes[at + i] : shorter - skip
}

/** Which leaf is looked for: where keys just below the key are, where the key itself is, or the last one of all. */
export const sides = { BELOW: 0, AT: 1, LAST: 2 } as const
export type Side = (typeof sides)[keyof typeof sides]

/** The child of an inner node on the way to that leaf; not a page number (≤ 0) if the node is none. */
function childFor(words: Int32Array, bytes: Uint8Array, base: number, key: Uint8Array, side: Side): number {
  const rank = rankOf(words, bytes, base, INNER_COLUMNS, key)
  if (rank === MALFORMED) return 0
  const at = base >>> 2
  const index = side === sides.LAST ? words[at + COUNT] & 0xffff : rank < 0 ? ~rank : rank + side
  return words[index === 0 ? at + FIRST_CHILD : at + COLUMNS + 2 * (words[at + COUNT] >>> 16) + index - 1]
}

/**
 * FOUND, ABSENT (both count if the leaf is unchanged), MISS or CHANGED. Throws CORRUPT. `root` is what the caller has
 * read from its origin; it must look afterwards whether it still stands there.
 */
export function lookup(pool: ReadablePages, root: number, origin: Origin, key: Uint8Array, found: Found): Result {
  const result = findLeaf(pool, root, origin, key, sides.AT, found, false)
  return result === results.FOUND ? inLeaf(pool, origin, key, found) : result
}

/** The same, but fetches what is missing: never MISS. */
export function lookupSync(pool: ReadablePages, root: number, origin: Origin, key: Uint8Array, found: Found): Result {
  const result = findLeaf(pool, root, origin, key, sides.AT, found, true)
  return result === results.FOUND ? inLeaf(pool, origin, key, found) : result
}

/**
 * FOUND: the pool's place is the leaf, of which `found` has page and ticket. ABSENT: the tree is empty. Or MISS,
 * CHANGED.
 */
export function findLeaf(
  pool: ReadablePages,
  root: number,
  origin: Origin,
  key: Uint8Array,
  side: Side,
  found: Found,
  fetches: boolean,
): Result {
  found.page = root
  if (root === 0) return results.ABSENT
  let page = root
  let ticket = fetches ? beginRoot(pool, root, origin) : pool.begin(page)
  if (ticket === results.MISS) return fetches ? results.CHANGED : results.MISS
  let expected = 0
  for (let depth = 0; depth <= MAX_LEVEL; depth++) {
    const words = pool.words
    const base = pool.base
    const kind = words[(base >>> 2) + KIND]
    if (expected !== 0 && kind !== expected) return damaged(pool, page, ticket, origin, WRONG_LEVEL)
    if (kind === LEAF) {
      found.ticket = ticket
      return results.FOUND
    }
    if ((kind & 0xff) !== INNER || kind < INNER + LEVEL) return damaged(pool, page, ticket, origin, NO_NODE)
    const child = childFor(words, pool.bytes, base, key, side)
    if (child <= 0) return damaged(pool, page, ticket, origin, OUT_OF_BOUNDS)
    // A number out of garbage must not be fetched.
    if (fetches && !pool.isUnchanged(page, ticket)) return results.CHANGED
    const next = fetches ? beginBelow(pool, child, page, ticket, origin) : pool.begin(child)
    if (!pool.isUnchanged(page, ticket) || (fetches && next === results.MISS)) return results.CHANGED
    page = child
    found.page = child
    if (next === results.MISS) {
      if (found.ahead !== 0 && kind === INNER + LEVEL) prefetchBeside(pool, words, base >>> 2, child, found.ahead)
      return results.MISS
    }
    ticket = next
    expected = kind === INNER + LEVEL ? LEAF : kind - LEVEL
  }
  return damaged(pool, page, ticket, origin, TOO_HIGH)
}

/** Begins to fetch the leaves that come behind `child` of that inner node; before it, if `ahead` is negative. */
function prefetchBeside(pool: ReadablePages, words: Int32Array, at: number, child: number, ahead: number): void {
  const children = at + COLUMNS + 2 * (words[at + COUNT] >>> 16) - 1
  const count = words[at + COUNT] & 0xffff
  const childAt = (index: number): number => words[index === 0 ? at + FIRST_CHILD : children + index]
  let index = 0
  while (index <= count && childAt(index) !== child) index++
  const pages: number[] = []
  const step = Math.sign(ahead)
  for (let next = index + step; next >= 0 && next <= count && pages.length < ahead * step; next += step) {
    pages.push(childAt(next))
  }
  pool.prefetch(pages)
}

/** A number that was right when it was read may have been given up since; then what is fetched is nobody's damage: MISS. */
function beginRoot(pool: ReadablePages, root: number, origin: Origin): number {
  try {
    return pool.beginSync(root)
  } catch (error) {
    if (!isCorrupt(error) || origin.isCurrent()) throw error
    return results.MISS
  }
}

/** The same for a number that stands in a page. */
function beginBelow(pool: ReadablePages, child: number, parent: number, ticket: number, origin: Origin): number {
  try {
    return pool.beginSync(child)
  } catch (error) {
    if (!isCorrupt(error) || (pool.isUnchanged(parent, ticket) && origin.isCurrent())) throw error
    return results.MISS
  }
}

/** The pool's place is the leaf. */
function inLeaf(pool: ReadablePages, origin: Origin, key: Uint8Array, found: Found): Result {
  const words = pool.words
  const bytes = pool.bytes
  const base = pool.base
  const rank = rankOf(words, bytes, base, LEAF_COLUMNS, key)
  if (rank < 0) return results.ABSENT
  if (rank === MALFORMED) return damaged(pool, found.page, found.ticket, origin, OUT_OF_BOUNDS)
  const at = base >>> 2
  const slot = words[at + COLUMNS + (words[at + COUNT] >>> 16) + rank]
  const offset = slot & 0xfff
  const value = offset + ((slot >>> 12) & 0x7ff)
  const stored = bytes[base + offset - LENGTH_BYTES] | (bytes[base + offset - LENGTH_BYTES + 1] << 8)
  found.bytes = bytes
  found.at = base + value
  found.length = stored
  found.chain = 0
  if ((stored & CHAINED) === 0) {
    if (value + stored <= PAGE_BYTES) return results.FOUND
  } else if (value + REFERENCE_BYTES <= PAGE_BYTES) {
    found.chain = wordAt(bytes, found.at)
    found.length = wordAt(bytes, found.at + 4)
    if (found.chain > 0 && found.length >= 0 && found.length <= MAX_VALUE_BYTES) return results.FOUND
  }
  return damaged(pool, found.page, found.ticket, origin, BAD_VALUE)
}

/** Four bytes, little-endian, at any byte. */
export const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)

export const WRONG_LEVEL = 'it is not of the level that its parent says'
export const NO_NODE = 'it is no node of a tree'
export const OUT_OF_BOUNDS = 'its slots, keys or children are out of bounds'
export const BAD_VALUE = 'a value is out of bounds'
const TOO_HIGH = 'the tree has too many levels'

/** What has been read makes no sense: CHANGED if the page or the root is another one by now, else it throws CORRUPT. */
export function damaged(pool: ReadablePages, page: number, ticket: number, origin: Origin, why: string): 0 {
  if (pool.isUnchanged(page, ticket) && origin.isCurrent()) throw corrupt(page, why)
  return results.CHANGED
}

export const corrupt = (page: number, why: string): StoreError =>
  new StoreError('CORRUPT', `page ${page} is damaged: ${why}`, { hint: 'restore the store from a copy' })
