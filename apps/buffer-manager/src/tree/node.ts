// Changing one node whose page is latched: its slots are kept in order by moving the columns, its heap grows downwards,
// and what is removed from the heap is garbage until the node is packed. Nothing here is done halfway: what does not
// fit changes nothing. Nodes are checked by `requireSound` before they are changed, so that a damaged one cannot reach
// beyond its page.
import { PAGE, PAGE_BYTES, PAGE_WORDS } from '../pages/page.ts'
import type { Place } from './edit.ts'
import {
  CAPACITY_STEP,
  CHAINED,
  COLUMNS,
  commonLength,
  COUNT,
  FIRST_CHILD,
  headOf,
  HEAP,
  HEAP_END,
  high,
  LENGTH_BYTES,
  lengthOf,
  low,
  LOWER,
  NodeView,
  offsetOf,
  pair,
  PREFIX,
  REFERENCE_BYTES,
  SKIP,
  slotOf,
  UPPER,
} from './layout.ts'
import { BAD_VALUE, corrupt, MALFORMED, OUT_OF_BOUNDS, rankOf, wordAt } from './search.ts'

/** Where a value has its chain. */
export interface Chain {
  page: number
  length: number
}

/** A node's copy in memory of its own, for reading while the node is written anew. */
export class NodeImage extends NodeView {
  constructor() {
    const buffer = new SharedArrayBuffer(PAGE_BYTES)
    super({ bytes: new Uint8Array(buffer), words: new Int32Array(buffer), base: 0 })
  }

  copy({ words, base }: Place): this {
    const at = base >>> 2
    this.words.set(words.subarray(at, at + PAGE_WORDS))
    return this
  }
}

export const capacityFor = (count: number): number => Math.ceil(count / CAPACITY_STEP) * CAPACITY_STEP

/** Bytes of header and columns for that many slots. */
export const columnBytes = (columns: number, count: number): number => 4 * (COLUMNS + columns * capacityFor(count))

/** Bytes of the heap that are in use. */
export const heapBytes = (node: NodeView): number => HEAP_END - low(node.get(HEAP)) - high(node.get(HEAP))

/** Bytes of a slot's entry in the heap: its key's rest, and what a leaf has around it. */
export function entryBytes(node: NodeView, rank: number): number {
  const rest = lengthOf(node.slot(rank))
  return node.isLeaf ? LENGTH_BYTES + rest + storedBytes(node.valueLength(rank)) : rest
}

/** Bytes that a value takes in the leaf. */
export const storedBytes = (valueLength: number): number => (valueLength & CHAINED ? REFERENCE_BYTES : valueLength)

/**
 * Whether its entries, without that of rank `without`, should be merged with others: they are less than a quarter of
 * the page. Fences do not count: they stay anyway.
 */
export function isUnderfull(node: NodeView, without = -1): boolean {
  const fences = high(node.get(LOWER)) + high(node.get(UPPER))
  const count = without < 0 ? node.count : node.count - 1
  const heap = heapBytes(node) - fences - (without < 0 ? 0 : entryBytes(node, without))
  return count === 0 || heap + 4 * node.columns * count < PAGE_BYTES / 4
}

/** Makes the page an empty node; its common header stays. No fence may lie in the page. */
export function format(
  node: NodeView,
  capacity: number,
  lower: Uint8Array,
  upper: Uint8Array | null,
  firstChild: number,
): void {
  node.set(COUNT, pair(0, capacityFor(capacity)))
  node.set(HEAP, pair(HEAP_END, 0))
  node.set(LOWER, pair(pushBytes(node, lower, 0), lower.length))
  node.set(UPPER, upper ? pair(pushBytes(node, upper, 0), upper.length) : 0)
  node.set(PREFIX, pair(upper ? commonLength(lower, upper) : 0, 0))
  node.set(FIRST_CHILD, firstChild)
  node.set(SKIP, 0)
}

