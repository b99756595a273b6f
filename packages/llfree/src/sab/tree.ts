// Trees: how many frames of a run of huge frames are free and not part of a reservation, the class of what is allocated
// in it, and whether a local has it reserved. A tree's counter and the local that holds it are taken from before the
// children, and given to after them: together they never exceed what the children have.
import { compareExchange } from '#atomics'
import * as L from '../layout.ts'
import type { Area } from './area.ts'

export const treeFree = (word: number): number => word & L.treeFreeMask
export const treeClass = (word: number): number => (word >>> L.treeClassShift) & L.treeClassMask
export const treeIsReserved = (word: number): boolean => (word & L.treeReserved) !== 0

const compose = (free: number, frameClass: number, reserved: number): number =>
  free | (frameClass << L.treeClassShift) | reserved

/** The state of a tree that nobody has reserved: entirely free, it has the default class. */
export const restingTree = (area: Area, tree: number, free: number, frameClass: number): number =>
  compose(free, free === area.framesOf(tree) ? area.defaultClass : frameClass, 0)

/**
 * Takes `count` frames from a tree's counter, reserved or not; false when there are fewer. An entirely free tree becomes
 * one of `frameClass`.
 */
export function takeFromTree(area: Area, tree: number, count: number, frameClass: number): boolean {
  const index = area.treesAt + tree
  let word = area.words[index]
  for (;;) {
    const free = treeFree(word)
    if (free < count) return false
    const fresh = free === area.framesOf(tree) && !treeIsReserved(word)
    const next = fresh ? compose(free - count, frameClass, 0) : word - count
    const seen = compareExchange(area.words, index, word, next)
    if (seen === word) return true
    word = seen
  }
}

/** Gives `count` frames to a tree's counter. */
export function giveToTree(area: Area, tree: number, count: number): void {
  const index = area.treesAt + tree
  let word = area.words[index]
  for (;;) {
    const free = treeFree(word) + count
    const next = treeIsReserved(word) ? word + count : restingTree(area, tree, free, treeClass(word))
    const seen = compareExchange(area.words, index, word, next)
    if (seen === word) return
    word = seen
  }
}

/** Reserves the tree if it still is `word`: its free frames are the caller's then, its class is `frameClass`. */
export const reserveTree = (area: Area, tree: number, word: number, frameClass: number): boolean =>
  compareExchange(area.words, area.treesAt + tree, word, compose(0, frameClass, L.treeReserved)) === word

/** Takes all frames that others gave back into a reserved tree; returns how many. */
export function takeGivenBack(area: Area, tree: number): number {
  const index = area.treesAt + tree
  let word = area.words[index]
  for (;;) {
    const free = treeFree(word)
    if (free === 0) return 0
    const seen = compareExchange(area.words, index, word, word - free)
    if (seen === word) return free
    word = seen
  }
}

/** Ends a reservation, giving back the frames that it still had. */
export function unreserveTree(area: Area, tree: number, count: number): void {
  const index = area.treesAt + tree
  let word = area.words[index]
  for (;;) {
    const next = restingTree(area, tree, treeFree(word) + count, treeClass(word))
    const seen = compareExchange(area.words, index, word, next)
    if (seen === word) return
    word = seen
  }
}
