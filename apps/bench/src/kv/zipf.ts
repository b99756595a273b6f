// Numbers of which a few come often and most seldom, as YCSB draws them: Gray et al., "Quickly Generating
// Billion-Record Synthetic Databases" (SIGMOD'94), with the constant 0.99.
import type { Random } from '../measure/random.ts'

const THETA = 0.99

/** Draws 0 … n − 1; 0 comes most often. */
export function zipfian(n: number, random: Random): () => number {
  const zetaN = zeta(n)
  const alpha = 1 / (1 - THETA)
  const eta = (1 - (2 / n) ** (1 - THETA)) / (1 - zeta(2) / zetaN)
  const second = 1 + 0.5 ** THETA
  return () => {
    const u = random() / 2 ** 32
    const uz = u * zetaN
    if (uz < 1) return 0
    if (uz < second) return 1
    return Math.min(n - 1, Math.floor(n * (eta * u - eta + 1) ** alpha))
  }
}

/** The same, but those that come often lie anywhere. */
export function scrambledZipfian(n: number, random: Random): () => number {
  const next = zipfian(n, random)
  return () => mix(next()) % n
}

function zeta(n: number): number {
  let sum = 0
  for (let i = 1; i <= n; i++) sum += 1 / i ** THETA
  return sum
}

/** A permutation of 32-bit numbers without a pattern (MurmurHash3's last step). */
function mix(number: number): number {
  let h = number
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
