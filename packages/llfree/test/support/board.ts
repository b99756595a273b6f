// What the workers of a race share beside the allocator: a barrier at which they meet, and numbers that they leave for
// each other. Meeting spins for a moment before it sleeps, so that all of them leave at nearly the same time.
//
//   word 0     1        2         16 …
//   ┌─────────┬────────┬─────────┬───────────────┐
//   │ arrived │ meeting│ given up│ numbers       │
//   └─────────┴────────┴─────────┴───────────────┘

const word = { arrived: 0, meeting: 1, givenUp: 2, numbers: 16 }
const SPINS = 2000
const TIMEOUT_MS = 30_000

export type Words = Int32Array<SharedArrayBuffer>

export const newBoard = (numbers = 8192): Words => new Int32Array(new SharedArrayBuffer((word.numbers + numbers) * 4))

/** The numbers on a board. */
export const numbersOf = (board: Words): Words => board.subarray(word.numbers)

/** Returns when all `workers` have called it; throws when one of them has given up. */
export function meet(board: Words, workers: number): void {
  const meeting = Atomics.load(board, word.meeting)
  if (Atomics.add(board, word.arrived, 1) === workers - 1) {
    Atomics.store(board, word.arrived, 0)
    Atomics.store(board, word.meeting, meeting + 1)
    Atomics.notify(board, word.meeting)
    return
  }
  for (let i = 0; i < SPINS; i++) if (Atomics.load(board, word.meeting) !== meeting) return
  while (Atomics.load(board, word.meeting) === meeting) {
    if (Atomics.load(board, word.givenUp) !== 0) throw new Error('another worker has given up')
    if (Atomics.wait(board, word.meeting, meeting, TIMEOUT_MS) === 'timed-out') throw new Error('nobody else came')
  }
  if (Atomics.load(board, word.givenUp) !== 0) throw new Error('another worker has given up')
}

/** Makes the others' `meet` throw. */
export function giveUp(board: Words): void {
  Atomics.store(board, word.givenUp, 1)
  Atomics.add(board, word.meeting, 1)
  Atomics.notify(board, word.meeting)
}
