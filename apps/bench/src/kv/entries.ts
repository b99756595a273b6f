// Keys and values by number, the same for every store: a key is the number as eight bytes, the most significant first;
// a value is that number's own, and begins with its lowest byte.
import type { Bytes } from './key-value.ts'

export const KEY_BYTES = 8
/** Entries whose bytes lie in one piece of memory: a piece for each would cost more than storing it. */
const SLAB = 1000

/** From Node's pool of small buffers, as any quick program would: memory of its own costs a microsecond. */
export function newKey(number: number): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES)
  key.writeUInt32BE(0, 0)
  return setKey(key, number)
}

/** Makes `key`, whose upper half is zero, the key of another number below 2^32. */
export function setKey(key: Buffer, number: number): Buffer {
  key.writeUInt32BE(number, 4)
  return key
}

export function newValue(number: number, bytes: number): Buffer {
  const value = Buffer.allocUnsafe(bytes)
  for (let at = 0, word = number; at < bytes; at += 4, word = nextWord(word)) value.writeInt32LE(word | 0, at)
  return value
}

/** Entries `from` … `to − 1` in ascending order; values have whole words. */
export function* entriesOf(from: number, to: number, valueBytes: number): Generator<readonly [Bytes, Bytes]> {
  const length = valueBytes / 4
  for (let number = from; number < to; ) {
    const count = Math.min(SLAB, to - number)
    const keys = Buffer.alloc(count * KEY_BYTES)
    const words = new Int32Array(count * length)
    const values = new Uint8Array(words.buffer)
    for (let i = 0; i < count; i++, number++) {
      keys.writeUInt32BE(number, i * KEY_BYTES + 4)
      setWords(words, i * length, (i + 1) * length, number)
      yield [keys.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES), values.subarray(i * valueBytes, (i + 1) * valueBytes)]
    }
  }
}

/** Throws when a store has something else, or nothing. */
export function expectValue(number: number, found: Bytes | undefined, valueBytes: number): void {
  if (!found) throw new Error(`key ${number} is not there`)
  if (!newValue(number, valueBytes).equals(found)) throw new Error(`key ${number} has another value than was stored`)
}

export const firstByte = (number: number): number => number & 0xff

function setWords(words: Int32Array, from: number, to: number, number: number): void {
  for (let at = from, word = number; at < to; at++, word = nextWord(word)) words[at] = word
}

const nextWord = (word: number): number => (Math.imul(word, 0x9e3779b1) + 0x7f4a7c15) | 0
