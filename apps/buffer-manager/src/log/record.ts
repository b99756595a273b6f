// A record in the log: one fragment, or, where its payload is long, several one behind the other, so that a record of any
// length streams through a small ring. In 32-bit words, little-endian:
//
//    0          1                          2    3      4         5…
//   ┌──────────┬──────────────────────────┬───────────┬─────────┬───────────────────────┐
//   │ checksum │ bytes │ FIRST │ LAST     │ sequence  │ durable │ payload, padded with 0 │
//   └──────────┴──────────────────────────┴───────────┴─────────┴───────────────────────┘
//
// *Durable* says up to which word of the file all was durable when the fragment was made. That tells damage from a power
// failure: if a fragment is not whole and a later one knows that it was durable, something was lost that must not be.
//
// The checksum includes the segment's salt, so that nothing of another file is ever taken for a record. What a fragment says
// about *durable* is true wherever it is found, also where a value is a copy of a part of this very file.
import type { Words } from '@parperos/alloc-api'
import { checksum } from '../pages/page.ts'

/** The most payload that one fragment has. */
export const FRAGMENT_BYTES = 65536
/** Words of a fragment's header, and which is which. */
export const FRAGMENT_HEADER = 5
export const LENGTH = 1
export const SEQUENCE_LOW = 2
export const SEQUENCE_HIGH = 3
export const DURABLE = 4

export const FIRST = 1 << 29
export const LAST = 1 << 30
export const LENGTH_MASK = 0x1ffff
const FLAGS = FIRST | LAST

/** Words of the largest fragment. */
export const MOST_WORDS = FRAGMENT_HEADER + FRAGMENT_BYTES / 4

/** Words of a fragment with so many bytes of payload. */
export const wordsOf = (payloadBytes: number): number => FRAGMENT_HEADER + ((payloadBytes + 3) >>> 2)

/** Writes the header of the fragment at word `at`, whose payload stands there. */
export function sealFragment(
  words: Words,
  at: number,
  lengthAndFlags: number,
  sequence: number,
  durable: number,
  salt: number,
): void {
  words[at + LENGTH] = lengthAndFlags
  words[at + SEQUENCE_LOW] = sequence | 0
  words[at + SEQUENCE_HIGH] = (sequence / 2 ** 32) | 0
  words[at + DURABLE] = durable
  words[at] = sum(words, at, wordsOf(lengthAndFlags & LENGTH_MASK), salt)
}

/** Whether length and flags can be those of a fragment: a header of zeros is none. */
export function isLength(word: number): boolean {
  const length = word & LENGTH_MASK
  return (word & ~(FLAGS | LENGTH_MASK)) === 0 && length <= FRAGMENT_BYTES && ((word & FIRST) !== 0 || length > 0)
}

/** Whether a whole fragment stands at word `at`, of which `available` words are there. */
export function isFragment(words: Int32Array, at: number, available: number, salt: number): boolean {
  if (available < FRAGMENT_HEADER || !isLength(words[at + LENGTH])) return false
  const count = wordsOf(words[at + LENGTH] & LENGTH_MASK)
  return count <= available && words[at] === sum(words, at, count, salt)
}

export const sequenceOf = (words: Int32Array, at: number): number =>
  words[at + SEQUENCE_HIGH] * 2 ** 32 + (words[at + SEQUENCE_LOW] >>> 0)

/** One to one in the checksum of the rest, so that what that finds is found. */
function sum(words: Int32Array, at: number, count: number, salt: number): number {
  let mixed = Math.imul(checksum(words, at + 1, count - 1) ^ salt, 0x85ebca77)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae3d)
  return mixed ^ (mixed >>> 16)
}
