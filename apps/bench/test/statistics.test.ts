// Samples to numbers, and seeded randomness.
import { describe, expect, test } from 'vitest'
import { randomOf, shuffle } from '../src/measure/random.ts'
import { median, quantile, spreadOf } from '../src/measure/statistics.ts'

describe('statistics', () => {
  test('the median of an odd number of samples is the middle one, of an even number the mean of the two', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  test('quartiles lie between neighbours in proportion', () => {
    expect(spreadOf([10, 20, 30, 40])).toEqual({ median: 25, p25: 17.5, p75: 32.5 })
  })

  test('one sample is its own median and quartiles', () => {
    expect(spreadOf([7])).toEqual({ median: 7, p25: 7, p75: 7 })
  })

  test('samples are compared as numbers and left in their order', () => {
    const samples = [100, 20, 3]
    expect(quantile(samples, 1)).toBe(100)
    expect(samples).toEqual([100, 20, 3])
  })

  test('no samples have no quantile', () => {
    expect(() => median([])).toThrow('no samples')
  })
})

describe('seeded randomness', () => {
  const numbers = (...parts: number[]): number[] => {
    const random = randomOf(...parts)
    return Array.from({ length: 100 }, () => random())
  }

  test('equal seeds give equal sequences, other seeds others', () => {
    expect(numbers(1, 2)).toEqual(numbers(1, 2))
    expect(numbers(1, 2)).not.toEqual(numbers(2, 1))
    expect(numbers(0)).not.toEqual(numbers(1))
  })

  test('the numbers are 32-bit, unsigned and spread', () => {
    const all = numbers(7)
    expect(all.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true)
    expect(new Set(all).size).toBe(100)
    expect(all.filter((value) => value >= 2 ** 31).length).toBeGreaterThan(25)
  })

  test('a shuffle keeps what there is and leaves what lies behind the count alone', () => {
    const elements = Uint32Array.from({ length: 100 }, (_, i) => i)
    shuffle(elements, randomOf(3), 90)
    expect([...elements.slice(90)]).toEqual(Array.from({ length: 10 }, (_, i) => 90 + i))
    expect([...elements].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect([...elements.slice(0, 90)]).not.toEqual(Array.from({ length: 90 }, (_, i) => i))
  })
})
