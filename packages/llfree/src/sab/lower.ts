// The lower allocator: blocks inside one tree. What it changes, children and bit fields, is the truth about what is
// allocated; the counters above only say where to look. All of it is called with frames of the tree already claimed from
// a local or the tree's counter, so that for a single frame it cannot fail.
import type { Words } from '#atomics'
import * as L from '../layout.ts'
import { status } from '@parperos/alloc-api/driver'
import type { Area } from './area.ts'
import { fill, give, giveOne, hasBlock, rowsAre, takeAt, takeBlock, takeOne } from './bitfield.ts'
import { changeChild, changePair, giveToChild, peekChild, takeFromChild } from './child.ts'
import { noteMove } from './ledger.ts'
import { flushChild } from './persist.ts'

/** No block found. */
const NONE = -1

const fieldAt = (area: Area, child: number): number => area.bitsAt + child * L.rows

/** Takes one frame of `tree`, from the row of `hint` on. Its number; CORRUPT when counters and bits disagree. */
export function getOne(area: Area, tree: number, hint: number): number {
  const { words, childrenAt } = area
  const near = hint >>> L.childShift
  // The hinted huge frame first: usually that is all.
  return near >>> area.treeShift === tree && takeFromChild(words, childrenAt, near, 1)
    ? frameAt(near, takeOne(words, fieldAt(area, near), (hint >>> L.rowShift) & (L.rows - 1)))
    : getOneElsewhere(area, tree)
}

function getOneElsewhere(area: Area, tree: number): number {
  const { words, childrenAt } = area
  for (let pass = 0; pass < L.maxPasses; pass++) {
    const child = pickChild(area, tree)
    if (child < 0 || !takeFromChild(words, childrenAt, child, 1)) continue
    return frameAt(child, takeOne(words, fieldAt(area, child), 0))
  }
  return status.CORRUPT
}

const frameAt = (child: number, position: number): number =>
  position < 0 ? status.CORRUPT : (child << L.childShift) + position

/** The fullest huge frame of the tree that has a free frame, so that others stay whole; −1 for none. */
export const pickChild = (area: Area, tree: number): number => {
  const key = nextChild(area, tree, 1, L.childFrames, NONE)
  return key < 0 ? NONE : childOf(area, tree, key)
}

/**
 * Going through the huge frames of a tree from the fullest to the freest: the key of the first behind `previous` (−1: the
 * very first) that has `least` to `most` free frames, or −1. A key orders by free frames, then by place.
 */
function nextChild(area: Area, tree: number, least: number, most: number, previous: number): number {
  const first = tree << area.treeShift
  const children = area.childrenOf(tree)
  let next = NONE
  for (let i = 0; i < children; i++) {
    const free = peekChild(area.words, area.childrenAt, first + i)
    const key = (free << L.maxTreeShift) | i
    if (free >= least && free <= most && key > previous && (next < 0 || key < next)) next = key
  }
  return next
}

const childOf = (area: Area, tree: number, key: number): number =>
  (tree << area.treeShift) + (key & ((1 << L.maxTreeShift) - 1))

/**
 * Whether a free aligned block is to be seen in the tree, in a huge frame with at most `most` free frames: PARTS leaves
 * out those that are whole. A plain look, so that little is undone.
 */
export function seesBlock(area: Area, tree: number, order: number, most: number): boolean {
  const first = tree << area.treeShift
  const end = first + area.childrenOf(tree)
  for (let child = first; child < end; child++) if (childSees(area, child, order, most)) return true
  return false
}

/** The same for one huge frame. */
export function childSees(area: Area, child: number, order: number, most: number): boolean {
  const { words, childrenAt } = area
  const free = peekChild(words, childrenAt, child)
  if (free > most || free > L.childFrames) return false
  if (order <= L.fieldOrder) return free >= 1 << order && (order === 0 || hasBlock(words, fieldAt(area, child), order))
  if (free !== L.childFrames) return false
  return order === L.hugeOrder || ((child & 1) === 0 && peekChild(words, childrenAt, child + 1) === L.childFrames)
}

/**
 * Takes a block of order 1 … 10 in `tree`, near `hint`, in a huge frame with at most `most` free frames. Its first frame,
 * −1 when there is none, or a status.
 */
export function getBlock(area: Area, tree: number, order: number, hint: number, most: number): number {
  if (order > L.fieldOrder) return getHuge(area, tree, order)
  const near = hint >>> L.childShift
  if (near >>> area.treeShift === tree && childSees(area, near, order, most)) {
    const frame = getInChild(area, near, order, (hint >>> L.rowShift) & (L.rows - 1))
    if (frame !== NONE) return frame
  }
  let key = NONE
  while ((key = nextChild(area, tree, 1 << order, most, key)) >= 0) {
    const frame = getInChild(area, childOf(area, tree, key), order, 0)
    if (frame !== NONE) return frame
  }
  return NONE
}

