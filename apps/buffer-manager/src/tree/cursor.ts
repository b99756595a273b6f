// Scans: one leaf at a time is copied, and if it was unchanged meanwhile its entries are taken from the copy. The next
// leaf is found from the root by the fence of this one, since leaves of a copy-on-write tree cannot name their
// neighbours. So every leaf is one moment of the tree, no key comes twice or out of order, and between two leaves
// anything may happen.
import { ChainReader } from './chain.ts'
import type { ReadablePages } from './edit.ts'
import { compareBytes, copyBytes, LEAF_COLUMNS, lengthOf, NodeView, offsetOf } from './layout.ts'
import { chainAt, rankIn, requireChain, requireSound } from './node.ts'
import { PAGE_BYTES } from '../pages/page.ts'
import { results, type Result } from './results.ts'
import { ALONE, corrupt, damaged, findLeaf, Found, type Origin, sides } from './search.ts'

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
  /** Whether what was read since the root was asked for counts: a leaf in the middle of a commit does not. */
  isCurrent?: Origin['isCurrent']
  /**
   * A fill that finds values in chains, in a tree that is not frozen, ends with CHAINED and has read nothing: the
   * caller sets `frozen`, holds the tree, and fills again. Else such a leaf is read again as long as it is evicted
   * meanwhile. Default false.
   */
  asks?: boolean
}

const NO_BYTES = new Uint8Array(0)
/** A fill ends behind the value in a chain with which there are more bytes of such. */
const MOST_CHAINED_BYTES = 1 << 20

/** Leaves that are fetched ahead of a scan. */
const MOST_AHEAD = 31

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

/** Entries of a range, a leaf at a time. Between two fills anything may happen to the tree. */
export class Cursor {
  /**
   * What the last fill has copied; of the same length if both are wanted. They are made anew by each fill. Values of
   * one leaf share a buffer of 4 KiB.
   */
  keys: Uint8Array[] = []
  values: Uint8Array[] = []
  /** After MISS: the page that is missing. Fetch it and fill again. */
  page = 0
  readonly #pool: ReadablePages
  readonly #root: () => number
  readonly #origin: Origin
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
  /** Leaves that are fetched with the next one that is missing: the more, the longer the scan has been. */
  #ahead = 0
  /** Of the values in chains that are not complete yet. */
  #chained: ChainReader[] = []

  constructor(pool: ReadablePages, root: () => number, range: KeyRange, want: Wanted) {
    this.#pool = pool
    this.#root = root
    this.#origin = want.isCurrent ? { isCurrent: want.isCurrent } : ALONE
    this.#want = want
    this.#reverse = range.reverse ?? false
    const above = tighter(range.gte, range.gt, 1)
    const below = tighter(range.lte, range.lt, -1)
    this.#start = this.#reverse ? below : (above ?? { key: NO_BYTES, inclusive: true })
    this.#end = this.#reverse ? above : below
    this.#from = this.#start
    this.#left = range.limit === undefined || range.limit < 0 ? Number.MAX_SAFE_INTEGER : range.limit
  }

  /** MORE, END (entries may have been found in both cases), or MISS, CHAINED (none yet). Throws CORRUPT. */
  fill(): Result {
    return this.#fill(false)
  }

