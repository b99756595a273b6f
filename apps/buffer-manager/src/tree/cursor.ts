// Scans: the entries of one leaf at a time are copied out, and count if the leaf was unchanged meanwhile. The next leaf is found
// from the root by the fence of this one, since leaves of a copy-on-write tree cannot name their neighbours. So every leaf is
// one moment of the tree, no key comes twice or out of order, and between two leaves anything may happen.
import { ChainReader } from './chain.ts'
import type { ReadablePages } from './edit.ts'
import {
  CHAINED,
  COLUMNS,
  compareBytes,
  copyBytes,
  COUNT,
  high,
  joinKey,
  LEAF_COLUMNS,
  lengthOf,
  low,
  LOWER,
  NodeView,
  offsetOf,
  REFERENCE_BYTES,
  UPPER,
} from './layout.ts'
import { MAX_VALUE_BYTES } from './limits.ts'
import { PAGE_BYTES, PAGE_WORDS } from '../pages/page.ts'
import { results, type Result } from './results.ts'
import { damaged, findLeaf, Found, MALFORMED, OUT_OF_BOUNDS, rankOf, sides, wordAt } from './search.ts'

export interface KeyRange {
  gte?: Uint8Array | undefined
  gt?: Uint8Array | undefined
  lte?: Uint8Array | undefined
  lt?: Uint8Array | undefined
  reverse?: boolean | undefined
  /** At most so many entries; negative or undefined: all. */
  limit?: number | undefined
}

export interface Wanted {
  keys: boolean
  values: boolean
  /** Nothing under the root is changed or used for something else while the cursor is in use. Default false. */
  frozen?: boolean
}

const NO_BYTES = new Uint8Array(0)
/** A fill ends behind the value in a chain with which there are more bytes of such. */
const MOST_CHAINED_BYTES = 1 << 20

/** An end of the range. */
interface Bound {
  key: Uint8Array
  inclusive: boolean
}

/** Where a cursor is. */
interface Progress {
  from: Bound | null
  isDone: boolean
  left: number
}

/** A value that stands in a chain, and its place among those of the fill. */
interface Chained {
  index: number
  reader: ChainReader
}

/** Entries of a range, a leaf at a time. Between two fills anything may happen to the tree. */
export class Cursor {
  /** What the last fill has copied; of the same length if both are wanted. They are made anew by each fill. */
  keys: Uint8Array[] = []
  values: Uint8Array[] = []
  /** After MISS: the page that is missing. Fetch it and fill again. */
  page = 0
  readonly #pool: ReadablePages
  readonly #root: () => number
  readonly #want: Wanted
  readonly #reverse: boolean
  readonly #start: Bound | null
  readonly #end: Bound | null
  readonly #found = new Found()
  /** What is still to come begins here; null: at the very end of all keys, backwards. */
  #from: Bound | null
  #left: number
  #isDone = false
  /** The state after the fill that is in work. */
  #next: Progress | null = null
  /** Which of the values stand in chains: references first, readers once the leaf is known to be right. */
  readonly #chainedAt: number[] = []
  #chained: Chained[] = []

  constructor(pool: ReadablePages, root: () => number, range: KeyRange, want: Wanted) {
    this.#pool = pool
    this.#root = root
    this.#want = want
    this.#reverse = range.reverse ?? false
    const above = tighter(range.gte, range.gt, 1)
    const below = tighter(range.lte, range.lt, -1)
    this.#start = this.#reverse ? below : (above ?? { key: NO_BYTES, inclusive: true })
    this.#end = this.#reverse ? above : below
    this.#from = this.#start
    this.#left = range.limit === undefined || range.limit < 0 ? Number.MAX_SAFE_INTEGER : range.limit
  }

  /** MORE, END (entries may have been found in both cases) or MISS (none yet). Throws CORRUPT. */
  fill(): Result {
    return this.#fill(false)
  }

  /** MORE or END. */
  fillSync(): Result {
    return this.#fill(true)
  }

