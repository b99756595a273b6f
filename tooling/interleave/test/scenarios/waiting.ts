// Waiting and notifying: a wake-up that is missed, one that is not, a timeout, and one waiter too many.
import type { Scenario } from '@parperos/interleave'
import { add, load, notify, store, wait, type Words } from '#atomics'

const READY = 0
const EVENT = 1

const fine: Scenario['check'] = () => undefined

const produce = (memory: Words): void => {
  store(memory, READY, 1)
  notify(memory, EVENT, 1)
}

/** Looks, then sleeps on a word that nobody changes: what happens in between is missed. */
export const missed: Scenario = {
  workers: [(memory) => (load(memory, READY) === 0 ? wait(memory, EVENT, 0, Infinity) : 'ready'), produce],
  check: fine,
}

/** The same with a timeout: it wakes up late, but it does. */
export const late: Scenario = {
  workers: [(memory) => (load(memory, READY) === 0 ? wait(memory, EVENT, 0, 100) : 'ready'), produce],
  check(_memory, [came]) {
    throw new Error(String(came))
  },
}

/** Sleeps on the word that it looks at. */
export const kept: Scenario = {
  workers: [
    (memory) => {
      while (load(memory, READY) === 0) wait(memory, READY, 0, Infinity)
    },
    (memory) => {
      store(memory, READY, 1)
      notify(memory, READY, 1)
    },
  ],
  check: fine,
}

/** Two sleepers, one wake-up: the one that slept first is woken. */
export const first: Scenario = {
  workers: [
    (memory) => wait(memory, EVENT, 0, Infinity),
    (memory) => wait(memory, EVENT, 0, 100),
    (memory) => notify(memory, EVENT, 1),
  ],
  check(_memory, results) {
    throw new Error(results.join())
  },
}

/** Sleeps and looks again, for something that never comes. */
export const never: Scenario = {
  workers: [
    (memory) => {
      while (load(memory, READY) === 0) wait(memory, EVENT, 0, 10)
    },
    (memory) => add(memory, EVENT + 1, 1),
  ],
  check: fine,
}
