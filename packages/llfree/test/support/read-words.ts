// Reading an allocator's words as its layout says, with nothing of the allocator's own code.
import { geometry, type Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'

/** Where everything is, from what the header says. */
export const shapeOf = (words: Int32Array): Geometry =>
  geometry(words[L.headerFrames], words[L.headerSlots], words[L.headerClasses], words[L.headerTreeShift])

/** A huge frame's counter. */
export const counterOf = (words: Int32Array, { childrenAt }: Geometry, child: number): number =>
  (words[childrenAt + (child >>> 1)] >>> ((child & 1) << 4)) & L.childMask

/** What each tree and the reservations that hold it count together. */
export function treeCounts(words: Int32Array, shape: Geometry): number[] {
  const { trees, treesAt } = shape
  const counts = Array.from(words.subarray(treesAt, treesAt + trees), (word) => word & L.treeFreeMask)
  for (const { tree, free } of reservationsIn(words, shape)) if (tree < trees) counts[tree] += free
  return counts
}

/** The reservations of all slots. */
export function reservationsIn(words: Int32Array, { localsAt, treesAt, treeShift }: Geometry): { tree: number; free: number }[] {
  const freeBits = treeShift + L.childShift + 1
  const all: { tree: number; free: number }[] = []
  for (let at = localsAt; at < treesAt; at += L.localWords) {
    if (words[at] >= 0) continue
    all.push({ tree: (words[at] & ~L.localPresent) >>> freeBits, free: words[at] & ((1 << freeBits) - 1) })
  }
  return all
}
