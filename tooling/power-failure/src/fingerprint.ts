// Fingerprints: whether two states of the memory are the same is decided by a number that follows from the words that
// differ from the start (Zobrist hashing): each (index, value) has a random-looking number, and a state's is the
// exclusive or of those of its words. So the fingerprint of a store is known when it is recorded, and that of a state
// is put together from a few of them without looking at the memory.

/** Two halves of 32 bits. */
export interface Fingerprint {
  readonly low: number
  readonly high: number
}

export const NOTHING: Fingerprint = { low: 0, high: 0 }

/** The fingerprint of both changes together. */
export const together = (a: Fingerprint, b: Fingerprint): Fingerprint => ({ low: a.low ^ b.low, high: a.high ^ b.high })

/** The fingerprint of a word that goes from one value to another: that of going back is the same. */
export const ofChange = (index: number, was: number, is: number): Fingerprint => ({
  low: mix(index, was, 0x2545f491) ^ mix(index, is, 0x2545f491),
  high: mix(index, was, 0x6c078965) ^ mix(index, is, 0x6c078965),
})

/**
 * Both halves in one number, to look up in a set: 53 bits, so that among a million states two meet by chance 1 : 10⁴.
 */
export const keyOf = ({ low, high }: Fingerprint): number => (high & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0)

/** The finalizer of MurmurHash3, over both numbers. */
function mix(index: number, value: number, salt: number): number {
  let hash = Math.imul(index + salt, 0x9e3779b1) ^ value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) + salt
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 15)
}
