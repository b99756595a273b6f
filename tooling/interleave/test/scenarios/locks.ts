// Locks: Peterson's, in the right order and in the wrong one, and two mutexes that are taken in opposite orders.
import type { Scenario } from '@parperos/interleave'
import { compareExchange, load, notify, store, wait, type Words } from '#atomics'

const WANTS = 0
const TURN = 2
const COUNTER = 3

const check: Scenario['check'] = (memory) => {
  if (memory[COUNTER] !== 2) throw new Error(`two workers counted under the lock, and the counter is ${memory[COUNTER]}`)
}

/** Peterson's lock around an increment that is not atomic; `first` says what is written first. */
const peterson = (first: 'wish' | 'turn'): Scenario => {
  const worker = (me: number) => (memory: Words) => {
    const other = 1 - me
    if (first === 'wish') store(memory, WANTS + me, 1)
    store(memory, TURN, other)
    if (first === 'turn') store(memory, WANTS + me, 1)
    while (load(memory, WANTS + other) === 1 && load(memory, TURN) === other);
    memory[COUNTER] += 1
    store(memory, WANTS + me, 0)
  }
  return { words: 4, workers: [worker(0), worker(1)], check }
}

export const right = peterson('wish')
export const wrong = peterson('turn')

function lock(memory: Words, at: number): void {
  while (compareExchange(memory, at, 0, 1) !== 0) wait(memory, at, 1, Infinity)
}

function unlock(memory: Words, at: number): void {
  store(memory, at, 0)
  notify(memory, at, 1)
}

/** Two locks around an increment: `a` first in one worker, `b` first in the other when `crossed`. */
const both = (crossed: boolean): Scenario => {
  const worker = (first: number, second: number) => (memory: Words) => {
    lock(memory, first)
    lock(memory, second)
    memory[COUNTER] += 1
    unlock(memory, second)
    unlock(memory, first)
  }
  return { words: 4, workers: [worker(0, 1), crossed ? worker(1, 0) : worker(0, 1)], check, nameOf: (i) => 'abcd'[i] }
}

export const ordered = both(false)
export const crossed = both(true)
