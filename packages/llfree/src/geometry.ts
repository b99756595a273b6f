// Where everything stands, computed from frames, slots, classes and tree size. Written into the header at open; at attach
// the header is checked against a fresh computation, so that no number in it is used unchecked.
import { inLines } from '@parperos/alloc-api/driver'
import * as L from './layout.ts'

export interface Geometry {
  frames: number
  slots: number
  classes: number
  treeShift: number
  /** Huge frames, the last one perhaps incomplete. */
  children: number
  trees: number
  ownersAt: number
  localsAt: number
  treesAt: number
  childrenAt: number
  bitsAt: number
  wordsTotal: number
}

/** All offsets in words; every part starts on a cache line of its own. */
export function geometry(frames: number, slots: number, classes: number, treeShift: number): Geometry {
  const children = Math.ceil(frames / L.childFrames)
  const trees = Math.ceil(children / 2 ** treeShift)
  const ownersAt = L.headerWords
  const localsAt = inLines(ownersAt + slots)
  const treesAt = localsAt + slots * classes * L.localWords
  const childrenAt = inLines(treesAt + trees)
  const bitsAt = inLines(childrenAt + Math.ceil(children / 2))
  const wordsTotal = bitsAt + children * L.rows
  return { frames, slots, classes, treeShift, children, trees, ownersAt, localsAt, treesAt, childrenAt, bitsAt, wordsTotal }
}
