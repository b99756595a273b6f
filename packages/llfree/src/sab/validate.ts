// Checking every invariant, while no operation runs. The order of problems is that of `problems` in describe.ts.
import { status } from '@parperos/alloc-api/driver'
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { peekChild } from './child.ts'
import { isPresent, localFree, localTree } from './local.ts'
import { ones } from './row.ts'
import { treeClass, treeFree, treeIsReserved } from './tree.ts'

const PROBLEM = { child: 0, treeFree: 1, treeReserved: 2, treeClass: 3, localTree: 4 }

/** 0, or CORRUPT with [problem, index, expected, found] of the first one. */
export function validate(area: Area, into: Uint32Array): number {
  return validateChildren(area, into) || validateLocals(area, into) || validateTrees(area, into)
}

function report(into: Uint32Array, problem: number, index: number, expected: number, found: number): number {
  into[0] = problem
  into[1] = index
  into[2] = expected
  into[3] = found
  return status.CORRUPT
}

/** Each counter is the number of clear bits, or the huge frame is allocated as a whole and every bit is set. */
function validateChildren(area: Area, into: Uint32Array): number {
  for (let child = 0; child < area.children; child++) {
    const found = peekChild(area.words, area.childrenAt, child)
    let free: number = L.childFrames
    for (let i = 0; i < L.rows; i++) free -= ones(area.words[area.bitsAt + child * L.rows + i])
    const expected = found === L.childHuge && free === 0 ? L.childHuge : free
    if (found !== expected) return report(into, PROBLEM.child, child, expected, found)
  }
  // Bits beyond the last frame are set for good; otherwise they could be handed out.
  const beyond = area.children * L.childFrames - area.frames
  if (beyond <= 0) return 0
  const last = area.children - 1
  let clear = 0
  for (let frame = area.frames; frame < area.children * L.childFrames; frame++) {
    if (((area.words[area.bitsAt + (frame >>> L.rowShift)] >>> (frame & 31)) & 1) === 0) clear++
  }
  const free = peekChild(area.words, area.childrenAt, last)
  return clear === 0 ? 0 : report(into, PROBLEM.child, last, free - clear, free)
}

/** Each reservation is of a tree that exists and is held by nobody else. */
function validateLocals(area: Area, into: Uint32Array): number {
  for (let local = 0; local < area.slots * area.classes; local++) {
    const word = area.words[area.localsAt + local * L.localWords]
    if (isPresent(word) && localTree(area, word) >= area.trees) {
      return report(into, PROBLEM.localTree, local, area.trees - 1, localTree(area, word))
    }
  }
  return 0
}

/** Each tree's counter and the reservation that holds it have together what the children have. */
function validateTrees(area: Area, into: Uint32Array): number {
  for (let tree = 0; tree < area.trees; tree++) {
    const word = area.words[area.treesAt + tree]
    let holders = 0
    let reserved = 0
    for (let local = 0; local < area.slots * area.classes; local++) {
      const held = area.words[area.localsAt + local * L.localWords]
      if (!isPresent(held) || localTree(area, held) !== tree) continue
      holders++
      reserved += localFree(area, held)
    }
    let free = 0
    const first = tree << area.treeShift
    for (let child = first; child < first + area.childrenOf(tree); child++) {
      const count = peekChild(area.words, area.childrenAt, child)
      if (count <= L.childFrames) free += count
    }
    const flag = treeIsReserved(word) ? 1 : 0
    if (holders !== flag) return report(into, PROBLEM.treeReserved, tree, flag, holders)
    if (treeClass(word) >= area.classes) return report(into, PROBLEM.treeClass, tree, area.classes - 1, treeClass(word))
    if (treeFree(word) + reserved !== free) return report(into, PROBLEM.treeFree, tree, free, treeFree(word) + reserved)
  }
  return 0
}
