// Locals: a worker's reservation of one tree per class, in one word: present, tree, free frames. The worker that owns the
// slot reserves and gives up; others may take frames out of it and drain it, so every change is a compare-exchange or an
// exchange of the whole word. Beside it stand hints, read and written by the owner: for each order the frame that was taken
// last. Each order goes on in a huge frame of its own choice, so that small blocks don't break up the runs of large ones.
import { compareExchange, exchange } from '#atomics'
import * as L from '../layout.ts'
import type { Area } from './area.ts'

/** The present bit is the sign of the word. */
export const isPresent = (word: number): boolean => word < 0
export const localTree = (area: Area, word: number): number => (word & ~L.localPresent) >>> area.freeBits
export const localFree = (area: Area, word: number): number => word & area.freeMask

/** Whether the word is a reservation of that tree. */
const isOfTree = (area: Area, word: number, tree: number): boolean => word >>> area.freeBits === (area.presentBit | tree)

/** Takes `count` frames from a reservation; returns its tree, or −1 when it has fewer, as one that is none has. */
export function takeFromLocal(area: Area, at: number, count: number): number {
  let word = area.words[at]
  while (localFree(area, word) >= count) {
    const seen = compareExchange(area.words, at, word, word - count)
    if (seen === word) return localTree(area, word)
    word = seen
  }
  return -1
}

/** Takes up to `count` frames from a reservation; returns its word as it was before, 0 when nothing was taken. */
export function takeUpToFromLocal(area: Area, at: number, count: number): number {
  let word = area.words[at]
  for (;;) {
    const free = localFree(area, word)
    if (free === 0) return 0
    const seen = compareExchange(area.words, at, word, word - (free < count ? free : count))
    if (seen === word) return word
    word = seen
  }
}

/** Takes `count` frames from a reservation if it is one of `tree`; false otherwise. */
export function takeFromLocalOf(area: Area, at: number, tree: number, count: number): boolean {
  let word = area.words[at]
  while (isOfTree(area, word, tree) && localFree(area, word) >= count) {
    const seen = compareExchange(area.words, at, word, word - count)
    if (seen === word) return true
    word = seen
  }
  return false
}

/** Gives `count` frames to a reservation if it is one of `tree`; false otherwise. */
export function giveToLocal(area: Area, at: number, tree: number, count: number): boolean {
  let word = area.words[at]
  while (isOfTree(area, word, tree)) {
    const seen = compareExchange(area.words, at, word, word + count)
    if (seen === word) return true
    word = seen
  }
  return false
}

/** Puts a new reservation in place; returns the word of the old one. */
export const swapLocal = (area: Area, at: number, tree: number, free: number): number =>
  exchange(area.words, at, L.localPresent | (tree << area.freeBits) | free)

/** Takes the reservation away; returns its word. */
export const clearLocal = (area: Area, at: number): number => exchange(area.words, at, 0)

/** The frame that was taken last. A damaged hint leads to frame 0, not out of the words. */
export const hintOf = (area: Area, at: number, order: number): number => {
  const hint = area.words[at + L.localHints + order]
  return hint >>> 0 < area.frames ? hint : 0
}
export const setHint = (area: Area, at: number, order: number, frame: number): void => {
  area.words[at + L.localHints + order] = frame
}
