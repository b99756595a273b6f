// A row: pure functions on 32 bits, judged by looking at one bit after the other.
import { Random } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import { blockMask, freeBlock, lowestBit, ones } from '../src/sab/row.ts'

const random = new Random(32)

/** Rows of all densities, the extremes among them. */
const rows: number[] = [
  0,
  -1,
  1,
  -2,
  0x8000_0000 | 0,
  0x7fff_ffff,
  0x5555_5555,
  0xaaaa_aaaa | 0,
  0xffff,
  0xffff_0000 | 0,
]
for (let i = 0; i < 2000; i++) {
  const row = random.next()
  rows.push(
    row | 0,
    (row & random.next()) | 0,
    row | random.next(),
    (row & random.next() & random.next() & random.next()) | 0,
  )
}

const bitsOf = (row: number): number[] => Array.from({ length: 32 }, (_, bit) => (row >>> bit) & 1)

describe.each([0, 1, 2, 3, 4, 5])('blocks of order %i', (order) => {
  const size = 2 ** order

  it('have a mask of that many bits', () => {
    expect(bitsOf(blockMask(order))).toEqual(bitsOf(0).map((_, bit) => Number(bit < size)))
  })

  it('are found at the first aligned place that is free', () => {
    let found = 0
    for (const row of rows) {
      const bits = bitsOf(row)
      const places = Array.from({ length: 32 / size }, (_, i) => i * size)
      const expected = places.find((place) => bits.slice(place, place + size).every((bit) => bit === 0)) ?? -1
      expect(freeBlock(row, order)).toBe(expected)
      if (expected > 0) found++
    }
    if (order < 5) expect(found).toBeGreaterThan(20)
  })
})

it('the lowest bit of a word is the first that is 1', () => {
  for (const row of rows) if (row !== 0) expect(lowestBit(row)).toBe(bitsOf(row).indexOf(1))
})

it('the ones of a row are counted', () => {
  for (const row of rows) expect(ones(row)).toBe(bitsOf(row).reduce((sum, bit) => sum + bit, 0))
})