/** Appends slots `from … to − 1` of an image, which may have another prefix. There is room for them. */
export function appendSlots(node: NodeView, image: NodeView, from: number, to: number): void {
  const leaf = node.isLeaf
  const prefix = node.prefix
  // Where the key's bytes behind the new prefix are: some in the old prefix, the others in the entry.
  const fromPrefix = Math.max(0, image.prefix - prefix)
  const skipped = Math.max(0, prefix - image.prefix)
  const prefixAt = low(image.get(LOWER)) + prefix
  for (let rank = from; rank < to; rank++) {
    const slot = image.slot(rank)
    const rest = lengthOf(slot) - skipped
    const around = leaf ? LENGTH_BYTES + storedBytes(image.valueLength(rank)) : 0
    const offset = reserve(node, fromPrefix + rest + around) + (leaf ? LENGTH_BYTES : 0)
    const at = node.base + offset
    for (let i = 0; i < fromPrefix; i++) node.bytes[at + i] = image.bytes[prefixAt + i]
    move(node, offset + fromPrefix, image, offsetOf(slot) + skipped, rest + (leaf ? around - LENGTH_BYTES : 0))
    if (leaf) setLength(node, offset, image.valueLength(rank))
    appendSlot(node, offset, fromPrefix + rest, leaf ? 0 : image.child(rank + 1))
  }
}

/** Appends one slot of an inner node. There is room for it. */
export function appendChild(node: NodeView, key: Uint8Array, child: number): void {
  const offset = pushBytes(node, key, node.prefix)
  appendSlot(node, offset, key.length - node.prefix, child)
}

/**
 * Appends the first `count` entries of a heap to a leaf that has none: the first one begins the heap, each ends where
 * `ends` says, and has that much of its key behind the node's prefix. There is room for them.
 */
export function appendEntries(
  node: NodeView,
  heap: Uint8Array,
  ends: readonly number[],
  rests: readonly number[],
  count: number,
): void {
  if (count > high(node.get(COUNT))) throw corrupt(node.get(PAGE), OUT_OF_BOUNDS)
  const start = reserve(node, ends[count - 1])
  node.bytes.set(heap.subarray(0, ends[count - 1]), node.base + start)
  for (let i = 0; i < count; i++) setSlot(node, i, start + LENGTH_BYTES + (i === 0 ? 0 : ends[i - 1]), rests[i])
  node.set(COUNT, node.get(COUNT) + count)
}

function appendSlot(node: NodeView, offset: number, rest: number, child: number): void {
  const counts = node.get(COUNT)
  const rank = low(counts)
  if (rank >= high(counts)) throw corrupt(node.get(PAGE), OUT_OF_BOUNDS)
  node.set(COUNT, counts + 1)
  setSlot(node, rank, offset, rest)
  if (child !== 0) node.setChild(rank + 1, child)
}

/** Inserts an entry; false: it does not fit. `length` is the value's, or CHAINED: then `value` is the reference. */
export function insertEntry(node: NodeView, rank: number, key: Uint8Array, value: Uint8Array, length: number): boolean {
  const prefix = node.prefix
  const rest = key.length - prefix
  if (!openSlot(node, rank, LENGTH_BYTES + rest + value.length)) return false
  const offset = low(node.get(HEAP)) + LENGTH_BYTES
  setLength(node, offset, length)
  writeBytes(node, offset, key, prefix, rest)
  writeBytes(node, offset + rest, value, 0, value.length)
  setSlot(node, rank, offset, rest)
  lowerSkip(node, rank)
  return true
}

/** Inserts a separator and the child to its right; false: it does not fit. */
export function insertChild(node: NodeView, rank: number, key: Uint8Array, child: number): boolean {
  const prefix = node.prefix
  const rest = key.length - prefix
  if (!openSlot(node, rank, rest)) return false
  const offset = low(node.get(HEAP))
  writeBytes(node, offset, key, prefix, rest)
  setSlot(node, rank, offset, rest)
  node.setChild(rank + 1, child)
  raiseSkip(node)
  return true
}

/** Whether a node of so many slots, with so many bytes in the heap, fits into its page. */
export const fits = (node: NodeView, count: number, heap: number): boolean =>
  columnBytes(node.columns, count) + heap <= HEAP_END

/** Removes a slot and its entry; of inner nodes the child to its right goes too. */
export function removeSlot(node: NodeView, rank: number): void {
  const bytes = entryBytes(node, rank)
  const start = offsetOf(node.slot(rank)) - (node.isLeaf ? LENGTH_BYTES : 0)
  const heap = node.get(HEAP)
  node.set(HEAP, start === low(heap) ? pair(start + bytes, high(heap)) : pair(low(heap), high(heap) + bytes))
  const counts = node.get(COUNT)
  const [count, capacity] = [low(counts), high(counts)]
  const first = (node.base >>> 2) + COLUMNS
  for (let column = 0; column < node.columns; column++) {
    const at = first + column * capacity
    node.words.copyWithin(at + rank, at + rank + 1, at + count)
  }
  node.set(COUNT, pair(count - 1, capacity))
  node.set(PREFIX, pair(node.prefix, 0))
  if (count === 1) node.set(SKIP, 0)
}