function getInChild(area: Area, child: number, order: number, row: number): number {
  const { words, childrenAt } = area
  const at = fieldAt(area, child)
  const count = 1 << order
  if (peekChild(words, childrenAt, child) < count || !hasBlock(words, at, order)) return NONE
  if (!takeFromChild(words, childrenAt, child, count)) return NONE
  const position = takeBlock(words, at, order, row)
  // Others may have seen as taken what was only claimed, or filled and emptied again on the way.
  if (position < 0 || order > L.rowOrder) noteMove(area)
  if (position >= 0) return (child << L.childShift) + position
  const given = giveToChild(words, childrenAt, child, count)
  flushChild(area, child)
  return given ? NONE : status.CORRUPT
}

function getHuge(area: Area, tree: number, order: number): number {
  const first = tree << area.treeShift
  const end = first + area.childrenOf(tree)
  const step = order - L.fieldOrder
  for (let child = first; child < end; child += step) if (takeHuge(area, child, order)) return child << L.childShift
  return NONE
}

/** From entirely free to HUGE is the step that takes; the rows are filled afterwards, when nobody else may touch them. */
function takeHuge(area: Area, child: number, order: number): boolean {
  const { words, childrenAt } = area
  if (order === L.hugeOrder) {
    if (!changeChild(words, childrenAt, child, L.childFrames, L.childHuge)) return false
  } else {
    if (!changePair(words, childrenAt, child, L.childFrames, L.childHuge)) return false
    fill(words, fieldAt(area, child + 1), -1)
  }
  fill(words, fieldAt(area, child), -1)
  return true
}

/** Takes exactly this block: 1 taken, 0 not free, or a status. Its frames have been claimed from the tree. */
export function getAtPlace(area: Area, frame: number, order: number): number {
  const { words, childrenAt } = area
  const child = frame >>> L.childShift
  if (order > L.fieldOrder) return takeHuge(area, child, order) ? 1 : 0
  const count = 1 << order
  if (!takeFromChild(words, childrenAt, child, count)) return 0
  if (takeAt(words, fieldAt(area, child), frame & (L.childFrames - 1), order)) return 1
  const given = giveToChild(words, childrenAt, child, count)
  flushChild(area, child)
  return given ? 0 : status.CORRUPT
}

/**
 * Gives back a block of order 0 … 10: how many frames became free, which is all of them or 0; less than all says misuse
 * by two workers at once (bitfield.ts, give). A negative number is a status.
 */
export const putBlock = (area: Area, frame: number, order: number): number =>
  order <= L.fieldOrder
    ? putPart(area, frame >>> L.childShift, frame & (L.childFrames - 1), order)
    : order === L.hugeOrder
      ? putHuge(area, frame >>> L.childShift)
      : putPair(area, frame >>> L.childShift)

/**
 * Part of a huge block is given back: from now on it is allocated frame by frame. Its rows are full already, so that this
 * is one step, and it does not matter which of several workers makes it. False when it is being given back as a whole.
 */
export const split = ({ words, childrenAt }: Area, child: number): boolean =>
  changeChild(words, childrenAt, child, L.childHuge, 0) || peekChild(words, childrenAt, child) <= L.childFrames

function putPart(area: Area, child: number, position: number, order: number): number {
  const { words, childrenAt } = area
  if (peekChild(words, childrenAt, child) > L.childFrames && !split(area, child)) return 0
  const at = fieldAt(area, child)
  const given = order === 0 ? Number(giveOne(words, at, position)) : give(words, at, position, order)
  return given === 0 || giveToChild(words, childrenAt, child, given) ? given : status.CORRUPT
}

function putHuge(area: Area, child: number): number {
  const { words, childrenAt } = area
  // FREEING keeps others out while the rows are cleared: a second put of the same block finds nothing to give back.
  if (changeChild(words, childrenAt, child, L.childHuge, L.childFreeing)) {
    fill(words, fieldAt(area, child), 0)
    return changeChild(words, childrenAt, child, L.childFreeing, L.childFrames) ? L.childFrames : status.CORRUPT
  }
  // Not one block, but perhaps every frame of it is allocated.
  if (peekChild(words, childrenAt, child) !== 0) return 0
  const given = give(words, fieldAt(area, child), 0, L.hugeOrder)
  return given === 0 || giveToChild(words, childrenAt, child, given) ? given : status.CORRUPT
}

function putPair(area: Area, child: number): number {
  const { words, childrenAt } = area
  if (changePair(words, childrenAt, child, L.childHuge, L.childFreeing)) {
    fill(words, fieldAt(area, child), 0)
    fill(words, fieldAt(area, child + 1), 0)
    return changePair(words, childrenAt, child, L.childFreeing, L.childFrames) ? 2 * L.childFrames : status.CORRUPT
  }
  if (!isFull(area.words, area, child) || !isFull(area.words, area, child + 1)) return 0
  const first = putHuge(area, child)
  return first === L.childFrames ? first + Math.max(0, putHuge(area, child + 1)) : first
}

/** Whether every frame of a huge frame is allocated, as one block or in parts. */
function isFull(words: Words, area: Area, child: number): boolean {
  const free = peekChild(words, area.childrenAt, child)
  return free === L.childHuge || (free === 0 && rowsAre(words, fieldAt(area, child), L.rows, -1))
}
