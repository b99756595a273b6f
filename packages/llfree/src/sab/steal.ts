// What is left when no tree can be reserved: taking from trees of other classes and from other workers' reservations, as
// far as the policy allows it. First without changing what a tree is for (steal), then changing it (demote).
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { beginMove, endMove } from './ledger.ts'
import { seesBlock } from './lower.ts'
import { actionFor } from './policy.ts'
import { getClaimed, getFromLocal, reserveAndGet, syncLocal } from './reservation.ts'
import { giveToTree, takeFromTree, treeClass, treeFree, treeIsReserved } from './tree.ts'

const NONE = -1

/** Takes a block from wherever the policy allows to steal: trees of other classes, then other reservations. */
export function steal(area: Area, own: number, order: number, frameClass: number): number {
  for (let tree = 0; tree < area.trees; tree++) {
    const word = area.words[area.treesAt + tree]
    if (treeIsReserved(word) || actionFor(area, frameClass, treeClass(word)) !== L.actionSteal) continue
    const frame = getFromTree(area, tree, order, frameClass)
    if (frame !== NONE) return frame
  }
  return stealFromLocals(area, own, order, frameClass, false)
}

/** Takes a block where that changes what a tree is for: makes trees of other classes the own, then their reservations. */
export function demote(area: Area, own: number, order: number, frameClass: number): number {
  for (let tree = 0; tree < area.trees; tree++) {
    const word = area.words[area.treesAt + tree]
    if (treeIsReserved(word) || actionFor(area, frameClass, treeClass(word)) !== L.actionDemote) continue
    const frame = reserveAndGet(area, own, tree, order, frameClass, L.childFrames)
    if (frame !== NONE) return frame
  }
  return stealFromLocals(area, own, order, frameClass, true)
}

function getFromTree(area: Area, tree: number, order: number, frameClass: number): number {
  const count = 1 << order
  if (treeFree(area.words[area.treesAt + tree]) < count) return NONE
  if (!seesBlock(area, tree, order, L.childFrames)) return NONE
  beginMove(area)
  let frame = NONE
  if (takeFromTree(area, tree, count, frameClass)) {
    frame = getClaimed(area, tree, order, tree << (area.treeShift + L.childShift), L.childFrames)
    if (frame < 0) giveToTree(area, tree, count)
  }
  endMove(area, frame < 0)
  return frame
}

function stealFromLocals(area: Area, own: number, order: number, frameClass: number, demoting: boolean): number {
  for (let slot = 0; slot < area.slots; slot++) {
    for (let held = 0; held < area.classes; held++) {
      const at = area.localAt(slot, held)
      if (at === own) continue
      const action = actionFor(area, frameClass, held)
      if (action === L.actionNo || (action === L.actionDemote) !== demoting) continue
      let frame = getFromLocal(area, at, order, L.childFrames)
      // What was given back to its tree, perhaps at the moment at which another worker took what it had.
      if (frame === NONE && syncLocal(area, at)) frame = getFromLocal(area, at, order, L.childFrames)
      if (frame !== NONE) return frame
    }
  }
  return NONE
}
