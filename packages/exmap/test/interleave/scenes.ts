// All scenes that are explored. Pools are so small that a bundle has six frames (two or three workers).
import { scene, type Came } from './scene.ts'

/** Throws unless the first runs of the workers' first deeds together have done so many pages. */
const together = (expected: number) => (came: readonly Came[][]): void => {
  const done = came.reduce((sum, [first]) => sum + first.runs.reduce((pages, [count]) => pages + count, 0), 0)
  if (done !== expected) throw new Error(`${done} pages were done in all, expected ${expected}`)
}

/** The same, for as many pages at least. */
const atLeast = (expected: number) => (came: readonly Came[][]): void => {
  const done = came.reduce((sum, [first]) => sum + first.runs.reduce((pages, [count]) => pages + count, 0), 0)
  if (done < expected) throw new Error(`${done} pages were done in all, expected ${expected} at least`)
}

/** Throws when that worker found no bundle on the shelf. */
const neverAsks = (worker: number) => (came: readonly Came[][]): void => {
  if (came[worker].some(({ asked }) => asked)) throw new Error('there was a bundle, and it was not found')
}

// The page table.

export const allocAgainstAlloc = scene({
  frames: [3, 3],
  workers: [[['alloc', [1, 1]]], [['alloc', [1, 1]]]],
  expect: together(1),
})

