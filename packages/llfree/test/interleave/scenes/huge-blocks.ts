// Scenes of huge blocks: split, taken and given back against their halves and against single frames.
import { status } from '@parperos/alloc-api/driver'
import { allSucceed, cameTo, firstSucceeds, HUGE, oneClass, refusals } from '../expect.ts'
import { scene, type Call } from '../scene.ts'

// Huge blocks that are split.

const hugeBlock = { frames: 2 * HUGE, before: [['getAt', 0, 9]] as Call[] }

/** Two parts of one huge block: it is split once, and nobody waits. */
export const splitSplit = scene({ ...hugeBlock, workers: [[['put', 0, 0]], [['put', 8, 3]]], expect: allSucceed })

/** Parts of one row, and then a frame is taken. */
export const splitSplitGet = scene({
  ...hugeBlock,
  workers: [[['put', 1, 0], ['get', 0]], [['put', 32, 5]]],
  expect: allSucceed,
})

/** Three parts of one huge block. */
export const splitThree = scene({
  ...hugeBlock,
  workers: [[['put', 0, 0]], [['put', 8, 3]], [['put', 64, 6]]],
  expect: allSucceed,
})

/** The whole block against a part of it: one of the two is misuse. */
export const splitWhole = scene({
  ...hugeBlock,
  workers: [[['put', 0, 9]], [['put', 5, 0]]],
  expect: refusals(1, status.NOT_ALLOCATED),
})

/** The whole block twice. */
export const wholeWhole = scene({
  ...hugeBlock,
  workers: [[['put', 0, 9]], [['put', 0, 9]]],
  expect: refusals(1, status.NOT_ALLOCATED),
})

// Huge blocks against each other.

/** Order 10 against order 9: both huge frames of the only tree. */
export const tenNine = scene({
  frames: 2 * HUGE,
  workers: [[['get', 10]], [['get', 9]]],
  expect: refusals(1, status.OUT_OF_MEMORY),
})

/** The same with place for both, in two trees and in one. */
export const tenNineTwoTrees = scene({ frames: 4 * HUGE, workers: [[['get', 10]], [['get', 9]]], expect: allSucceed })

export const tenNineWide = scene({
  frames: 4 * HUGE,
  treeShift: 2,
  workers: [[['get', 10]], [['getAt', HUGE, 9]]],
  expect: firstSucceeds,
})

/** Both halves come free while somebody wants them as one. */
export const tenAgainstPuts = scene({
  frames: 2 * HUGE,
  before: [['getAt', 0, 9], ['getAt', HUGE, 9]],
  workers: [[['get', 10]], [['put', 0, 9], ['put', HUGE, 9]]],
})

/** An order-10 block comes free while somebody wants half of it. */
export const nineAgainstPut = scene({
  frames: 2 * HUGE,
  before: [['getAt', 0, 10]],
  workers: [[['get', 9]], [['put', 0, 10]]],
})

/** The same beside a pair that is free: the one that comes free is not to be had before it is empty. */
export const nineAgainstPutWide = scene({
  frames: 4 * HUGE,
  treeShift: 2,
  before: [['getAt', 0, 10]],
  workers: [[['get', 9]], [['put', 0, 10]]],
  expect: allSucceed,
})

/** One half is taken by name. */
export const tenAgainstPlace = scene({
  frames: 2 * HUGE,
  workers: [[['get', 10]], [['getAt', HUGE, 9]]],
  expect: (verdict) => {
    const [ten, place] = cameTo(verdict)
    if ((ten === 0) === (place === 1)) throw new Error(`order 10 came to ${String(ten)}, its half to ${String(place)}`)
  },
})

/** Half of a pair of huge blocks, and the pair. */
export const pairAndHalf = scene({
  frames: 2 * HUGE,
  before: [['getAt', 0, 10]],
  workers: [[['put', 0, 10]], [['put', HUGE, 9]]],
})

/** A huge block against a single frame of the same huge frame. */
export const nineZero = scene({
  frames: 2 * HUGE,
  policy: oneClass,
  workers: [[['get', 9]], [['get', 0]]],
  expect: allSucceed,
})

/** The same where there is only one huge frame. */
export const nineZeroLast = scene({
  frames: HUGE,
  policy: oneClass,
  workers: [[['get', 9]], [['get', 0]]],
  expect: refusals(1, status.OUT_OF_MEMORY),
})

/** A single frame leaves an entirely free huge frame to an order-9 get. */
export const nineZeroPut = scene({
  frames: HUGE,
  policy: oneClass,
  before: [['getAt', 0, 0]],
  workers: [[['get', 9]], [['put', 0, 0]]],
})
