// Reserving: finding the next tree for a (class, slot). Huge frames that are partly used come first, wherever they are,
// and the fullest trees of them: what is filled up leaves others whole. Only then is a whole huge frame begun, in the own
// tree, and then in a tree that is entirely free.
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { isPresent, localTree, setHint } from './local.ts'
import { seesBlock } from './lower.ts'
import { rank, RANK_FREE, RANK_NEARLY_FULL, RANK_PARTLY } from './policy.ts'
import { getFromLocal, reserveAndGet } from './reservation.ts'
import { treeFree } from './tree.ts'

const NONE = -1

/** The tree behind this one, around. */
const treeAfter = (area: Area, tree: number): number => (tree + 1 === area.trees ? 0 : tree + 1)

/** Takes a block in the own tree or in a newly reserved one; −1 when no tree suits. */
export function reserve(area: Area, at: number, order: number, frameClass: number): number {
  const word = area.words[at]
  const isHolder = isPresent(word) && localTree(area, word) < area.trees
  const last = isHolder ? localTree(area, word) : Math.floor((area.trees * area.slot) / area.slots)
  const filled = fillUp(area, at, order, frameClass, last)
  if (filled !== NONE) return filled
  const own = getOwn(area, at, order, L.childFrames)
  if (own !== NONE) return own
  for (let wanted = RANK_FREE; wanted >= RANK_NEARLY_FULL; wanted--) {
    for (let i = 0, tree = last; i < area.trees; i++, tree = treeAfter(area, tree)) {
      if (rank(area, tree, frameClass, 1 << order) < wanted) continue
      const frame = reserveAndGet(area, at, tree, order, frameClass, L.childFrames)
      if (frame !== NONE) return frame
    }
  }
  return NONE
}

/** Takes a block where something is used already: in the own tree, in the trees around it, farther away. */
function fillUp(area: Area, at: number, order: number, frameClass: number, last: number): number {
  // Huge blocks need whole huge frames, but they too go where a tree is partly used.
  const most = order > L.fieldOrder ? L.childFrames : L.childPart
  const own = getOwn(area, at, order, most)
  if (own !== NONE) return own
  const near = reserveFullest(area, at, last - (last % L.nearTrees), L.nearTrees, order, frameClass, most)
  if (near !== NONE) return near
  const far = order === 0 ? L.farTrees : L.farTreesForBlocks
  return reserveFullest(area, at, last, far, order, frameClass, most)
}

function getOwn(area: Area, at: number, order: number, most: number): number {
  const frame = getFromLocal(area, at, order, most)
  if (frame >= 0) setHint(area, at, order, frame)
  return frame
}

/** Reserves the fullest of the partly used trees among `count` from `first` on, around. */
function reserveFullest(
  area: Area,
  at: number,
  first: number,
  count: number,
  order: number,
  frameClass: number,
  most: number,
): number {
  let fullest = NONE
  let least = L.treeFreeMask
  const trees = Math.min(count, area.trees)
  for (let i = 0, tree = first; i < trees; i++, tree = treeAfter(area, tree)) {
    if (rank(area, tree, frameClass, 1 << order) !== RANK_PARTLY) continue
    const free = treeFree(area.words[area.treesAt + tree])
    if (free >= least || !seesBlock(area, tree, order, most)) continue
    fullest = tree
    least = free
  }
  return fullest < 0 ? NONE : reserveAndGet(area, at, fullest, order, frameClass, most)
}