export const freeAgainstFree = scene({
  frames: [3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  workers: [[['free', [1, 1]]], [['free', [1, 1]]]],
  expect: together(1),
})

export const allocAgainstFree = scene({
  frames: [3, 3],
  before: [[0, ['alloc', [1, 2]]]],
  workers: [[['alloc', [1, 1], [2, 1]]], [['free', [1, 2]]]],
})

export const freeAgainstFreeAndAlloc = scene({
  frames: [3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  workers: [[['free', [1, 1]]], [['free', [1, 1]], ['alloc', [1, 1]]]],
})

export const runsAgainstEachOther = scene({
  frames: [4, 4],
  workers: [[['alloc', [1, 3]]], [['alloc', [3, 1], [2, 1], [1, 1]]]],
})

export const readAgainstRead = scene({
  frames: [3, 3],
  workers: [[['read', [1, 2]]], [['read', [2, 1]]]],
})

export const readAgainstFree = scene({
  frames: [3, 3],
  workers: [[['read', [1, 1]]], [['free', [1, 1]]]],
})

export const failingReadAgainstAlloc = scene({
  frames: [3, 3],
  workers: [[['failing', [1, 2]]], [['alloc', [1, 1], [2, 1]]]],
})

export const writeAgainstFree = scene({
  frames: [3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  workers: [[['write', [1, 1]]], [['free', [1, 1]]]],
})

export const writeAgainstWrite = scene({
  frames: [3, 3],
  before: [[0, ['alloc', [1, 2]]]],
  workers: [[['write', [1, 2]]], [['write', [2, 1], [1, 1]]]],
})

export const writeAgainstFreeAndAlloc = scene({
  frames: [3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  workers: [[['write', [1, 1]]], [['free', [1, 1]], ['alloc', [1, 1]]]],
})

/** The page has another frame when it is there again. */
export const writeAgainstOtherFrame = scene({
  frames: [3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  workers: [[['write', [1, 1]]], [['free', [1, 1]], ['alloc', [2, 1], [1, 1]]]],
})

export const threeAtOnePage = scene({
  frames: [2, 2, 2],
  workers: [[['alloc', [1, 1]]], [['alloc', [1, 1]]], [['free', [1, 1]]]],
})

// The shelf.

/** Slot 1 gives a bundle of frames to nobody; both then want one. */
export const takersOfOneBundle = scene({
  slots: 3,
  frames: [0, 0, 4],
  before: [[2, ['leave']]],
  workers: [[['alloc', [1, 2]]], [['alloc', [4, 2]]]],
  expect: atLeast(2),
})

export const takersOfTwoBundles = scene({
  slots: 4,
  frames: [0, 0, 3, 3],
  before: [[2, ['leave']], [3, ['leave']]],
  workers: [[['alloc', [1, 2]]], [['alloc', [4, 2]]]],
  expect: together(4),
})

export const giverAgainstTaker = scene({
  frames: [5, 0],
  workers: [[['leave']], [['alloc', [1, 2]]]],
})

/**
 * A bundle has one frame here. All bundles of both are full, and the next empty one is the same for both: each puts one on
 * the shelf and takes an empty one.
 */
export const giversAgainstEachOther = scene({
  slots: 4,
  poolFrames: 32,
  frames: [2, 2, 2, 2],
  before: [
    ...[0, 1, 2, 3].map((slot) => [slot, ['alloc', [2 * slot, 2]]] as const),
    [0, ['free', [0, 2], [4, 2]]],
    [1, ['free', [2, 2]]],
  ],
  workers: [[['free', [6, 1]]], [['free', [7, 1]]]],
  expect: together(2),
})

/** One leaves its bundles, which are the next ones where the other one looks for an empty one. */
export const leaverAgainstGiver = scene({
  slots: 4,
  poolFrames: 32,
  frames: [2, 2, 2, 2],
  before: [
    ...[0, 1, 3].map((slot) => [slot, ['alloc', [2 * slot, 2]]] as const),
    [1, ['free', [0, 4]]],
  ],
  workers: [[], [['free', [6, 2]]], [['leave']]],
})

/**
 * There is a bundle on the shelf at every moment: worker 0 takes one only when worker 2 has put another one there. So
 * worker 1 always gets one.
 */
export const neverNone = scene({
  frames: [3, 0, 3],
  before: [[0, ['leave']], [0, ['return']]],
  workers: [[['heard', ['alloc', [2, 1]]]], [['alloc', [1, 1]]], [['leave'], ['say']]],
  expect: neverAsks(1),
})

// Idle frames of other workers.

/** The allocator has nothing: worker 0 takes what worker 1 has, unless that one is at work. */
export const gathererAgainstOwner = scene({
  frames: [0, 4],
  workers: [[['alloc', [1, 2]]], [['alloc', [4, 2]], ['free', [4, 1]]]],
})

export const gatherersAgainstEachOther = scene({
  slots: 3,
  frames: [0, 0, 4],
  workers: [[['alloc', [1, 2]]], [['alloc', [4, 2]]]],
  expect: atLeast(2),
})

export const gathererAgainstLeaver = scene({
  frames: [0, 4],
  workers: [[['alloc', [1, 2]]], [['leave'], ['alloc', [4, 1]]]],
})

export const gatherersOfEachOther = scene({
  frames: [1, 1],
  workers: [[['alloc', [1, 2]]], [['alloc', [4, 2]]]],
  expect: atLeast(2),
})

// Taking over from the dead, while others go on.

export const recoveryOfReadAgainstAlloc = scene({
  slots: 3,
  frames: [3, 3, 3],
  dead: { slot: 2, deed: ['read', [1, 2]] },
  workers: [[['recover', 2]], [['alloc', [1, 2], [1, 1]]]],
})

export const recoveryOfReadAgainstRead = scene({
  slots: 3,
  frames: [3, 3, 3],
  dead: { slot: 2, deed: ['read', [1, 1]] },
  workers: [[['recover', 2]], [['read', [0, 2], [1, 1]]]],
})

/** The dead worker had not claimed the page yet: another one's claim is not its. */
export const recoveryOfNotedReadAgainstRead = scene({
  slots: 3,
  frames: [3, 3, 3],
  dead: { slot: 2, deed: ['read', [1, 1]], onlyNoted: true },
  workers: [[['recover', 2]], [['read', [1, 1]]]],
})

export const recoveryOfWriteAgainstFree = scene({
  slots: 3,
  frames: [3, 3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  dead: { slot: 2, deed: ['write', [1, 1]] },
  workers: [[['recover', 2]], [['free', [1, 1]], ['alloc', [1, 1]]]],
})

/** The dead worker had not marked the page yet: another one's mark is not its. */
export const recoveryOfNotedWriteAgainstWrite = scene({
  slots: 3,
  frames: [3, 3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  dead: { slot: 2, deed: ['write', [1, 1]], onlyNoted: true },
  workers: [[['recover', 2]], [['write', [1, 1]]]],
})

export const recoveryOfNotedWriteAgainstFree = scene({
  slots: 3,
  frames: [3, 3, 3],
  before: [[0, ['alloc', [1, 1]]]],
  dead: { slot: 2, deed: ['write', [1, 1]], onlyNoted: true },
  workers: [[['recover', 2]], [['free', [1, 1]], ['alloc', [2, 1]]]],
})
