// Scenes of single frames: two that take, take and give, or give, in one huge frame.
import { status } from '@parperos/alloc-api/driver'
import { allSucceed, HUGE, onlyFree, refusals } from '../expect.ts'
import { scene } from '../scene.ts'

/** One worker takes from its own reservation, the other from that of the first: there is only one tree. */
export const getGet = scene({ frames: 2 * HUGE, before: [['get', 0]], workers: [[['get', 0]], [['get', 0]]], expect: allSucceed })

/** The same, and each takes three. */
export const getsGets = scene({
  frames: 2 * HUGE,
  before: [['get', 0]],
  workers: [
    [['get', 0], ['get', 0]],
    [['get', 0], ['get', 0]],
  ],
  expect: allSucceed,
})

/** The last two frames, in two huge frames. */
export const lastTwo = scene({
  frames: 2 * HUGE,
  ...onlyFree([3, 0], [HUGE + 7, 0]),
  workers: [[['get', 0]], [['get', 0]]],
  expect: allSucceed,
})

/** One frame for two. */
export const lastOne = scene({
  frames: 2 * HUGE,
  ...onlyFree([3, 0]),
  workers: [[['get', 0]], [['get', 0]]],
  expect: refusals(1, status.OUT_OF_MEMORY),
})

/** A get beside a put in the huge frame that it takes from. */
export const getPut = scene({
  frames: 2 * HUGE,
  before: [['get', 0], ['get', 0]],
  workers: [[['get', 0]], [['put', 0, 0]]],
  expect: allSucceed,
})

/** The owner of the reservation puts, and gets again; the other takes from its reservation. */
export const putGetGet = scene({
  frames: HUGE,
  ...onlyFree([3, 0]),
  workers: [[['put', 9, 0], ['get', 0]], [['get', 0]]],
  expect: allSucceed,
})

/** Two frames of one row. */
export const putPut = scene({
  frames: 2 * HUGE,
  before: [['get', 1], ['get', 0]],
  workers: [[['put', 0, 0]], [['put', 1, 0]]],
  expect: allSucceed,
})

/** Blocks of several orders in one huge frame, one of several rows. */
export const putPutOrders = scene({
  frames: HUGE,
  allocated: true,
  before: [['put', 0, 0]],
  workers: [[['put', 8, 3]], [['put', 64, 6]]],
  expect: allSucceed,
})

/** One block, twice: a second put is refused and changes nothing. */
export const putTwice = scene({
  frames: HUGE,
  before: [['getAt', 64, 6]],
  workers: [[['put', 64, 6]], [['put', 64, 6]]],
  expect: refusals(1, status.NOT_ALLOCATED),
})

export const putFrameTwice = scene({
  frames: HUGE,
  before: [['getAt', 3, 0]],
  workers: [[['put', 3, 0]], [['put', 3, 0]]],
  expect: refusals(1, status.NOT_ALLOCATED),
})
