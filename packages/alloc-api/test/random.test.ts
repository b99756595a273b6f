// The seeded numbers: the same everywhere, and spread as they should be.
import { describe, expect, it } from 'vitest'
import { Random } from '../src/conformance/index.ts'

const draw = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one)

describe('seeded numbers', () => {
  it('are the same from the same seed, and others from another', () => {
    const [a, b, c] = [new Random(7), new Random(7), new Random(8)].map((random) => draw(20, () => random.next()))
    expect(a).toEqual(b)
    expect(a).not.toEqual(c)
  })

  it('stay below their limit and reach all of it', () => {
    const random = new Random(1)
    expect(new Set(draw(500, () => random.below(10)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
  })

  it('follow probabilities and weights', () => {
    const random = new Random(2)
    expect(draw(10_000, () => random.chance(0.25)).filter(Boolean).length / 10_000).toBeCloseTo(0.25, 1)
    const drawn = draw(10_000, () => random.weighted([0, 3, 0, 1]))
    expect(drawn.filter((index) => index === 1).length / 10_000).toBeCloseTo(0.75, 1)
    expect(new Set(drawn)).toEqual(new Set([1, 3]))
  })

  it('shuffle a list without losing anything', () => {
    const list = draw(100, () => 0).map((_, i) => i)
    const shuffled = new Random(3).shuffle([...list])
    expect(shuffled).not.toEqual(list)
    expect(shuffled.sort((a, b) => a - b)).toEqual(list)
  })
})
