// Scenes of batches, and of three workers: what is free has to be had, whoever has something in hand.
import { status } from '@parperos/alloc-api/driver'
import { allSucceed, HUGE, onlyFree, refusals } from '../expect.ts'
import { scene } from '../scene.ts'

// Batches.

export const batchBatch = scene({
  frames: HUGE,
  ...onlyFree([0, 1], [30, 1], [64, 1]),
  workers: [[['getBatch', 4]], [['getBatch', 4]]],
})

export const batchGet = scene({
  frames: HUGE,
  before: [['get', 0]],
  workers: [[['getBatch', 3]], [['get', 0]]],
  expect: allSucceed,
})

export const putBatchGet = scene({
  frames: HUGE,
  allocated: true,
  before: [['put', 0, 0]],
  workers: [[['putBatch', [4, 5, 6]]], [['get', 0]]],
})

export const putBatchPut = scene({
  frames: HUGE,
  allocated: true,
  workers: [[['putBatch', [4, 5]]], [['put', 6, 1]]],
})

// Three workers.

/** The last frame, wanted by two, while a third gives one back; nobody has a reservation. */
export const threeAtTheLast = scene({
  frames: HUGE,
  ...onlyFree([3, 0]),
  workers: [[['get', 0]], [['get', 0]], [['put', 9, 0]]],
})

/** The same, and one of them has it in its reservation: it may take the one that came back, and leave the other. */
export const threeAtTheLastReserved = scene({
  frames: HUGE,
  allocated: true,
  before: [['put', 3, 0], ['put', 40, 0], ['drain'], ['get', 0]],
  workers: [[['get', 0]], [['get', 0]], [['put', 9, 0]]],
})

/** The last two, wanted as a batch. */
export const threeAtTheLastBatch = scene({
  frames: HUGE,
  allocated: true,
  before: [['put', 3, 0], ['put', 40, 0], ['put', 41, 0], ['drain'], ['get', 0]],
  workers: [[['getBatch', 2]], [['get', 0]], [['put', 9, 0]]],
})

/** One of two frames by name, while two want any. */
export const placeGetGet = scene({
  frames: HUGE,
  ...onlyFree([3, 0], [40, 0]),
  workers: [[['getAt', 3, 0]], [['get', 0]], [['get', 0]]],
})

/** Two frames for three. */
export const threeGets = scene({
  frames: HUGE,
  ...onlyFree([3, 0], [40, 0]),
  workers: [[['get', 0]], [['get', 0]], [['get', 0]]],
  expect: refusals(1, status.OUT_OF_MEMORY),
})

/** A reservation is drained while one takes out of it and another gives to it. */
export const drainGetPut = scene({
  frames: HUGE,
  ...onlyFree([3, 0]),
  workers: [[['drain']], [['get', 0]], [['put', 9, 0]]],
})
