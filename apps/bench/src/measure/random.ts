// Seeded randomness, so that every allocator meets the same order of operations (mulberry32, Tommy Ettinger).

export type Random = () => number

/** A generator of 32-bit unsigned integers; equal parts give equal sequences. */
export function randomOf(...parts: number[]): Random {
  let state = parts.reduce((mixed, part) => Math.imul(mixed ^ part, 0x9e3779b1) + 0x7f4a7c15, 0x6a09e667) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
}

/** What can be shuffled: an array or a typed array. */
interface Elements<Element> {
  readonly length: number
  [index: number]: Element
}

/** Shuffles the first `count` elements in place (Fisher and Yates). */
export function shuffle<Element>(elements: Elements<Element>, random: Random, count = elements.length): void {
  for (let i = count - 1; i > 0; i--) {
    const j = random() % (i + 1)
    const other = elements[j]
    elements[j] = elements[i]
    elements[i] = other
  }
}
