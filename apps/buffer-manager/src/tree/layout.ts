// How a node of the tree stands in its page: slotted, with the keys' first bytes in an array of words.
//
//   words 0 … 4   as in every page
//         5       count │ capacity        slots in use, and those that there is room for
//         6       heap │ garbage          the heap's first byte, and how many of its bytes are unused
//         7       lower fence             offset │ length; every key of the node is at or above it
//         8       upper fence             offset │ length; and below it; 0: there is none
//         9       prefix │ run            bytes that both fences begin with; how many insertions in turn were at the end
//        10       first child             of an inner node
//        11       skip                    bytes behind the prefix that all keys have in common, too
//        12 …     heads    capacity words: four bytes of each key behind those, as a signed word of the same order
//                 slots    capacity words: offset of the key's rest in the page (12 bits), its length (11 bits)
//                 children capacity words, of an inner node: the page with keys from this one on
//          … free …
//        heap     fences, keys without the prefix; in a leaf each has the value's length before it and the value behind
//
// (a │ b: a in the low half of the word, b in the high one.) A value that stands in a chain of pages has CHAINED set in
// its length, and as its bytes the chain's first page and length. The prefix is stored once, as the lower fence's
// beginning. At the tree's edges, where a fence is missing, there is no prefix; so heads begin behind what all keys have
// in common (skip), though it stands in each of them.
import { kinds } from '../pages/page.ts'
import type { Place } from './edit.ts'

export const COUNT = 5
export const HEAP = 6
export const LOWER = 7
export const UPPER = 8
export const PREFIX = 9
export const FIRST_CHILD = 10
export const SKIP = 11
export const COLUMNS = 12

/** Words of a slot: heads and slots; inner nodes also have children. */
export const LEAF_COLUMNS = 2
export const INNER_COLUMNS = 3
/** Columns grow by so many slots at a time. */
export const CAPACITY_STEP = 4

/** A leaf's KIND word; that of an inner node of level n is `INNER + n · LEVEL`. */
export const LEAF: number = kinds.leaf
export const INNER: number = kinds.inner
export const LEVEL = 0x100
/** Levels above the leaves, at most: enough for 2^31 pages, however full. */
export const MAX_LEVEL = 40

export const LENGTH_BYTES = 2
/** Where the heap ends: the page's last byte stays unused, so that every offset has 12 bits. */
export const HEAP_END = 4095
export const CHAINED = 0x8000
/** A chained value's bytes: first page, length. */
export const REFERENCE_BYTES = 8
/**
 * Key and value together are not longer than this, or the value goes to a chain: so a page has room for one and two
 * fences.
 */
export const MAX_INLINE_BYTES = 1024 + REFERENCE_BYTES

export const OFFSET_BITS = 12
export const offsetOf = (slot: number): number => slot & 0xfff
export const lengthOf = (slot: number): number => (slot >>> OFFSET_BITS) & 0x7ff
export const slotOf = (offset: number, length: number): number => offset | (length << OFFSET_BITS)

export const low = (word: number): number => word & 0xffff
export const high = (word: number): number => word >>> 16
export const pair = (lowHalf: number, highHalf: number): number => lowHalf | (highHalf << 16)

/** The first four of `length` bytes, missing ones as 0, so that signed words have the order of unsigned bytes. */
export function headOf(bytes: Uint8Array, at: number, length: number): number {
  if (length >= 4) {
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) ^ 0x80000000
  }
  let head = 0
  for (let i = 0; i < length; i++) head |= bytes[at + i] << (24 - 8 * i)
  return head ^ 0x80000000
}

/** A page that stays where it is, unlike the pool's place. */
export class NodeView implements Place {
  readonly words: Int32Array
  readonly bytes: Uint8Array
  readonly base: number

  constructor({ words, bytes, base }: Place) {
    this.words = words
    this.bytes = bytes
    this.base = base
  }

  get(word: number): number {
    return this.words[(this.base >>> 2) + word]
  }

  set(word: number, value: number): void {
    this.words[(this.base >>> 2) + word] = value
  }

  get isLeaf(): boolean {
    return (this.get(4) & 0xff) === LEAF
  }

  get columns(): number {
    return this.isLeaf ? LEAF_COLUMNS : INNER_COLUMNS
  }

  get count(): number {
    return low(this.get(COUNT))
  }

  get prefix(): number {
    return low(this.get(PREFIX))
  }

  head(rank: number): number {
    return this.get(COLUMNS + rank)
  }

  slot(rank: number): number {
    return this.get(COLUMNS + high(this.get(COUNT)) + rank)
  }

  /** Child `index` of an inner node: 0 … count. */
  child(index: number): number {
    return index === 0 ? this.get(FIRST_CHILD) : this.get(COLUMNS + 2 * high(this.get(COUNT)) + index - 1)
  }

  setChild(index: number, page: number): void {
    this.set(index === 0 ? FIRST_CHILD : COLUMNS + 2 * high(this.get(COUNT)) + index - 1, page)
  }

  /** A leaf's value length with its CHAINED bit. */
  valueLength(rank: number): number {
    const at = this.base + offsetOf(this.slot(rank)) - LENGTH_BYTES
    return this.bytes[at] | (this.bytes[at + 1] << 8)
  }

  /** Copies `length` bytes out. */
  slice(offset: number, length: number): Uint8Array {
    return copyBytes(this.bytes, this.base + offset, length)
  }

  lowerFence(): Uint8Array {
    const fence = this.get(LOWER)
    return this.slice(low(fence), high(fence))
  }

  upperFence(): Uint8Array | null {
    const fence = this.get(UPPER)
    return fence === 0 ? null : this.slice(low(fence), high(fence))
  }

  /** The whole key, prefix included. */
  key(rank: number): Uint8Array {
    const slot = this.slot(rank)
    return joinKey(this.bytes, this.base, low(this.get(LOWER)), this.prefix, offsetOf(slot), lengthOf(slot))
  }
}

/** A copy that is the caller's own; short ones are quicker in a loop. */
export function copyBytes(bytes: Uint8Array, at: number, length: number): Uint8Array {
  // The method of Uint8Array, not Buffer's, which copies nothing.
  if (length > 48) return Uint8Array.prototype.slice.call(bytes, at, at + length)
  const copy = new Uint8Array(length)
  for (let i = 0; i < length; i++) copy[i] = bytes[at + i]
  return copy
}

/** `prefix` bytes from one offset of the page, `length` from another. */
export function joinKey(
  bytes: Uint8Array,
  base: number,
  lower: number,
  prefix: number,
  offset: number,
  length: number,
): Uint8Array {
  const key = new Uint8Array(prefix + length)
  const from = base + lower
  for (let i = 0; i < prefix; i++) key[i] = bytes[from + i]
  const rest = base + offset - prefix
  for (let i = prefix; i < key.length; i++) key[i] = bytes[rest + i]
  return key
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => compareBytes(a, b) === 0

/** Below 0, 0, above 0: bytes unsigned, a prefix before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i]
  return a.length - b.length
}

export function commonLength(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i
  return length
}
