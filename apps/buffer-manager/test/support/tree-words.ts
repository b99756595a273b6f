// Keys and values of kinds that are hard for a tree of slotted pages with prefixes and heads.
import { type Random } from './random.ts'

export type MakeKey = (random: Random) => Uint8Array

const bytes = (random: Random, length: number, alphabet: readonly number[]): Uint8Array =>
  Uint8Array.from({ length }, () => alphabet[random(alphabet.length)])

const ALL = Array.from({ length: 256 }, (_, i) => i)

export const keyKinds: Readonly<Record<string, MakeKey>> = {
  'short keys of few letters': (random) => bytes(random, random(6), [97, 98, 99]),
  'keys of any bytes': (random) => bytes(random, random(20), ALL),
  'keys of 0x00 and 0xff that begin each other': (random) => bytes(random, random(9), [0, 255]),
  'numbers behind a long common prefix': (random) =>
    new TextEncoder().encode(`${'tenant/'.repeat(random(3) * 20)}${String(random(3000)).padStart(8, '0')}`),
  'keys of up to 1024 bytes': (random) => bytes(random, random(8) ? random(30) : random(1025), [0, 1, 254, 255]),
  'keys of 1024 bytes that differ late': (random) => {
    const key = new Uint8Array(1024).fill(7)
    for (let i = 0; i < 3; i++) key[1020 + random(4)] = random(256)
    if (random(4) === 0) key[random(1024)] = random(256)
    return random(10) ? key : key.slice(0, 1 + random(1024))
  },
}

/** Mostly short, some as long as fits beside the key, some in chains. */
export function makeValue(random: Random): Uint8Array {
  const kind = random(40)
  const length = kind === 0 ? 1000 + random(40) : kind === 1 ? random(20_000) : kind < 8 ? random(600) : random(60)
  return new Uint8Array(length).fill(random(256))
}
