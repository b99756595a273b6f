// Bits and orders: which frames are allocated, and where free blocks start. Blocks of order 0 to 4 lie within one word
// of bits, larger ones are whole words. Everything here runs under the lock and needs no atomic operation.
import type { Buddy } from './parts.ts'

const ALL = -1

/** The bits of a block of order 0 to 4 within its word. */
const mask = (frame: number, order: number): number => ((1 << (1 << order)) - 1) << (frame & 31)

/** Whether every frame of the block is allocated. */
export function allAllocated(buddy: Buddy, frame: number, order: number): boolean {
  return allAre(buddy, frame, order, ALL)
}

/** Whether every frame of the block is free. */
export function allFree(buddy: Buddy, frame: number, order: number): boolean {
  return allAre(buddy, frame, order, 0)
}

function allAre({ words, bits }: Buddy, frame: number, order: number, wanted: number): boolean {
  const first = bits + (frame >>> 5)
  if (order < 5) {
    const those = mask(frame, order)
    return (words[first] & those) === (wanted & those)
  }
  const end = first + (1 << (order - 5))
  for (let at = first; at < end; at++) if (words[at] !== wanted) return false
  return true
}

/** Marks every frame of the block as allocated. */
export function setAllocated({ words, bits }: Buddy, frame: number, order: number): void {
  const first = bits + (frame >>> 5)
  if (order < 5) words[first] |= mask(frame, order)
  else fill(words, first, order, ALL)
}

/** Marks every frame of the block as free. */
export function setFree({ words, bits }: Buddy, frame: number, order: number): void {
  const first = bits + (frame >>> 5)
  if (order < 5) words[first] &= ~mask(frame, order)
  else fill(words, first, order, 0)
}

function fill(words: Buddy['words'], first: number, order: number, value: number): void {
  const end = first + (1 << (order - 5))
  for (let at = first; at < end; at++) words[at] = value
}

/** How many frames of the block are free. */
export function countFree({ words, bits }: Buddy, frame: number, order: number): number {
  const first = bits + (frame >>> 5)
  if (order < 5) return (1 << order) - ones(words[first] & mask(frame, order))
  const end = first + (1 << (order - 5))
  let free = 0
  for (let at = first; at < end; at++) free += 32 - ones(words[at])
  return free
}

/** How many bits are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** The entry of the frame's pair: 0, or 1 + the order of the free block that starts there. */
export function orderEntry({ words, orders }: Buddy, frame: number): number {
  return (words[orders + (frame >>> 4)] >>> ((frame << 1) & 28)) & 15
}

/** Writes the entry of the frame's pair. */
export function setOrderEntry({ words, orders }: Buddy, frame: number, entry: number): void {
  const at = orders + (frame >>> 4)
  const shift = (frame << 1) & 28
  words[at] = (words[at] & ~(15 << shift)) | (entry << shift)
}
