// Counting what is free: from the children (exact when nobody is inside an operation), or from trees and reservations.
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { peekChild } from './child.ts'
import { isPresent, localFree, localTree } from './local.ts'
import { blockMask, ones } from './row.ts'
import { treeFree } from './tree.ts'

const write = (into: Uint32Array, free: number, freeHuge: number): void => {
  into[0] = free
  into[1] = freeHuge
}

/** Free frames and free huge frames, from the children. */
export const stats = (area: Area, into: Uint32Array): void => childStats(area, 0, area.children, into)

function childStats(area: Area, first: number, end: number, into: Uint32Array): void {
  let free = 0
  let freeHuge = 0
  for (let child = first; child < end; child++) {
    const count = peekChild(area.words, area.childrenAt, child)
    if (count > L.childFrames) continue
    free += count
    if (count === L.childFrames) freeHuge++
  }
  write(into, free, freeHuge)
}

/** The same for one block: from 16 rows at most, or from its children. */
export function statsAt(area: Area, frame: number, order: number, into: Uint32Array): void {
  if (order >= L.hugeOrder) {
    const child = frame >>> L.childShift
    childStats(area, child, child + (1 << (order - L.hugeOrder)), into)
    return
  }
  const index = area.bitsAt + (frame >>> L.rowShift)
  let taken = 0
  if (order <= L.rowOrder) taken = ones(area.words[index] & (blockMask(order) << (frame & 31)))
  else for (let i = 0; i < 1 << (order - L.rowOrder); i++) taken += ones(area.words[index + i])
  write(into, (1 << order) - taken, 0)
}

/**
 * From trees and reservations only. Huge frames are a lower bound: a tree with more free frames than all but one of each
 * of its huge frames has at least the rest entirely free.
 */
export function quickStats(area: Area, into: Uint32Array): void {
  let free = 0
  let freeHuge = 0
  for (let tree = 0; tree < area.trees; tree++) {
    const count = treeFree(area.words[area.treesAt + tree])
    free += count
    freeHuge += atLeastHuge(area, tree, count)
  }
  for (let local = 0; local < area.slots * area.classes; local++) {
    const word = area.words[area.localsAt + local * L.localWords]
    if (!isPresent(word)) continue
    free += localFree(area, word)
    freeHuge += atLeastHuge(area, localTree(area, word), localFree(area, word))
  }
  write(into, free, freeHuge)
}

const atLeastHuge = (area: Area, tree: number, free: number): number =>
  Math.max(0, free - area.childrenOf(tree) * (L.childFrames - 1))