/** Overwrites a value by one of the same length that stands in the leaf, too; false: it is of another length. */
export function overwriteValue(node: NodeView, rank: number, value: Uint8Array, length: number): boolean {
  if (node.valueLength(rank) !== length || length & CHAINED) return false
  const slot = node.slot(rank)
  writeBytes(node, offsetOf(slot) + lengthOf(slot), value, 0, value.length)
  return true
}

/** Makes room for a slot and `bytes` in the heap, which is then at the heap's beginning; false: they do not fit. */
function openSlot(node: NodeView, rank: number, bytes: number): boolean {
  const { columns, count } = node
  if (!fits(node, count + 1, heapBytes(node) + bytes)) return false
  const needed = columnBytes(columns, Math.max(count + 1, high(node.get(COUNT)))) + bytes
  if (needed > low(node.get(HEAP))) pack(node, count + 1)
  else if (count === high(node.get(COUNT))) widen(node, columns, capacityFor(count + 1))
  reserve(node, bytes)
  const capacity = high(node.get(COUNT))
  const first = (node.base >>> 2) + COLUMNS
  for (let column = 0; column < columns; column++) {
    const at = first + column * capacity
    node.words.copyWithin(at + rank + 1, at + rank, at + count)
  }
  node.set(COUNT, pair(count + 1, capacity))
  node.set(PREFIX, pair(node.prefix, rank === count ? Math.min(0xffff, high(node.get(PREFIX)) + 1) : 0))
  return true
}

/** Moves the columns apart; the heap is not in the way. */
function widen(node: NodeView, columns: number, capacity: number): void {
  const [count, before] = [low(node.get(COUNT)), high(node.get(COUNT))]
  const first = (node.base >>> 2) + COLUMNS
  for (let column = columns - 1; column > 0; column--) {
    const at = first + column * before
    node.words.copyWithin(first + column * capacity, at, at + count)
  }
  node.set(COUNT, pair(count, capacity))
}

const BAD_KEYS = 'its keys do not fit to its fences'

const packing = new NodeImage()

/** Writes the node anew without garbage, with room for so many slots. */
function pack(node: NodeView, capacity: number): void {
  const image = packing.copy(node)
  const run = high(node.get(PREFIX))
  format(node, capacity, image.lowerFence(), image.upperFence(), image.get(FIRST_CHILD))
  appendSlots(node, image, 0, image.count)
  raiseSkip(node)
  node.set(PREFIX, pair(node.prefix, run))
}

function reserve(node: NodeView, bytes: number): number {
  const heap = node.get(HEAP)
  const start = low(heap) - bytes
  // Of sound keys and fences there are never too many bytes, nor fewer than none.
  if (bytes < 0 || start < 4 * (COLUMNS + node.columns * high(node.get(COUNT)))) throw corrupt(node.get(PAGE), BAD_KEYS)
  node.set(HEAP, pair(start, high(heap)))
  return start
}

/** Puts bytes from `from` on at the heap's beginning; where they are. */
function pushBytes(node: NodeView, bytes: Uint8Array, from: number): number {
  const offset = reserve(node, bytes.length - from)
  writeBytes(node, offset, bytes, from, bytes.length - from)
  return offset
}

function writeBytes(node: NodeView, offset: number, from: Uint8Array, at: number, length: number): void {
  const { bytes } = node
  const to = node.base + offset
  if (length > 48) bytes.set(at === 0 && length === from.length ? from : from.subarray(at, at + length), to)
  else for (let i = 0; i < length; i++) bytes[to + i] = from[at + i]
}

function move(node: NodeView, offset: number, image: NodeView, from: number, length: number): void {
  const at = image.base + from
  const to = node.base + offset
  if (length > 48) node.bytes.set(image.bytes.subarray(at, at + length), to)
  else for (let i = 0; i < length; i++) node.bytes[to + i] = image.bytes[at + i]
}

function setLength(node: NodeView, offset: number, length: number): void {
  node.bytes[node.base + offset - LENGTH_BYTES] = length & 0xff
  node.bytes[node.base + offset - LENGTH_BYTES + 1] = length >>> 8
}