  /** MORE, END or CHAINED. */
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
    this.#chained = []
  }

  #fill(fetches: boolean): Result {
    for (;;) {
      if (!this.#next) {
        this.#forget()
        if (this.#isDone || this.#left <= 0 || this.#isEmpty()) return results.END
        const result = this.#copyLeaf(fetches)
        if (result === results.MISS) return results.MISS
        if (result !== results.FOUND) continue
        if (this.#chained.length > 0 && this.#want.asks === true && this.#want.frozen !== true) {
          this.#forget()
          return results.CHAINED
        }
      }
      const result = this.#readChains(fetches)
      if (result === results.MISS) return results.MISS
      const next = this.#next
      this.#next = null
      if (result === results.CHANGED || !next) continue
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

  /** FOUND: what the next leaf has of the range is copied, and this is where it leads to; else MISS or CHANGED. */
  #copyLeaf(fetches: boolean): Result {
    const pool = this.#pool
    const found = this.#found
    const from = this.#from
    const side = !from ? sides.LAST : this.#reverse && !from.inclusive ? sides.BELOW : sides.AT
    found.ahead = this.#reverse ? -this.#ahead : this.#ahead
    const result = findLeaf(pool, this.#root(), this.#origin, from?.key ?? NO_BYTES, side, found, fetches)
    this.page = found.page
    if (result === results.MISS) this.#ahead = Math.min(MOST_AHEAD, 2 * this.#ahead + 1)
    if (result === results.ABSENT) {
      this.#next = { from, isDone: true, left: this.#left }
      return results.FOUND
    }
    if (result !== results.FOUND) return result
    const bytes = copyBytes(pool.bytes, pool.base, PAGE_BYTES)
    if (!pool.isUnchanged(found.page, found.ticket) || !this.#origin.isCurrent()) return results.CHANGED
    const leaf = new NodeView({ bytes, words: new Int32Array(bytes.buffer), base: 0 })
    requireSound(leaf)
    const fence = this.#reverse ? leaf.lowerFence() : leaf.upperFence()
    if (!this.#isProgress(fence)) throw corrupt(found.page, 'its fences are not around what was looked for')
    this.#take(leaf, fence)
    return results.FOUND
  }

  /** Takes what is in the range from the copy of a leaf. */
  #take(leaf: NodeView, fence: Uint8Array | null): void {
    const isLast = fence === null || (this.#reverse && fence.length === 0) || this.#endsBefore(fence)
    // Ranks from and to, both included, in the order of keys.
    const near = this.#from ? rank(leaf, this.#from, !this.#reverse) : leaf.count - 1
    const far = isLast && this.#end ? rank(leaf, this.#end, this.#reverse) : this.#reverse ? 0 : leaf.count - 1
    const step = this.#reverse ? -1 : 1
    let left = this.#left
    let chainedBytes = 0
    for (let at = near; (far - at) * step >= 0; at += step) {
      if (this.#want.keys) this.keys.push(leaf.key(at))
      if (this.#want.values) chainedBytes += this.#takeValue(leaf, at)
      left--
      if (left > 0 && chainedBytes < MOST_CHAINED_BYTES) continue
      this.#next = { from: { key: leaf.key(at), inclusive: false }, isDone: left <= 0, left }
      return
    }
    this.#next = { from: fence && { key: fence, inclusive: !this.#reverse }, isDone: isLast, left }
  }

  /** Whether going on at that fence comes closer to the end; a damaged one could lead back. */
  #isProgress(fence: Uint8Array | null): boolean {
    if (!fence || !this.#from || (this.#reverse && fence.length === 0)) return true
    const order = compareBytes(fence, this.#from.key)
    return this.#reverse ? order < 0 || (order === 0 && this.#from.inclusive) : order > 0
  }

  /**
   * Whether the range ends before keys beyond that fence: the upper one, which is no key of the leaf, or the lower one.
   */
  #endsBefore(fence: Uint8Array): boolean {
    const end = this.#end
    if (!end) return false
    const order = compareBytes(end.key, fence)
    return this.#reverse ? order >= 0 : order < 0 || (order === 0 && !end.inclusive)
  }

  /** Its length, if it is in a chain; else 0. */
  #takeValue(leaf: NodeView, at: number): number {
    const chain = chainAt(leaf, at)
    if (chain) {
      requireChain(this.#found.page, chain)
      const reader = new ChainReader(this.#pool, chain.page, chain.length, this.#want.frozen)
      this.#chained.push(reader)
      this.values.push(reader.value)
      return chain.length
    }
    const slot = leaf.slot(at)
    const from = offsetOf(slot) + lengthOf(slot)
    this.values.push(leaf.bytes.subarray(from, from + leaf.valueLength(at)))
    return 0
  }

  /** COMPLETE, MISS or CHANGED. */
  #readChains(fetches: boolean): Result {
    const { page, ticket } = this.#found
    const hasChains = this.#chained.length > 0
    while (this.#chained.length > 0) {
      const reader = this.#chained[0]
      const result = fetches ? reader.readSync() : reader.read()
      this.page = reader.page
      if (result === results.MISS) return results.MISS
      if (result === results.CHANGED) return damaged(this.#pool, page, ticket, this.#origin, 'a value is not where it says')
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
  const at = rankIn(leaf, LEAF_COLUMNS, key)
  if (at < 0) return above ? ~at : ~at - 1
  if (inclusive) return at
  return above ? at + 1 : at - 1
}
