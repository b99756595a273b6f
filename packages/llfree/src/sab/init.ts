// The first state of an allocator: everything free, or everything allocated. The header has been written.
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { restingTree } from './tree.ts'

export function init(area: Area, allocated: boolean): void {
  const { words } = area
  words.fill(0, area.localsAt, area.treesAt)
  const rowsAt = area.bitsAt
  words.fill(allocated ? -1 : 0, rowsAt, rowsAt + area.children * L.rows)
  for (let child = 0; child < area.children; child += 2) {
    const second = child + 1 < area.children ? childState(area, child + 1, allocated) : 0
    words[area.childrenAt + (child >>> 1)] = childState(area, child, allocated) | (second << 16)
  }
  for (let tree = 0; tree < area.trees; tree++) {
    words[area.treesAt + tree] = restingTree(area, tree, allocated ? 0 : area.framesOf(tree), area.defaultClass)
  }
  closeEnd(area)
}

/** Bits beyond the last frame are set for good. */
export function closeEnd(area: Area): void {
  for (let frame = area.frames; frame < area.children * L.childFrames; frame++) {
    area.words[area.bitsAt + (frame >>> L.rowShift)] |= 1 << (frame & 31)
  }
}

function childState(area: Area, child: number, allocated: boolean): number {
  const frames = Math.min(L.childFrames, area.frames - child * L.childFrames)
  if (!allocated) return frames
  return frames === L.childFrames ? L.childHuge : 0
}
