// Scenes of reservations: made, replaced, drained and stolen from; of classes; of workers that attach.
import { status } from '@parperos/alloc-api/driver'
import { pinnedAndMovable } from '../../support/policies.ts'
import { allSucceed, HUGE, onlyFree, refusals } from '../expect.ts'
import { scene } from '../scene.ts'

// Reservations.

/** Two that have none, two trees. */
export const reserveReserve = scene({ frames: 4 * HUGE, workers: [[['get', 0]], [['get', 0]]], expect: allSucceed })

/** The same, one tree: whoever comes second takes from the first. */
export const reserveReserveOne = scene({ frames: 2 * HUGE, workers: [[['get', 0]], [['get', 0]]], expect: allSucceed })

/** A reservation is used up and replaced while somebody gives to its tree. */
export const replaceAgainstPut = scene({
  frames: 4 * HUGE,
  allocated: true,
  before: [['put', 5, 0], ['get', 0], ['put', 2 * HUGE, 0], ['put', 2 * HUGE + 1, 0], ['get', 0], ['put', 5, 0], ['drain']],
  workers: [[['get', 0], ['get', 0]], [['put', 9, 0]]],
  expect: allSucceed,
})

/** A reservation whose tree has no such block is replaced while it is drained. */
export const replaceDrain = scene({
  frames: 4 * HUGE,
  allocated: true,
  before: [['put', 4, 1], ['drain'], ['get', 0], ['put', 2 * HUGE, 3]],
  workers: [[['get', 3]], [['drain']]],
  expect: allSucceed,
})

/** One takes from the other's reservation while the other gives back to it. */
export const stealPut = scene({
  frames: HUGE,
  allocated: true,
  before: [['put', 3, 0], ['put', 4, 0], ['drain'], [1, ['get', 0]]],
  workers: [[['get', 0]], [['put', 77, 0]]],
  expect: allSucceed,
})

/** Two take from the reservation of a third. */
export const stealSteal = scene({
  frames: HUGE,
  allocated: true,
  slots: 3,
  before: [['put', 3, 0], ['put', 4, 0], ['put', 5, 0], ['drain'], [2, ['get', 0]]],
  workers: [[['get', 0]], [['get', 0]]],
  expect: allSucceed,
})

/** What a third one gave back to a reserved tree is wanted by its owner and by another. */
export const syncSteal = scene({
  frames: HUGE,
  allocated: true,
  slots: 3,
  before: [['put', 3, 0], ['get', 0], [2, ['put', 9, 0]], [2, ['put', 10, 0]]],
  workers: [[['get', 0]], [['get', 0]]],
  expect: allSucceed,
})

export const drainPut = scene({
  frames: 2 * HUGE,
  before: [['get', 0], ['get', 0]],
  workers: [[['put', 0, 0]], [['drain']]],
  expect: allSucceed,
})

export const drainGet = scene({
  frames: 2 * HUGE,
  before: [['get', 0]],
  workers: [[['get', 0]], [['drain']]],
  expect: allSucceed,
})

export const drainDrain = scene({
  frames: 4 * HUGE,
  before: [['get', 0], [1, ['get', 0]]],
  workers: [[['drain']], [['drain']]],
})

export const drainReserve = scene({
  frames: 2 * HUGE,
  workers: [[['get', 0]], [['drain']]],
  expect: allSucceed,
})

/** A block taken by name, out of a tree that the other reserves. */
export const placeReserve = scene({
  frames: 2 * HUGE,
  workers: [[['getAt', HUGE, 3]], [['get', 0]]],
  expect: allSucceed,
})

/** A block taken by name, whose frames are counted partly in the tree and partly in a reservation. */
export const placeSync = scene({
  frames: HUGE,
  allocated: true,
  slots: 3,
  before: [['put', 0, 0], ['put', 1, 0], ['get', 0], [2, ['put', 0, 0]]],
  workers: [[['getAt', 0, 1]], [['get', 0]]],
})

// Classes.

/** A huge block out of a tree of small ones, which are given back meanwhile. */
export const hugeSteals = scene({
  frames: 2 * HUGE,
  before: [['getAt', 0, 0], ['drain']],
  workers: [[['get', 9]], [['put', 0, 0]]],
  expect: allSucceed,
})

/** The huge frame that is stolen from is spoilt at that moment. */
export const hugeStealsPlace = scene({
  frames: 2 * HUGE,
  before: [['getAt', 0, 0], ['drain']],
  workers: [[['get', 9]], [['getAt', HUGE + 88, 0]]],
})

/** Small blocks that can only be had by demoting, two at once. */
export const demoteDemote = scene({
  frames: 2 * HUGE,
  policy: pinnedAndMovable,
  before: [['get', 9], ['drain']],
  workers: [[['get', 0]], [['get', 3]]],
})

/** Demoting against a put that leaves the tree entirely free. */
export const demotePut = scene({
  frames: 2 * HUGE,
  policy: pinnedAndMovable,
  before: [['getAt', 0, 9], ['drain']],
  workers: [[['get', 3]], [['put', 0, 9]]],
})

// Attaching.

/** A get beside a worker that attaches to the other slot, and gets. */
export const attachGet = scene({
  frames: HUGE,
  ...onlyFree([3, 0], [4, 0]),
  workers: [[['get', 0]], [['attach'], ['get', 0]]],
  expect: allSucceed,
})

/** The slot's former holder died with frames in its hands: a refusal has to wait until somebody takes over. */
export const takeOver = scene({
  frames: HUGE,
  allocated: true,
  dead: 1,
  workers: [[['get', 0]], [['attach']]],
  expect: refusals(1, status.OUT_OF_MEMORY),
})
