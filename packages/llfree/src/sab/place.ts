// getAt: taking exactly the block that the caller names. Its frames are claimed first, from whatever counts the tree's
// free frames: the tree itself, or the reservation that holds it.
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { rowsAre } from './bitfield.ts'
import { blockMask } from './row.ts'
import { peekChild } from './child.ts'
import { beginMove, endMove } from './ledger.ts'
import { isPresent, localTree, takeFromLocalOf } from './local.ts'
import { getAtPlace } from './lower.ts'
import { syncLocal } from './reservation.ts'
import { giveToTree, takeFromTree } from './tree.ts'

/** 1 taken, 0 not free, or a status. */
export function getAt(area: Area, frame: number, order: number, frameClass: number): number {
  if (!seemsFree(area, frame, order)) return 0
  const tree = frame >>> (area.treeShift + L.childShift)
  const count = 1 << order
  beginMove(area)
  let taken = 0
  const claimed = claim(area, tree, count, frameClass)
  if (claimed) {
    taken = getAtPlace(area, frame, order)
    if (taken !== 1) giveToTree(area, tree, count)
  }
  endMove(area, claimed && taken !== 1)
  return taken
}

/** Claims frames of a tree, wherever they are counted. */
function claim(area: Area, tree: number, count: number, frameClass: number): boolean {
  if (takeFromTree(area, tree, count, frameClass)) return true
  for (let slot = 0; slot < area.slots; slot++) {
    for (let held = 0; held < area.classes; held++) {
      const at = area.localAt(slot, held)
      const word = area.words[at]
      if (!isPresent(word) || localTree(area, word) !== tree) continue
      if (takeFromLocalOf(area, at, tree, count)) return true
      // Part of the count may be with the tree and part with the reservation: together they can suffice.
      const pulled = syncLocal(area, at)
      beginMove(area)
      if (pulled && takeFromLocalOf(area, at, tree, count)) return true
    }
  }
  return false
}

/** A plain look at the block. */
function seemsFree(area: Area, frame: number, order: number): boolean {
  const { words, childrenAt } = area
  const child = frame >>> L.childShift
  const free = peekChild(words, childrenAt, child)
  if (order > L.fieldOrder) {
    return free === L.childFrames && (order === L.hugeOrder || peekChild(words, childrenAt, child + 1) === free)
  }
  if (free < 1 << order || free > L.childFrames) return false
  const index = area.bitsAt + (frame >>> L.rowShift)
  if (order > L.rowOrder) return rowsAre(words, index, 1 << (order - L.rowOrder), 0)
  return (words[index] & (blockMask(order) << (frame & 31))) === 0
}
