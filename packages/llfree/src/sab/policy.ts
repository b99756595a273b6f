// The policy, read from the header: which tree suits a request. It is data, so that all backends and all workers agree and
// two allocators in one process can have different ones.
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { treeClass, treeFree, treeIsReserved } from './tree.ts'

/** How well a tree suits a reservation; 0 is not at all. */
export const RANK_PARTLY = 3
export const RANK_FREE = 2
export const RANK_NEARLY_FULL = 1
const RANK_NONE = 0

/** What a class may do with a tree of another (or its own) class. */
export const actionFor = (area: Area, frameClass: number, ofTree: number): number =>
  area.words[L.headerPolicy + frameClass * L.maxClasses + ofTree]

/** The class of a request that names none. */
export const classOfOrder = (area: Area, order: number): number => area.words[L.headerOrderClass + order]

/**
 * How well a tree suits a reservation for a block of `count` frames: partly used ones of the class are best, so that
 * whole trees stay free; entirely free ones suit every class; nearly full ones come last, since they don't last.
 */
export function rank(area: Area, tree: number, frameClass: number, count: number): number {
  const word = area.words[area.treesAt + tree]
  const free = treeFree(word)
  if (free < count || treeIsReserved(word)) return RANK_NONE
  const frames = area.framesOf(tree)
  if (free === frames) return RANK_FREE
  if (actionFor(area, frameClass, treeClass(word)) !== L.actionMatch) return RANK_NONE
  return free > frames >>> 4 ? RANK_PARTLY : RANK_NEARLY_FULL
}
