// Free lists, one per order: doubly linked, last in, first out. A link is 1 + a frame, and it is checked against the
// number of frames before it becomes an index, so that damaged words are reported instead of followed.
import { layout } from '../layout.ts'
import { setOrderEntry } from './bits.ts'
import type { Buddy } from './parts.ts'

const { headsWord, countsWord } = layout.values

/** What `pop` returns for an empty list, and for one whose links are damaged. */
export const EMPTY = -1
export const DAMAGED = -2

/** The index of the two link words of the frame's pair. */
const linksOf = (buddy: Buddy, frame: number): number => buddy.links + (frame & ~1)

/** Whether a link leads to a frame, or to none. */
const isLink = (link: number, frames: number): boolean => link >>> 0 <= frames

/** Puts a free block at its list's head; false when the list is damaged. */
export function push(buddy: Buddy, order: number, frame: number): boolean {
  const { words, frames } = buddy
  const head = words[headsWord + order]
  if (!isLink(head, frames)) return false
  const links = linksOf(buddy, frame)
  words[links] = head
  words[links + 1] = 0
  if (head !== 0) words[linksOf(buddy, head - 1) + 1] = frame + 1
  words[headsWord + order] = frame + 1
  words[countsWord + order]++
  setOrderEntry(buddy, frame, order + 1)
  return true
}

/** Takes a free block out of the middle of its list; false when the list is damaged. */
export function remove(buddy: Buddy, order: number, frame: number): boolean {
  const { words, frames } = buddy
  const links = linksOf(buddy, frame)
  const next = words[links]
  const previous = words[links + 1]
  if (!isLink(next, frames) || !isLink(previous, frames)) return false
  if (previous === 0) words[headsWord + order] = next
  else words[linksOf(buddy, previous - 1)] = next
  if (next !== 0) words[linksOf(buddy, next - 1) + 1] = previous
  words[countsWord + order]--
  setOrderEntry(buddy, frame, 0)
  return true
}

/** Takes the block that was put last; its first frame, EMPTY, or DAMAGED. */
export function pop(buddy: Buddy, order: number): number {
  const head = buddy.words[headsWord + order]
  if (head === 0) return EMPTY
  const frame = head - 1
  if (!isBlock(frame, order, buddy.frames)) return DAMAGED
  return remove(buddy, order, frame) ? frame : DAMAGED
}

/** Whether a block of that order can start at `frame`. */
export const isBlock = (frame: number, order: number, frames: number): boolean =>
  (frame & ((1 << order) - 1)) === 0 && frame >>> 0 <= frames - (1 << order)
