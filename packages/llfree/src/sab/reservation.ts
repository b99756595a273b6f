// What is done with reservations: taking blocks out of one, pulling back what others gave to its tree, replacing it, ending
// it. `most` says how free a huge frame may be that a block is taken from: childPart spares the whole ones.
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { peekChild } from './child.ts'
import { beginMove, endMove } from './ledger.ts'
import { clearLocal, giveToLocal, hintOf, isPresent, localFree, localTree, setHint, swapLocal, takeFromLocal } from './local.ts'
import { childSees, getBlock, getOne, seesBlock } from './lower.ts'
import { giveToTree, reserveTree, takeGivenBack, treeFree, treeIsReserved, unreserveTree } from './tree.ts'

const NONE = -1

/** Takes a block whose frames have been claimed in `tree`; −1 when an order above 0 finds none. */
export const getClaimed = (area: Area, tree: number, order: number, hint: number, most: number): number =>
  order === 0 ? getOne(area, tree, hint) : getBlock(area, tree, order, hint, most)

/** Takes a block out of the reservation at `at` if the huge frame of the last one has it: the usual case. */
export const getNear = (area: Area, at: number, order: number): number =>
  order === 0 ? getOneNear(area, at) : getBlockNear(area, at, order)

function getOneNear(area: Area, at: number): number {
  const hint = hintOf(area, at, 0)
  const free = peekChild(area.words, area.childrenAt, hint >>> L.childShift)
  if (free === 0 || free > L.childFrames) return NONE
  beginMove(area)
  const tree = takeFromLocal(area, at, 1)
  const frame = tree < 0 ? NONE : getOne(area, tree, hint)
  endMove(area, false)
  return frame
}

function getBlockNear(area: Area, at: number, order: number): number {
  if (order > L.fieldOrder) return getFromLocal(area, at, order, L.childFrames)
  const near = hintOf(area, at, order) >>> L.childShift
  if (near >>> area.treeShift !== localTree(area, area.words[at])) return NONE
  return childSees(area, near, order, L.childFrames) ? claimAndGet(area, at, order, L.childFrames) : NONE
}

/** Takes a block out of the reservation at `at`, the own or another slot's, when one is to be seen in its tree. */
export function getFromLocal(area: Area, at: number, order: number, most: number): number {
  const word = area.words[at]
  if (!isPresent(word) || localFree(area, word) < 1 << order) return NONE
  return seesBlock(area, localTree(area, word), order, most) ? claimAndGet(area, at, order, most) : NONE
}

function claimAndGet(area: Area, at: number, order: number, most: number): number {
  const count = 1 << order
  beginMove(area)
  const tree = takeFromLocal(area, at, count)
  let frame = NONE
  if (tree >= 0) {
    frame = getClaimed(area, tree, order, hintOf(area, at, order), most)
    if (frame < 0) giveBack(area, at, tree, count)
  }
  endMove(area, frame < 0)
  return frame
}

/** Claimed frames that were not used go back to where the tree's count is now. */
function giveBack(area: Area, at: number, tree: number, count: number): void {
  if (tree >= area.trees) return
  if (!giveToLocal(area, at, tree, count)) giveToTree(area, tree, count)
}

/** Pulls what was given back to a reserved tree into its reservation; whether that was anything. */
export function syncLocal(area: Area, at: number): boolean {
  const word = area.words[at]
  if (!isPresent(word)) return false
  const tree = localTree(area, word)
  if (tree >= area.trees || treeFree(area.words[area.treesAt + tree]) === 0) return false
  beginMove(area)
  const count = takeGivenBack(area, tree)
  // The reservation may have ended meanwhile: then the tree gets them again.
  if (count > 0) giveBack(area, at, tree, count)
  endMove(area, count > 0)
  return count > 0
}

/** Makes `tree` the reservation at `at` and takes a block in it; −1 when the tree is gone or has no such block. */
export function reserveAndGet(
  area: Area,
  at: number,
  tree: number,
  order: number,
  frameClass: number,
  most: number,
): number {
  const word = area.words[area.treesAt + tree]
  const free = treeFree(word)
  const count = 1 << order
  if (treeIsReserved(word) || free < count || !seesBlock(area, tree, order, most)) return NONE
  beginMove(area)
  let frame = NONE
  if (reserveTree(area, tree, word, frameClass)) {
    endReservation(area, swapLocal(area, at, tree, free - count))
    frame = getClaimed(area, tree, order, hintOf(area, at, order), most)
    if (frame < 0) giveBack(area, at, tree, count)
  }
  endMove(area, true)
  if (frame >= 0) setHint(area, at, order, frame)
  return frame
}

/** Gives back what an ended reservation still had; a damaged one, of a tree that does not exist, had nothing. */
function endReservation(area: Area, word: number): void {
  if (localTree(area, word) >= area.trees) return
  if (isPresent(word)) unreserveTree(area, localTree(area, word), localFree(area, word))
}

/** Gives back the reservations of all slots. */
export function drain(area: Area): void {
  beginMove(area)
  for (let slot = 0; slot < area.slots; slot++) {
    for (let held = 0; held < area.classes; held++) endReservation(area, clearLocal(area, area.localAt(slot, held)))
  }
  endMove(area, true)
}
