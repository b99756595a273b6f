// A row: 32 bits of a bit field in one word, 1 = allocated. Pure functions on the word.

/** The bits at which an aligned block of each order up to 5 can start. */
const STARTS = [-1, 0x55555555, 0x11111111, 0x01010101, 0x00010001, 0x00000001]

/** The position of the lowest 1 of a word that is not 0. */
export const lowestBit = (word: number): number => 31 - Math.clz32(word & -word)

/** A block's bits at position 0; order 0 … 5. */
export const blockMask = (order: number): number => (order === 5 ? -1 : (1 << (1 << order)) - 1)

/** Where the first free aligned block of 2^order bits starts, or −1. */
export function freeBlock(row: number, order: number): number {
  let free = ~row
  // After the step with width w, a bit says that the 2w bits from it on are free.
  for (let width = 1; width < 1 << order; width <<= 1) free &= free >>> width
  free &= STARTS[order]
  return free === 0 ? -1 : lowestBit(free)
}

/** How many bits are 1. */
export function ones(row: number): number {
  let word = row - ((row >>> 1) & 0x55555555)
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
