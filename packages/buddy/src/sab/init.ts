// The first contents of a new Region, whose words are all 0. Whole blocks of the top order are fresh and need no word;
// what is left beyond them is split into the largest blocks that fit, at most one of each order.
import { layout } from '../layout.ts'
import { push } from './lists.ts'
import type { Buddy } from './parts.ts'

const { topOrder, freeWord, freshWord, countsWord } = layout.values

/** Every frame is free. */
export function initFree(buddy: Buddy): void {
  const { words, frames } = buddy
  words[freeWord] = frames
  words[countsWord + topOrder] = frames >>> topOrder
  let at = frames & -(1 << topOrder)
  for (let order = topOrder - 1; order >= 0; order--) {
    if ((frames & (1 << order)) === 0) continue
    push(buddy, order, at)
    at += 1 << order
  }
}

/** Every frame is allocated. */
export function initAllocated({ words, frames, bits }: Buddy): void {
  const whole = frames >>> 5
  words.fill(-1, bits, bits + whole)
  if (frames & 31) words[bits + whole] = (1 << (frames & 31)) - 1
  words[freshWord] = frames & -(1 << topOrder)
}
