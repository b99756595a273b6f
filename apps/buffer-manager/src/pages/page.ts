// What all pages have in common, drawn in DESIGN.md: word offsets, kinds, birth and checksum.

export const PAGE_BYTES = 4096
export const PAGE_WORDS = 1024

/** Words of the common header, and which is which. */
export const HEADER_WORDS = 5
export const CHECKSUM = 0
export const PAGE = 1
export const BIRTH_LOW = 2
export const BIRTH_HIGH = 3
/** Kind in the low byte, level in the next. */
export const KIND = 4

export const kinds = { meta: 1, leaf: 2, inner: 3, chain: 4, list: 5 } as const

/** The epoch in which the page at that word was made. */
export const birthOf = (words: Int32Array, at: number): number =>
  words[at + BIRTH_HIGH] * 2 ** 32 + (words[at + BIRTH_LOW] >>> 0)

export function setBirth(words: Int32Array, at: number, epoch: number): void {
  words[at + BIRTH_LOW] = epoch | 0
  words[at + BIRTH_HIGH] = (epoch / 2 ** 32) | 0
}

/** Writes a page's header; the checksum is `seal`'s affair. `at` is the page's first word. */
export function beginPage(words: Int32Array, at: number, page: number, epoch: number, kind: number, level: number): void {
  words[at + CHECKSUM] = 0
  words[at + PAGE] = page
  setBirth(words, at, epoch)
  words[at + KIND] = kind | (level << 8)
}

/** Makes the page ready to be written: its checksum is that of what it is now. */
export function seal(words: Int32Array, at: number): void {
  words[at + CHECKSUM] = checksum(words, at + 1, PAGE_WORDS - 1)
}

/** Whether the page is as it was sealed, and the one of that number. */
export const isSealed = (words: Int32Array, at: number, page: number): boolean =>
  words[at + PAGE] === (page | 0) && words[at + CHECKSUM] === checksum(words, at + 1, PAGE_WORDS - 1)

/**
 * 32 bits of `count` words. Four lanes, each multiplied and rotated for every word as xxHash32 does, so that a processor can
 * work on all four at once; then they are mixed. A page of zeros has a checksum that is not zero.
 */
export function checksum(words: Int32Array, from: number, count: number): number {
  let a = 0x24234428
  let b = 0x85ebca77 | 0
  let c = 0
  let d = 0x61c8864f
  const end = from + count
  const even = from + (count & ~3)
  for (let i = from; i < even; i += 4) {
    a = turn(a, words[i])
    b = turn(b, words[i + 1])
    c = turn(c, words[i + 2])
    d = turn(d, words[i + 3])
  }
  let sum = ((a << 1) | (a >>> 31)) + ((b << 7) | (b >>> 25)) + ((c << 12) | (c >>> 20)) + ((d << 18) | (d >>> 14))
  for (let i = even; i < end; i++) sum = Math.imul(((sum << 13) | (sum >>> 19)) ^ words[i], PRIME_3)
  sum = (sum + count) | 0
  sum = Math.imul(sum ^ (sum >>> 15), PRIME_2)
  sum = Math.imul(sum ^ (sum >>> 13), PRIME_3)
  return sum ^ (sum >>> 16)
}

const PRIME_1 = 0x9e3779b1 | 0
const PRIME_2 = 0x85ebca77 | 0
const PRIME_3 = 0xc2b2ae3d | 0

function turn(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, PRIME_2)) | 0
  return Math.imul((sum << 13) | (sum >>> 19), PRIME_1)
}