function setSlot(node: NodeView, rank: number, offset: number, rest: number): void {
  const skip = node.get(SKIP)
  node.set(COLUMNS + rank, headOf(node.bytes, node.base + offset + skip, rest - skip))
  node.set(COLUMNS + high(node.get(COUNT)) + rank, slotOf(offset, rest))
}

/** Heads begin behind what all keys have in common; these are in order, so it is what the first and the last have. */
export function raiseSkip(node: NodeView): void {
  if (node.count > 0) setSkip(node, commonRest(node, 0, node.count - 1))
}

/** The same after one key has come that may have less in common with the others. */
function lowerSkip(node: NodeView, rank: number): void {
  const skip = node.get(SKIP)
  if (skip === 0) return
  const common = commonRest(node, rank, rank === 0 ? node.count - 1 : 0)
  if (common < skip) setSkip(node, common)
}

function setSkip(node: NodeView, skip: number): void {
  if (skip === node.get(SKIP)) return
  node.set(SKIP, skip)
  for (let rank = 0; rank < node.count; rank++) {
    const slot = node.slot(rank)
    node.set(COLUMNS + rank, headOf(node.bytes, node.base + offsetOf(slot) + skip, lengthOf(slot) - skip))
  }
}

/** Bytes that two keys have in common behind the prefix; a key that is alone has none. */
function commonRest(node: NodeView, one: number, other: number): number {
  if (one === other) return 0
  const { bytes, base } = node
  const [a, b] = [node.slot(one), node.slot(other)]
  const shorter = Math.min(lengthOf(a), lengthOf(b))
  let i = 0
  while (i < shorter && bytes[base + offsetOf(a) + i] === bytes[base + offsetOf(b) + i]) i++
  return i
}

/** Throws CORRUPT unless everything that the node says of itself lies within its page. */
export function requireSound(node: NodeView): void {
  if (!isSound(node)) throw corrupt(node.get(PAGE), OUT_OF_BOUNDS)
}

function isSound(node: NodeView): boolean {
  const { words, bytes, base, isLeaf } = node
  const at = base >>> 2
  const [count, capacity] = [low(words[at + COUNT]), high(words[at + COUNT])]
  const [heap, garbage] = [low(words[at + HEAP]), high(words[at + HEAP])]
  const columnsEnd = 4 * (COLUMNS + node.columns * capacity)
  if (count > capacity || columnsEnd > heap || heap + garbage > HEAP_END) return false
  const [lower, upper] = [words[at + LOWER], words[at + UPPER]]
  if (low(lower) < heap || low(lower) + high(lower) > HEAP_END) return false
  if (upper !== 0 && (low(upper) < heap || low(upper) + high(upper) > HEAP_END)) return false
  if (node.prefix > high(lower) || node.prefix > high(upper)) return false
  const skip = words[at + SKIP]
  if (skip < 0 || (skip > 0 && count === 0)) return false
  let used = high(lower) + high(upper)
  const slots = at + COLUMNS + capacity
  for (let i = slots; i < slots + count; i++) {
    const slot = words[i]
    const offset = offsetOf(slot)
    let end = offset + lengthOf(slot)
    if (isLeaf) {
      if (offset < heap + LENGTH_BYTES) return false
      end += storedBytes(bytes[base + offset - LENGTH_BYTES] | (bytes[base + offset - LENGTH_BYTES + 1] << 8))
      used += LENGTH_BYTES
    }
    if (offset < heap || end > HEAP_END || lengthOf(slot) < skip) return false
    used += end - offset
  }
  return used === HEAP_END - heap - garbage
}

/** As `rankOf`, in a node that is sound. Throws CORRUPT. */
export function rankIn(node: NodeView, columns: number, key: Uint8Array): number {
  const rank = rankOf(node.words, node.bytes, node.base, columns, key)
  if (rank === MALFORMED) throw corrupt(node.get(PAGE), OUT_OF_BOUNDS)
  return rank
}

/** Where the value of that rank has its chain, if it has one. */
export function chainAt(leaf: NodeView, rank: number): Chain | null {
  if ((leaf.valueLength(rank) & CHAINED) === 0) return null
  const slot = leaf.slot(rank)
  const at = leaf.base + offsetOf(slot) + lengthOf(slot)
  return { page: wordAt(leaf.bytes, at), length: wordAt(leaf.bytes, at + 4) }
}

/** Throws CORRUPT unless a leaf's chain can be one. */
export function requireChain(leaf: number, { page, length }: Chain): void {
  if (page <= 0 || length <= 0) throw corrupt(leaf, BAD_VALUE)
}
