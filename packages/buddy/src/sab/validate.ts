// Checks every invariant, under the lock: what the bits say decides where free blocks must start and of which order they
// must be (the largest that fit, since buddies merge at once); the entries of the orders must say exactly that, and the
// lists, the counts and the number of free frames must agree with it.
import { layout } from '../layout.ts'
import { allFree, orderEntry } from './bits.ts'
import { isBlock } from './lists.ts'
import type { Buddy } from './parts.ts'

const { topOrder, freeWord, freshWord, headsWord, countsWord } = layout.values
const { problemFresh, problemBits, problemOrder, problemLink, problemList, problemCount, problemFree } = layout.values

const TOP_FRAMES = 1 << topOrder

/** True, or false with [what, index, expected, found] written. */
export function isValid(buddy: Buddy, into: Uint32Array): boolean {
  const seen = new Uint32Array(topOrder + 1)
  return (
    freshIsValid(buddy, into) && endIsValid(buddy, into) && blocksAreValid(buddy, seen, into) &&
    listsAreValid(buddy, seen, into) && freeIsValid(buddy, seen, into)
  )
}

function report(into: Uint32Array, what: number, index: number, expected: number, found: number): false {
  into[0] = what
  into[1] = index
  into[2] = expected
  into[3] = found
  return false
}

/** Fresh blocks are whole ones, and nothing has been written for them. */
function freshIsValid(buddy: Buddy, into: Uint32Array): boolean {
  const { words, frames, bits, orders } = buddy
  const end = frames & -TOP_FRAMES
  const fresh = words[freshWord] >>> 0
  const whole = Math.min(fresh & -TOP_FRAMES, end) >>> 0
  if (fresh !== whole) return report(into, problemFresh, freshWord, whole, fresh)
  for (let frame = fresh; frame < end; frame += 32) {
    const at = bits + (frame >>> 5)
    if (words[at] !== 0) return report(into, problemBits, frame, 0, words[at])
  }
  for (let frame = fresh; frame < end; frame += 16) {
    const at = orders + (frame >>> 4)
    if (words[at] !== 0) return report(into, problemOrder, frame, 0, words[at])
  }
  return true
}

/** Bits of frames that do not exist are 0. */
function endIsValid({ words, frames, bits }: Buddy, into: Uint32Array): boolean {
  const over = frames & 31
  if (over === 0) return true
  const found = words[bits + (frames >>> 5)]
  const expected = found & ((1 << over) - 1)
  return found === expected || report(into, problemBits, frames - over, expected, found)
}

/** Compares each pair's entry with what the bits demand; counts the free blocks of each order into `seen`. */
function blocksAreValid(buddy: Buddy, seen: Uint32Array, into: Uint32Array): boolean {
  const { words, frames, bits, orders } = buddy
  const fresh = words[freshWord]
  let frame = 0
  while (frame < frames) {
    if (frame === fresh) {
      const end = frames & -TOP_FRAMES
      seen[topOrder] += (end - fresh) >>> topOrder
      frame = end
      if (frame === frames) break
    }
    if ((frame & 31) === 0 && words[bits + (frame >>> 5)] === -1) {
      const at = orders + (frame >>> 4)
      if (words[at] !== 0) return report(into, problemOrder, frame, 0, words[at])
      if (words[at + 1] !== 0) return report(into, problemOrder, frame + 16, 0, words[at + 1])
      frame += 32
      continue
    }
    const entry = wantedEntry(buddy, frame)
    const covered = entry < 2 ? 2 : 1 << (entry - 1)
    if (!entriesAreValid(buddy, frame, covered, entry, into)) return false
    if (entry > 0) seen[entry - 1]++
    frame += covered
  }
  return true
}

/** Compares the entries of `count` frames from `frame` on with what the first must be; the others must be 0. */
function entriesAreValid(buddy: Buddy, frame: number, count: number, entry: number, into: Uint32Array): boolean {
  for (let at = frame; at < frame + count; at += 2) {
    const wanted = at === frame ? entry : 0
    const found = orderEntry(buddy, at)
    if (found !== wanted) return report(into, problemOrder, at, wanted, found)
  }
  return true
}

/** The entry that the pair at `frame`, where no larger free block is under way, must have. */
function wantedEntry(buddy: Buddy, frame: number): number {
  const isFirstFree = allFree(buddy, frame, 0)
  const isSecondFree = frame + 1 < buddy.frames && allFree(buddy, frame + 1, 0)
  if (!isFirstFree || !isSecondFree) return isFirstFree || isSecondFree ? 1 : 0
  let order = 1
  while (order < topOrder && isBlock(frame, order + 1, buddy.frames) && allFree(buddy, frame, order + 1)) order++
  return order + 1
}

function listsAreValid(buddy: Buddy, seen: Uint32Array, into: Uint32Array): boolean {
  const { words, frames } = buddy
  const fresh = ((frames & -TOP_FRAMES) - words[freshWord]) >>> topOrder
  for (let order = 0; order <= topOrder; order++) {
    const wanted = order === topOrder ? seen[order] - fresh : seen[order]
    if (!listIsValid(buddy, order, wanted, into)) return false
    const counted = words[countsWord + order]
    if (counted !== seen[order]) return report(into, problemCount, order, seen[order], counted)
  }
  return true
}

/** Walks a list that must have `wanted` blocks: every block's entry names this order, every backward link leads back. */
function listIsValid(buddy: Buddy, order: number, wanted: number, into: Uint32Array): boolean {
  const { words, frames, links } = buddy
  let count = 0
  let previous = 0
  let link = words[headsWord + order] >>> 0
  while (link !== 0) {
    const frame = link - 1
    if (link > frames || orderEntry(buddy, frame) !== order + 1 || !allFree(buddy, frame, 0)) {
      return report(into, problemList, order, wanted, count)
    }
    const back = words[links + (frame & ~1) + 1]
    if (back !== previous) return report(into, problemLink, frame, previous, back)
    count++
    previous = link
    link = words[links + (frame & ~1)] >>> 0
  }
  return count === wanted || report(into, problemList, order, wanted, count)
}

function freeIsValid({ words }: Buddy, seen: Uint32Array, into: Uint32Array): boolean {
  const free = seen.reduce((sum, count, order) => sum + count * 2 ** order, 0)
  return words[freeWord] === free || report(into, problemFree, freeWord, free, words[freeWord])
}
