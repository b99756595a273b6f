// Errors that the existing versions have or had, as far as a schedule of workers shows them: an order-10 undo that frees
// another owner's block (C); an undo across rows that reports success (Rust), stealing that ignores a reservation (C); a
// splitting race that gives up (all).
//
// The others are no matter of schedules. The shifts of the wasm32 build and the wrong bit of rows: parity.test.ts compares
// the bytes of all backends. Incomplete last trees and frames beyond the end: recovery.test.ts. A process-wide policy:
// classes.test.ts opens two allocators with different ones. Wrappers that inherit empty checks: here a core has every
// operation by its type, and damage.test.ts lets each backend's instance find damage.
import { planted, source, type PlantedError } from './planted.ts'

/** Those that llfree's other versions have or had. */
export const knownErrors: PlantedError[] = [
  planted(
    'the undo of a failed order-10 get addresses the wrong child',
    'tenNineWide',
    'lower',
    'if (!changePair(words, childrenAt, child, L.childFrames, L.childHuge)) return false',
    `if (!changeChild(words, childrenAt, child, L.childFrames, L.childHuge)) return false
    if (!changeChild(words, childrenAt, child + 1, L.childFrames, L.childHuge)) {
      changeChild(words, childrenAt, child + 1, L.childHuge, L.childFrames)
      return false
    }`,
  ),
  planted(
    'a raced undo across rows reports success',
    'eightPlace',
    'bitfield',
    `store(words, index + done, 0)
    return false`,
    `store(words, index + done, 0)
    return true`,
  ),
  {
    name: 'reserving ignores that the tree is reserved',
    scene: 'syncSteal',
    mutants: [
      { file: source('policy'), find: 'free < count || treeIsReserved(word)', replace: 'free < count' },
      { file: source('reservation'), find: 'treeIsReserved(word) || free < count', replace: 'free < count' },
    ],
  },
  planted(
    'who splits waits for another splitter four times, then gives up',
    'splitSplit',
    'lower',
    `changeChild(words, childrenAt, child, L.childHuge, 0) || peekChild(words, childrenAt, child) <= L.childFrames`,
    `[1, 2, 3, 4].some(
    () =>
      (changeChild(words, childrenAt, child, L.childHuge, L.childFreeing) &&
        changeChild(words, childrenAt, child, L.childFreeing, 0)) ||
      peekChild(words, childrenAt, child) <= L.childFrames,
  )`,
  ),
]
