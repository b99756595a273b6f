// Reserving: finding a tree for a (class, slot), taking its counter as a whole, and giving the old reservation back. The
// trees around the old one are looked at first, for the best of a few; then all others.
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { clearLocal, giveToLocal, hintOf, isPresent, localFree, localTree, setHint, swapLocal, takeFromLocal } from './local.ts'
import { beginMove, endMove } from './ledger.ts'
import { getBlock, getOne, seesBlock } from './lower.ts'
import { rank, RANK_BEST, RANK_GOOD, RANK_LAST } from './policy.ts'
import { giveToTree, reserveTree, takeGivenBack, treeFree, treeIsReserved, unreserveTree } from './tree.ts'

const NONE = -1

/** Takes a block whose frames have been claimed in `tree`; −1 when an order above 0 finds none. */
export const getClaimed = (area: Area, tree: number, order: number, hint: number): number =>
  order === 0 ? getOne(area, tree, hint) : getBlock(area, tree, order, hint)

/** Takes a block out of the reservation at `at`, the own or another slot's. */
export const getFromLocal = (area: Area, at: number, order: number): number =>
  order === 0 ? getOneFromLocal(area, at) : getBlockFromLocal(area, at, order)

function getOneFromLocal(area: Area, at: number): number {
  const tree = takeFromLocal(area, at, 1)
  return tree < 0 ? NONE : getOne(area, tree, hintOf(area, at))
}

function getBlockFromLocal(area: Area, at: number, order: number): number {
  const word = area.words[at]
  const count = 1 << order
  if (!isPresent(word) || localFree(area, word) < count) return NONE
  if (!seesBlock(area, localTree(area, word), order)) return NONE
  beginMove(area)
  const tree = takeFromLocal(area, at, count)
  let frame = NONE
  if (tree >= 0) {
    frame = getBlock(area, tree, order, hintOf(area, at))
    if (frame < 0) giveBack(area, at, tree, count)
  }
  endMove(area, tree >= 0 && frame < 0)
  return frame
}

/** Claimed frames that were not used go back to where the tree's count is now. */
function giveBack(area: Area, at: number, tree: number, count: number): void {
  if (!giveToLocal(area, at, tree, count)) giveToTree(area, tree, count)
}

/** Pulls what was given back to a reserved tree into its reservation; whether that was anything. */
export function syncLocal(area: Area, at: number): boolean {
  const word = area.words[at]
  if (!isPresent(word)) return false
  const tree = localTree(area, word)
  if (treeFree(area.words[area.treesAt + tree]) === 0) return false
  beginMove(area)
  const count = takeGivenBack(area, tree)
  // The reservation may have ended meanwhile: then the tree gets them again.
  if (count > 0) giveBack(area, at, tree, count)
  endMove(area, count > 0)
  return count > 0
}

/** Reserves a tree that suits the class and takes a block in it; −1 when no tree does. */
export function reserve(area: Area, at: number, order: number, frameClass: number): number {
  const word = area.words[at]
  const last = isPresent(word) ? localTree(area, word) : Math.floor((area.trees * area.slot) / area.slots)
  const near = reserveNear(area, at, order, frameClass, last)
  if (near !== NONE) return near
  for (let wanted = RANK_GOOD; wanted >= RANK_LAST; wanted--) {
    for (let i = 0, tree = last; i < area.trees; i++, tree = tree + 1 === area.trees ? 0 : tree + 1) {
      if (rank(area, tree, frameClass, 1 << order) < wanted) continue
      const frame = reserveAndGet(area, at, tree, order, frameClass)
      if (frame !== NONE) return frame
    }
  }
  return NONE
}

/** The best of the few trees around `last`. */
function reserveNear(area: Area, at: number, order: number, frameClass: number, last: number): number {
  const first = last - (last % L.nearTrees)
  const end = Math.min(first + L.nearTrees, area.trees)
  let good = NONE
  for (let tree = first; tree < end; tree++) {
    const suits = rank(area, tree, frameClass, 1 << order)
    if (suits === RANK_BEST) {
      const frame = reserveAndGet(area, at, tree, order, frameClass)
      if (frame !== NONE) return frame
    } else if (suits === RANK_GOOD && good < 0) {
      good = tree
    }
  }
  return good < 0 ? NONE : reserveAndGet(area, at, good, order, frameClass)
}

/** Makes `tree` the reservation at `at` and takes a block in it; −1 when the tree is gone or has no such block. */
export function reserveAndGet(area: Area, at: number, tree: number, order: number, frameClass: number): number {
  const word = area.words[area.treesAt + tree]
  const free = treeFree(word)
  const count = 1 << order
  if (treeIsReserved(word) || free < count) return NONE
  if (order > 0 && !seesBlock(area, tree, order)) return NONE
  beginMove(area)
  let frame = NONE
  if (reserveTree(area, tree, word, frameClass)) {
    endReservation(area, swapLocal(area, at, tree, free - count))
    frame = getClaimed(area, tree, order, hintOf(area, at))
    if (frame < 0) giveBack(area, at, tree, count)
  }
  endMove(area, true)
  if (frame >= 0) setHint(area, at, frame)
  return frame
}

/** Gives back what an ended reservation still had. */
function endReservation(area: Area, word: number): void {
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
