// Recovery: an allocator made consistent again, whatever its last workers left. The bit fields are the truth, and the
// states HUGE and FREEING; counters, trees and reservations are made anew from them. No worker may be attached.
//
//   child was            its bits             becomes
//   HUGE                 any                  HUGE, all bits set: a get may have stopped before it had set them
//   FREEING              all set              HUGE: a put that had not begun to clear them
//   FREEING              whole rows clear     free: a put that is ended here
//   anything else        any                  a counter: 512 − bits that are set
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { fill } from './bitfield.ts'
import { peekChild } from './child.ts'
import { closeEnd } from './init.ts'
import { isPresent, localFree, localTree } from './local.ts'
import { ones } from './row.ts'
import { restingTree, treeClass, treeFree } from './tree.ts'

const ALL = -1
const FIELD = L.childFrames

/** Writes what was mended to `into`: four numbers, `L.report…`. */
export function recover(area: Area, into: Uint32Array): void {
  into.fill(0, 0, 4)
  closeEnd(area)
  endReservations(area, into)
  for (let tree = 0; tree < area.trees; tree++) {
    const first = tree << area.treeShift
    const end = first + area.childrenOf(tree)
    let free = 0
    for (let child = first; child < end; child++) free += recoverChild(area, child, into)
    recoverTree(area, tree, free, into)
  }
}

/** Gives back what reservations had, and clears hints and ledgers. */
function endReservations(area: Area, into: Uint32Array): void {
  const { words } = area
  for (let local = 0; local < area.slots * area.classes; local++) {
    const word = words[area.localsAt + local * L.localWords]
    if (!isPresent(word)) continue
    into[L.reportReservations]++
    const tree = localTree(area, word)
    if (tree >= area.trees) continue
    const index = area.treesAt + tree
    const free = Math.min(treeFree(words[index]) + localFree(area, word), L.treeFreeMask)
    words[index] = (words[index] & ~L.treeFreeMask) | free
  }
  words.fill(0, area.localsAt, area.treesAt)
}

/** Sets a tree's count, and its class if that is none. */
function recoverTree(area: Area, tree: number, free: number, into: Uint32Array): void {
  const index = area.treesAt + tree
  const word = area.words[index]
  if (treeFree(word) !== free) into[L.reportTrees]++
  const kept = treeClass(word)
  area.words[index] = restingTree(area, tree, free, kept < area.classes ? kept : area.defaultClass)
}

/** Sets a child's counter; returns its free frames. */
function recoverChild(area: Area, child: number, into: Uint32Array): number {
  const { words, childrenAt } = area
  const at = area.bitsAt + child * L.rows
  let any = 0
  let all = ALL
  for (let i = at; i < at + L.rows; i++) {
    any |= words[i]
    all &= words[i]
  }
  const found = peekChild(words, childrenAt, child)
  if (found === L.childHuge && all === ALL && isWhole(area, child)) return 0
  const free = any === 0 ? FIELD : all === ALL ? 0 : countFree(area, at)
  if (found === free) return free
  if (found > FIELD && isWhole(area, child)) {
    if (found === L.childHuge) return endHuge(area, child, L.childHuge, into)
    if (found === L.childFreeing && rowsAreWhole(area, child)) return endFreeing(area, child, into)
  }
  into[L.reportCounters]++
  setChild(area, child, free)
  return free
}

function countFree(area: Area, at: number): number {
  let free = FIELD
  for (let i = at; i < at + L.rows; i++) free -= ones(area.words[i])
  return free
}

/** Whether all of its frames exist, so that it can have been allocated as one block. */
const isWhole = (area: Area, child: number): boolean => (child + 1) << L.childShift <= area.frames

/** Ends the get or the put of a huge block: it is `state` from now on. Returns its free frames. */
function endHuge(area: Area, child: number, state: number, into: Uint32Array): number {
  into[L.reportBlocks]++
  fill(area.words, area.bitsAt + child * L.rows, state === L.childHuge ? ALL : 0)
  setChild(area, child, state)
  return state === L.childHuge ? 0 : FIELD
}

/** A put of an order-10 block stops in both of its huge frames: they have one fate. The first one decides it. */
function endFreeing(area: Area, child: number, into: Uint32Array): number {
  const other = child ^ 1
  const paired =
    other > child && other < area.children && peekChild(area.words, area.childrenAt, other) === L.childFreeing
  const both = paired && isWhole(area, other) && rowsAreWhole(area, other)
  const begun = hasClearRow(area, child) || (both && hasClearRow(area, other))
  const state = begun ? FIELD : L.childHuge
  if (both) endHuge(area, other, state, into)
  return endHuge(area, child, state, into)
}

function rowsAreWhole(area: Area, child: number): boolean {
  const at = area.bitsAt + child * L.rows
  for (let i = at; i < at + L.rows; i++) if (area.words[i] !== 0 && area.words[i] !== ALL) return false
  return true
}

function hasClearRow(area: Area, child: number): boolean {
  const at = area.bitsAt + child * L.rows
  for (let i = at; i < at + L.rows; i++) if (area.words[i] === 0) return true
  return false
}

function setChild(area: Area, child: number, value: number): void {
  const index = area.childrenAt + (child >>> 1)
  const shift = (child & 1) << 4
  area.words[index] = (area.words[index] & ~(L.childMask << shift)) | (value << shift)
}
