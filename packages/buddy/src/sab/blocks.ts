// The buddy algorithm (Knowlton 1965; Knuth, The Art of Computer Programming 1, 2.5): a block of order n is split into
// two buddies of order n - 1, whose numbers differ in bit n - 1 only, and two free buddies are merged at once. All of it
// runs under the lock; arguments have been checked by core.ts.
import { status } from '@parperos/alloc-api/driver'
import { layout } from '../layout.ts'
import { allAllocated, allFree, orderEntry, setAllocated, setFree } from './bits.ts'
import { DAMAGED, EMPTY, isBlock, pop, push, remove } from './lists.ts'
import type { Buddy } from './parts.ts'

const { topOrder, freeWord, freshWord, countsWord } = layout.values

/** Where whole blocks of the top order end. */
const topEnd = (frames: number): number => frames & -(1 << topOrder)

/** Takes a block: the first of its list, or the first half of the smallest larger one. */
export function take(buddy: Buddy, order: number): number {
  let from = order
  let frame = pop(buddy, from)
  while (frame === EMPTY && from < topOrder) frame = pop(buddy, ++from)
  if (frame === EMPTY) frame = popFresh(buddy)
  if (frame === EMPTY) return status.OUT_OF_MEMORY
  if (frame === DAMAGED) return status.CORRUPT
  while (from > order) {
    from--
    if (!push(buddy, from, frame + (1 << from))) return status.CORRUPT
  }
  markTaken(buddy, frame, order)
  return frame
}

/** Takes exactly this block: 1, or 0 when part of it is not free. */
export function takeAt(buddy: Buddy, frame: number, order: number): number {
  if (!allFree(buddy, frame, order)) return 0
  if (!listFreshUpTo(buddy, frame)) return status.CORRUPT
  let from = order
  while (orderEntry(buddy, frame & -(1 << from)) !== from + 1) if (++from > topOrder) return status.CORRUPT
  let block = frame & -(1 << from)
  if (!isBlock(block, from, buddy.frames) || !remove(buddy, from, block)) return status.CORRUPT
  while (from > order) {
    from--
    const half = block + (1 << from)
    const isUpper = frame >= half
    if (!push(buddy, from, isUpper ? block : half)) return status.CORRUPT
    if (isUpper) block = half
  }
  markTaken(buddy, frame, order)
  return 1
}

/** Gives a block back, merged with its buddy as long as that is free too. */
export function give(buddy: Buddy, frame: number, order: number): number {
  if (!allAllocated(buddy, frame, order)) return status.NOT_ALLOCATED
  setFree(buddy, frame, order)
  buddy.words[freeWord] += 1 << order
  let block = frame
  let merged = order
  while (merged < topOrder) {
    const other = block ^ (1 << merged)
    if (other >= buddy.frames || orderEntry(buddy, other) !== merged + 1) break
    if (!remove(buddy, merged, other)) return status.CORRUPT
    block &= ~(1 << merged)
    merged++
  }
  return push(buddy, merged, block) ? 0 : status.CORRUPT
}

function markTaken(buddy: Buddy, frame: number, order: number): void {
  setAllocated(buddy, frame, order)
  buddy.words[freeWord] -= 1 << order
}

/** The first block that was never touched, EMPTY, or DAMAGED. */
function popFresh({ words, frames }: Buddy): number {
  const frame = words[freshWord]
  if (frame === topEnd(frames)) return EMPTY
  if (!isBlock(frame, topOrder, frames)) return DAMAGED
  words[freshWord] = frame + (1 << topOrder)
  words[countsWord + topOrder]--
  return frame
}

/** Puts the fresh blocks up to and with the one around `frame` into their list; false when that is damaged. */
function listFreshUpTo(buddy: Buddy, frame: number): boolean {
  if (frame >= topEnd(buddy.frames)) return true
  while (buddy.words[freshWord] <= frame) {
    const fresh = popFresh(buddy)
    if (fresh === DAMAGED || !push(buddy, topOrder, fresh)) return false
  }
  return true
}