  /** Goes on with the first key ≥ `key` (with `reverse`: the last key ≤ it) of the range. */
  seek(key: Uint8Array): void {
    const target = { key: copyBytes(key, 0, key.length), inclusive: true }
    const start = this.#start
    const order = start ? compareBytes(key, start.key) : 0
    const isOutside = start !== null && (this.#reverse ? order > 0 : order < 0)
    this.#from = isOutside || (start !== null && order === 0) ? start : target
    this.#isDone = false
    this.#forget()
  }

  #forget(): void {
    this.keys = []
    this.values = []
    this.#next = null
    this.#chainedAt.length = 0
    this.#chained = []
  }

  #fill(fetches: boolean): Result {
    for (;;) {
      if (!this.#next) {
        this.#forget()
        if (this.#isDone || this.#left <= 0 || this.#isEmpty()) return results.END
        const result = this.#copyLeaf(fetches)
        if (result === results.MISS) return results.MISS
        if (result === results.CHANGED || !this.#next) continue
      }
      const result = this.#readChains(fetches)
      if (result === results.MISS) return results.MISS
      const next: Progress = this.#next
      this.#next = null
      if (result === results.CHANGED) continue
      this.#from = next.from
      this.#isDone = next.isDone
      const isFruitless = this.#left === next.left
      this.#left = next.left
      if (next.isDone) return results.END
      if (!isFruitless) return results.MORE
    }
  }

  /** Whether nothing can be between where it is and the end. */
  #isEmpty(): boolean {
    if (!this.#from || !this.#end) return false
    const order = compareBytes(this.#from.key, this.#end.key) * (this.#reverse ? -1 : 1)
    return order > 0 || (order === 0 && !(this.#from.inclusive && this.#end.inclusive))
  }

  /** FOUND: what the next leaf has of the range is copied, and `#next` is set. MISS, CHANGED. */
  #copyLeaf(fetches: boolean): Result {
    const pool = this.#pool
    const found = this.#found
    const from = this.#from
    const side = !from ? sides.LAST : this.#reverse && !from.inclusive ? sides.BELOW : sides.AT
    const result = findLeaf(pool, this.#root(), from?.key ?? NO_BYTES, side, found, fetches)
    this.page = found.page
    if (result === results.ABSENT) {
      this.#next = { from, isDone: true, left: this.#left }
      return results.FOUND
    }
    if (result !== results.FOUND) return result
    const why = this.#copyFrom(new NodeView(pool))
    if (why !== '') {
      this.#forget()
      return damaged(pool, found.page, found.ticket, why)
    }
    if (pool.isUnchanged(found.page, found.ticket)) return this.#openChains()
    this.#forget()
    return results.CHANGED
  }

  /** Copies from a leaf that may be garbage; what is wrong with it, or ''. */
  #copyFrom(leaf: NodeView): string {
    const counts = leaf.get(COUNT)
    if (low(counts) > high(counts) || COLUMNS + LEAF_COLUMNS * high(counts) > PAGE_WORDS) return OUT_OF_BOUNDS
    const [lower, upper] = [leaf.get(LOWER), leaf.get(UPPER)]
    if (low(lower) + high(lower) > PAGE_BYTES || low(upper) + high(upper) > PAGE_BYTES) return OUT_OF_BOUNDS
    if (leaf.prefix > high(lower)) return OUT_OF_BOUNDS
    const fence = this.#reverse ? leaf.lowerFence() : leaf.upperFence()
    const isLast = fence === null || (this.#reverse && fence.length === 0) || this.#endsBefore(fence)
    // Ranks from and to, both included, in the order of keys.
    const near = this.#from ? rank(leaf, this.#from, !this.#reverse) : leaf.count - 1
    const far = isLast && this.#end ? rank(leaf, this.#end, this.#reverse) : this.#reverse ? 0 : leaf.count - 1
    if (near === MALFORMED || far === MALFORMED) return OUT_OF_BOUNDS
    const step = this.#reverse ? -1 : 1
    let left = this.#left
    let chainedBytes = 0
    for (let at = near; (far - at) * step >= 0; at += step) {
      const slot = leaf.slot(at)
      if (offsetOf(slot) + lengthOf(slot) > PAGE_BYTES) return OUT_OF_BOUNDS
      if (this.#want.keys) this.keys.push(keyAt(leaf, slot))
      if (this.#want.values) {
        const chained = this.#copyValue(leaf, slot)
        if (chained < 0) return OUT_OF_BOUNDS
        chainedBytes += chained
      }
      left--
      if (left > 0 && chainedBytes < MOST_CHAINED_BYTES) continue
      this.#next = { from: { key: keyAt(leaf, slot), inclusive: false }, isDone: left <= 0, left }
      return ''
    }
    const next = fence ? { key: fence, inclusive: !this.#reverse } : null
    this.#next = { from: next, isDone: isLast, left }
    return ''
  }

  /** Whether the range ends before keys beyond that fence: the upper one, which is no key of the leaf, or the lower one. */
  #endsBefore(fence: Uint8Array): boolean {
    const end = this.#end
    if (!end) return false
    const order = compareBytes(end.key, fence)
    return this.#reverse ? order >= 0 : order < 0 || (order === 0 && !end.inclusive)
  }

  /** Pushes a value; its length if it is in a chain, else 0, or −1 if it is none. */
  #copyValue(leaf: NodeView, slot: number): number {
    const at = offsetOf(slot) + lengthOf(slot)
    const bytes = leaf.bytes
    const before = leaf.base + offsetOf(slot)
    const stored = bytes[before - 2] | (bytes[before - 1] << 8)
    if (stored & CHAINED) {
      if (at + REFERENCE_BYTES > PAGE_BYTES) return -1
      const length = wordAt(bytes, leaf.base + at + 4)
      this.values.push(copyBytes(bytes, leaf.base + at, REFERENCE_BYTES))
      this.#chainedAt.push(this.values.length - 1)
      return length > 0 && length <= MAX_VALUE_BYTES ? length : -1
    }
    if (at + stored > PAGE_BYTES) return -1
    this.values.push(copyBytes(bytes, leaf.base + at, stored))
    return 0
  }

  /** Of what has been copied and counts. */
  #openChains(): Result {
    for (const index of this.#chainedAt) {
      const reference = this.values[index]
      const reader = new ChainReader(this.#pool, wordAt(reference, 0), wordAt(reference, 4), this.#want.frozen)
      this.#chained.push({ index, reader })
    }
    this.#chainedAt.length = 0
    return results.FOUND
  }

  /** COMPLETE, MISS or CHANGED. */
  #readChains(fetches: boolean): Result {
    const { page, ticket } = this.#found
    const hasChains = this.#chained.length > 0
    while (this.#chained.length > 0) {
      const { index, reader } = this.#chained[0]
      const result = fetches ? reader.readSync() : reader.read()
      this.page = reader.page
      if (result === results.MISS) return results.MISS
      if (result === results.CHANGED) return damaged(this.#pool, page, ticket, 'a value is not where it says')
      this.values[index] = reader.value
      this.#chained.shift()
    }
    // In a tree that changes, the chains were those of the leaf only if that has not changed.
    return !hasChains || this.#want.frozen || this.#pool.isUnchanged(page, ticket) ? results.COMPLETE : results.CHANGED
  }
}

/** The tighter one of two bounds; `sign` 1: of lower bounds, −1: of upper ones. */
function tighter(inclusive: Uint8Array | undefined, exclusive: Uint8Array | undefined, sign: number): Bound | null {
  if (!exclusive) return inclusive ? { key: inclusive, inclusive: true } : null
  if (inclusive && compareBytes(inclusive, exclusive) * sign > 0) return { key: inclusive, inclusive: true }
  return { key: exclusive, inclusive: false }
}

/** The first rank that is above the bound (`above`), or the last one below it; its own, if it is inclusive. */
function rank(leaf: NodeView, { key, inclusive }: Bound, above: boolean): number {
  const at = rankOf(leaf.words, leaf.bytes, leaf.base, LEAF_COLUMNS, key)
  if (at === MALFORMED) return MALFORMED
  if (at < 0) return above ? ~at : ~at - 1
  if (inclusive) return at
  return above ? at + 1 : at - 1
}

const keyAt = (leaf: NodeView, slot: number): Uint8Array =>
  joinKey(leaf.bytes, leaf.base, low(leaf.get(LOWER)), leaf.prefix, offsetOf(slot), lengthOf(slot))
