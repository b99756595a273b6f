// Child counters: how many frames of each huge frame are free, 16 bits each, two in a word. A counter is taken from
// before bits are set and given back to after bits were cleared, so that a huge frame never has fewer free bits than its
// counter and the workers inside it together have claimed.
import { add, compareExchange, type Words } from '#atomics'
import * as L from '../layout.ts'

/** The two counters of a word at the same value. */
const pair = (value: number): number => value | (value << 16)

/** The counter of a huge frame, plainly read: a number of free frames, HUGE or FREEING. */
export const peekChild = (words: Words, childrenAt: number, child: number): number =>
  (words[childrenAt + (child >>> 1)] >>> ((child & 1) << 4)) & L.childMask

/** Takes `count` free frames from a counter; false when there are fewer. */
export function takeFromChild(words: Words, childrenAt: number, child: number, count: number): boolean {
  const index = childrenAt + (child >>> 1)
  const shift = (child & 1) << 4
  let word = words[index]
  for (;;) {
    const free = (word >>> shift) & L.childMask
    if (free < count || free > L.childFrames) return false
    const seen = compareExchange(words, index, word, (word - (count << shift)) | 0)
    if (seen === word) return true
    word = seen
  }
}

/** Takes up to `count` free frames; returns how many. */
export function takeUpToFromChild(words: Words, childrenAt: number, child: number, count: number): number {
  const index = childrenAt + (child >>> 1)
  const shift = (child & 1) << 4
  let word = words[index]
  for (;;) {
    const free = (word >>> shift) & L.childMask
    if (free === 0 || free > L.childFrames) return 0
    const taken = free < count ? free : count
    const seen = compareExchange(words, index, word, (word - (taken << shift)) | 0)
    if (seen === word) return taken
    word = seen
  }
}

/**
 * Gives `count` frames back to a counter, in one addition: whoever cleared bits may count them. False, with the addition
 * taken back, when the counter would hold more than there are.
 */
export function giveToChild(words: Words, childrenAt: number, child: number, count: number): boolean {
  const index = childrenAt + (child >>> 1)
  const shift = (child & 1) << 4
  const before = (add(words, index, count << shift) >>> shift) & L.childMask
  return before + count <= L.childFrames || takeBack(words, index, count << shift)
}

function takeBack(words: Words, index: number, amount: number): false {
  add(words, index, -amount)
  return false
}

/** From one state to another in one step; false when the child is in a different one. */
export function changeChild(words: Words, childrenAt: number, child: number, from: number, to: number): boolean {
  const index = childrenAt + (child >>> 1)
  const shift = (child & 1) << 4
  const others = ~(L.childMask << shift)
  let word = words[index]
  while (((word >>> shift) & L.childMask) === from) {
    const seen = compareExchange(words, index, word, (word & others) | (to << shift))
    if (seen === word) return true
    word = seen
  }
  return false
}

/** Both counters of an aligned pair from one state to another, in one step. `child` is the even one. */
export function changePair(words: Words, childrenAt: number, child: number, from: number, to: number): boolean {
  return compareExchange(words, childrenAt + (child >>> 1), pair(from), pair(to)) === pair(from)
}
