// Scenes of blocks of one row and of several, against frames in the same rows.
import { status } from '@parperos/alloc-api/driver'
import { allSucceed, cameTo, firstSucceeds, HUGE, oneClass, onlyFree, refusals } from '../expect.ts'
import { scene } from '../scene.ts'

/** Order 8 against order 0 in the same rows: the only free half of a huge frame. */
export const eightZero = scene({
  frames: HUGE,
  ...onlyFree([256, 8]),
  workers: [[['get', 8]], [['get', 0]]],
  expect: refusals(1, status.OUT_OF_MEMORY),
})

/** One frame of a block is taken by name, one of the last: some rows are filled already and have to be undone. */
export const eightPlace = scene({
  frames: HUGE,
  ...onlyFree([256, 8], [0, 0]),
  workers: [[['get', 8]], [['getAt', 500, 0]]],
})

/** The same where the other half is free too. */
export const eightPlaceTwoHalves = scene({
  frames: HUGE,
  policy: oneClass,
  workers: [[['get', 8]], [['getAt', 200, 0]]],
  expect: firstSucceeds,
})

/** Two blocks of several rows in the same place; there are enough single frames for both. */
export const sevenSix = scene({
  frames: HUGE,
  ...onlyFree([128, 7], [0, 5], [64, 5]),
  workers: [[['get', 7]], [['get', 6]]],
  expect: refusals(1, status.OUT_OF_MEMORY),
})

/** A block of two rows against a frame in its second one, which is given back again. */
export const sixPlacePut = scene({
  frames: HUGE,
  ...onlyFree([64, 6], [0, 0]),
  workers: [[['get', 6]], [['getAt', 97, 0], ['put', 97, 0]]],
})

/** A frame of the block is taken, and another one is wanted while all that are free may be claimed for the block. */
export const sixPlaceGet = scene({
  frames: HUGE,
  ...onlyFree([64, 6], [0, 0]),
  workers: [[['get', 6]], [['getAt', 97, 0], ['get', 0]]],
  expect: ({ calls }) => {
    if (calls[1].came === 1 && calls[2].came === status.OUT_OF_MEMORY) throw new Error('there were 64 frames for one')
  },
})

/** The same, and the reservation from which the block was claimed ends. */
export const sixPlaceDrain = scene({
  frames: HUGE,
  allocated: true,
  before: [['put', 64, 6], ['put', 0, 1], ['drain'], ['get', 0]],
  workers: [[['get', 6]], [['getAt', 97, 0], ['drain']]],
})

/** In two huge frames, of which the fuller one loses its block and the other becomes as full. */
export const eightPlaces = scene({
  frames: 2 * HUGE,
  ...onlyFree([HUGE, 8], [0, 8], [300, 0]),
  workers: [[['get', 8]], [['getAt', HUGE + 200, 0], ['getAt', 300, 0]]],
  expect: allSucceed,
})

/** A block of several rows that is given back, against a get that fits into its first row. */
export const sevenPutZeroGet = scene({
  frames: HUGE,
  ...onlyFree([0, 0]),
  workers: [[['put', 128, 7]], [['get', 5]]],
})

/** A block of two rows by name against the same without a name. */
export const sixPlaceSix = scene({
  frames: HUGE,
  ...onlyFree([64, 6], [0, 5], [192, 5]),
  workers: [[['getAt', 64, 6]], [['get', 6]]],
  expect: (verdict) => {
    const [place, block] = cameTo(verdict)
    if ((place === 1) === (block === 64)) throw new Error(`by name ${String(place)}, without ${String(block)}`)
  },
})

/** Three small blocks of one row. */
export const threeThree = scene({
  frames: HUGE,
  ...onlyFree([16, 3], [24, 3]),
  workers: [[['get', 3]], [['get', 3]]],
  expect: allSucceed,
})
