// Splitting a node that has no room for one more key. It is split by bytes, in the middle, or, where keys have been
// coming in ascending order, at the end, so that pages which are not touched any more are full. What separates two
// leaves is as short as it can be: the first bytes of the right one's first key. What separates two inner nodes goes up
// from between them.
//
// There is always a place to split at: with a single entry on one side that side has room, since a page has room for
// one entry and two fences; and the other side loses at least as many bytes as the new fence between them takes.
import { kinds, PAGE } from '../pages/page.ts'
import type { Edit } from './edit.ts'
import {
  commonLength,
  copyBytes,
  HEAP_END,
  high,
  INNER_COLUMNS,
  LEAF_COLUMNS,
  LOWER,
  NodeView,
  PREFIX,
  UPPER,
} from './layout.ts'
import { appendSlots, columnBytes, entryBytes, format, NodeImage, raiseSkip } from './node.ts'
import { corrupt } from './search.ts'

export interface Split {
  /** The lower fence of the new node to the right. */
  separator: Uint8Array
  page: number
}

const splitting = new NodeImage()

/** Splits a latched node because `key` has no room at `rank`; both halves are latched afterwards. */
export function splitNode(edit: Edit, node: NodeView, level: number, rank: number, key: Uint8Array): Split {
  const image = splitting.copy(node)
  const isLeaf = level === 0
  const place = isLeaf ? splitLeafAt(image, rank, key) : splitInnerAt(image, rank)
  if (place < 0) throw corrupt(image.get(PAGE), 'there is no place to split it at')
  const separator = isLeaf ? leafSeparator(image, place, rank, key) : image.key(place)
  const [lower, upper] = [image.lowerFence(), image.upperFence()]
  const { count } = image
  const from = isLeaf ? slotsLeft(place, rank) : place + 1
  const to = isLeaf ? from : place
  format(node, to, lower, separator, isLeaf ? 0 : image.child(0))
  appendSlots(node, image, 0, to)
  raiseSkip(node)
  const page = edit.allocate(isLeaf ? kinds.leaf : kinds.inner, level)
  const right = new NodeView(edit.pool)
  format(right, count - from, separator, upper, isLeaf ? 0 : image.child(from))
  appendSlots(right, image, from, count)
  raiseSkip(right)
  return { separator, page }
}

// A leaf is seen as if the new key stood in it already, at its rank: `place` is how many of these count + 1 go to the
// left.

/** How many of the slots go to the left. */
const slotsLeft = (place: number, rank: number): number => (rank < place ? place - 1 : place)

function leafSeparator(image: NodeView, place: number, rank: number, key: Uint8Array): Uint8Array {
  const left = place - 1 === rank ? key : image.key(slotsLeft(place - 1, rank))
  const right = place === rank ? key : image.key(slotsLeft(place, rank))
  return separatorOf(left, right)
}

/** The shortest key that is above `left` and not above `right`. */
export const separatorOf = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  copyBytes(right, 0, commonLength(left, right) + 1)

function splitLeafAt(image: NodeView, rank: number, key: Uint8Array): number {
  const { count } = image
  const ends = new Int32Array(count + 1)
  for (let i = 0; i < count; i++) ends[i + 1] = ends[i] + entryBytes(image, i)
  const hasRoom = (place: number): boolean => {
    const separator = leafSeparator(image, place, rank, key).length
    const slots = slotsLeft(place, rank)
    return bothFit(image, LEAF_COLUMNS, slots, count - slots, ends[slots], ends[count] - ends[slots], separator)
  }
  // The new key's bytes are not known here, and do not matter much: a slot counts as the average one.
  const average = ends[count] / count
  const middle = (ends[count] + average) / 2
  const leftBytes = (place: number): number => ends[slotsLeft(place, rank)] + (rank < place ? average : 0)
  return choose(1, count, isAppending(image, rank) ? count : nearest(1, count, middle, leftBytes), hasRoom)
}

function splitInnerAt(image: NodeView, rank: number): number {
  const { count } = image
  const ends = new Int32Array(count + 1)
  for (let i = 0; i < count; i++) ends[i + 1] = ends[i] + entryBytes(image, i)
  const hasRoom = (place: number): boolean => {
    const separator = image.prefix + ends[place + 1] - ends[place]
    const after = count - place - 1
    return bothFit(image, INNER_COLUMNS, place, after, ends[place], ends[count] - ends[place + 1], separator)
  }
  const middle = nearest(0, count - 1, ends[count] / 2, (place) => ends[place])
  return choose(0, count - 1, isAppending(image, rank) ? count - 1 : middle, hasRoom)
}

/** Keys have been coming in ascending order: always the last of the tree, or at least of this node. */
const isAppending = (image: NodeView, rank: number): boolean =>
  rank === image.count && (image.get(UPPER) === 0 || 2 * high(image.get(PREFIX)) >= image.count)

/** Prefixes only grow when fences come closer, so entries take at most what they took. */
function bothFit(
  image: NodeView,
  columns: number,
  leftSlots: number,
  rightSlots: number,
  leftBytes: number,
  rightBytes: number,
  separator: number,
): boolean {
  const left = columnBytes(columns, leftSlots) + leftBytes + high(image.get(LOWER)) + separator
  const right = columnBytes(columns, rightSlots) + rightBytes + separator + high(image.get(UPPER))
  return left <= HEAP_END && right <= HEAP_END
}

/** The place in from … to whose bytes on the left come closest to the wish. */
function nearest(from: number, to: number, wish: number, leftBytes: (place: number) => number): number {
  let best = from
  for (let place = from + 1; place <= to; place++) {
    if (Math.abs(leftBytes(place) - wish) < Math.abs(leftBytes(best) - wish)) best = place
  }
  return best
}

/** The place closest to the wish that leaves room on both sides; −1: there is none, so the node is damaged. */
function choose(from: number, to: number, wish: number, hasRoom: (place: number) => boolean): number {
  for (let distance = 0; distance <= to - from; distance++) {
    if (wish - distance >= from && hasRoom(wish - distance)) return wish - distance
    if (wish + distance <= to && hasRoom(wish + distance)) return wish + distance
  }
  return -1
}
