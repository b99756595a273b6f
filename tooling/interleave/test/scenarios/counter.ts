// Two workers add one to a counter: by reading and writing it, and in one step.
import { add } from '#atomics'
import type { Scenario } from '@parperos/interleave'

const check: Scenario['check'] = (memory) => {
  if (memory[0] !== 2) throw new Error(`two increments, and the counter is ${memory[0]}`)
}

export const lost: Scenario = {
  words: 1,
  nameOf: () => 'the counter',
  workers: [(memory) => (memory[0] = memory[0] + 1), (memory) => (memory[0] = memory[0] + 1)],
  check,
}

export const atomic: Scenario = {
  words: 1,
  workers: [(memory) => add(memory, 0, 1), (memory) => add(memory, 0, 1)],
  check,
}
