// Where everything stands: parts that follow one another on cache lines of their own, large enough for what they hold,
// and words in which every number has room.
import { describe, expect, it } from 'vitest'
import { geometry } from '../src/geometry.ts'
import * as L from '../src/layout.ts'

const shapes = [1, 511, 512, 513, 1000, 4096, 4097, 100_003, 2 ** 18, 2 ** 24 + 1, 2 ** 30 - 1, 2 ** 30].flatMap(
  (frames) =>
    [1, 2, 7, 1024].flatMap((slots) =>
      [1, 2, 8].flatMap((classes) => [1, 2, 3, 4, 5, 6].map((treeShift) => ({ frames, slots, classes, treeShift }))),
    ),
)

it('every part stands behind the one before, on a cache line of its own', () => {
  for (const { frames, slots, classes, treeShift } of shapes) {
    const shape = geometry(frames, slots, classes, treeShift)
    const { children, trees, ownersAt, localsAt, treesAt, childrenAt, bitsAt, wordsTotal } = shape
    expect(shape).toMatchObject({ frames, slots, classes, treeShift })
    expect([(children - 1) * 512 < frames, children * 512 >= frames]).toEqual([true, true])
    expect([(trees - 1) * 2 ** treeShift < children, trees * 2 ** treeShift >= children]).toEqual([true, true])
    expect(ownersAt).toBe(L.headerWords)
    expect(localsAt).toBeGreaterThanOrEqual(ownersAt + slots)
    expect(treesAt).toBe(localsAt + slots * classes * L.localWords)
    expect(childrenAt).toBeGreaterThanOrEqual(treesAt + trees)
    expect(bitsAt).toBeGreaterThanOrEqual(childrenAt + children / 2)
    expect(wordsTotal).toBe(bitsAt + children * L.rows)
    for (const at of [ownersAt, localsAt, treesAt, childrenAt, bitsAt]) expect(at % 16).toBe(0)
    // Indexes stay below 2^31, where typed arrays are fast.
    expect(wordsTotal).toBeLessThan(2 ** 31)
  }
})

describe.each([1, 2, 3, 4, 5, 6])('trees of 2^%i huge frames', (treeShift) => {
  const treeFrames = 2 ** (treeShift + 9)

  it('count their frames in 16 bits', () => {
    expect(treeFrames).toBeLessThanOrEqual(L.treeFreeMask)
  })

  it('and their reservations have room for tree and count in 31 bits', () => {
    const { trees } = geometry(2 ** 30, 1, 1, treeShift)
    const freeBits = treeShift + L.childShift + 1
    expect(treeFrames).toBeLessThan(2 ** freeBits)
    expect(trees * 2 ** freeBits).toBeLessThanOrEqual(2 ** 31)
  })
})

it('the fields of a tree do not overlap, nor the states of a huge frame', () => {
  const classes = L.treeClassMask << L.treeClassShift
  const fields = [L.treeFreeMask, classes, L.treeReserved]
  expect(fields.reduce((sum, field) => sum + field, 0)).toBe(fields.reduce((all, field) => all | field, 0))
  expect(L.treeClassMask).toBeGreaterThanOrEqual(L.maxClasses - 1)
  expect(L.childHuge & L.childFreeing).toBe(0)
  expect(Math.min(L.childHuge, L.childFreeing)).toBeGreaterThan(2 * L.childFrames)
  expect(Math.max(L.childHuge, L.childFreeing) + L.childFrames).toBeLessThanOrEqual(L.childMask)
})

it('the words of a local and of the header have room for what stands in them', () => {
  expect(L.localHints + L.maxOrder).toBeLessThan(L.localWords)
  expect(L.headerOrderClass + L.maxOrder).toBeLessThan(L.headerPolicy)
  expect(L.headerPolicy + L.maxClasses ** 2).toBeLessThanOrEqual(L.headerClassNames)
  expect(L.headerClassNames + L.maxClasses * 4).toBeLessThanOrEqual(L.headerWords)
})
