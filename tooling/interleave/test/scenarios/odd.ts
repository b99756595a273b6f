// Scenarios that fail in other ways than by their check, and some that should not be scenarios.
import { observe, type Words } from '@parperos/observe'
import type { Scenario } from '@parperos/interleave'
import { add, load } from '#atomics'

const fine: Scenario['check'] = () => undefined
const once = (memory: Words): number => add(memory, 0, 1)

/** Spins for a flag that the other worker raises: no failure, whoever starts. */
export const spin: Scenario = {
  workers: [
    (memory) => {
      while (load(memory, 0) === 0);
    },
    once,
  ],
  check: fine,
}

/** Each spins for the other. */
export const livelock: Scenario = {
  workers: [0, 1].map((me) => (memory: Words) => {
    while (load(memory, 1 - me) === 0);
    add(memory, me, 1)
  }),
  check: fine,
}

/** Goes round without a step. */
export const hang: Scenario = {
  workers: [
    (memory) => {
      const seen = once(memory)
      // A condition that the compiler does not see through.
      while (seen === 0 || memory.length > 0);
    },
    once,
  ],
  check: fine,
}

export const throwing: Scenario = {
  workers: [
    (memory) => {
      if (once(memory) === 1) throw new RangeError('second')
    },
    once,
  ],
  check: fine,
}

/** Catches everything, what ends a run too. */
export const stubborn: Scenario = {
  workers: [
    (memory) => {
      try {
        while (load(memory, 0) === 0);
      } catch {
        return 1
      }
      return 0
    },
  ],
  check: fine,
}

let runs = 0

/** Depends on how often it ran. */
export const forgetful: Scenario = {
  workers: [
    (memory) => {
      for (let i = 0; i <= runs % 3; i++) once(memory)
      runs++
    },
    once,
  ],
  check: fine,
}

const other = observe(new Int32Array(new SharedArrayBuffer(4)))
export const elsewhere: Scenario = { workers: [() => once(other), once], check: fine }

/** Steps count, setup and preparing don't. */
export const prepared: Scenario<{ sum: number }, { add: number }, { factor: number }> = {
  words: () => new Int32Array(new SharedArrayBuffer(16), 8, 1),
  setup(memory) {
    memory[0] = 5
    return { factor: 2 }
  },
  prepare: (memory, worker, { factor }) => ({ add: memory[0] + worker * factor }),
  workers: [
    (memory, state) => ({ sum: add(memory, 0, state.add) }),
    (memory, state) => ({ sum: add(memory, 0, state.add) }),
  ],
  check(memory, results, { factor }) {
    const sums = results.map(({ sum }) => sum).join()
    throw new Error(`${memory[0]} ${sums} ${factor}`)
  },
}

export const none = 5
export const lazy = { workers: [once] }
export const crowd = { workers: Array.from({ length: 9 }, () => once), check: fine }
