// What stands in for `#atomics` in a worker that dawdles (dawdle.ts): the same operations, before some of which it
// sleeps.
import * as real from '@parperos/alloc-api/atomics'
import { Random } from '@parperos/alloc-api/conformance'
import { threadId } from 'node:worker_threads'

export { notify, wait, type Words } from '@parperos/alloc-api/atomics'
type Words = real.Words

/** A worker sleeps once in so many steps, on average: about once in two histories. */
const STEPS = 40
/** The shortest sleep there is comes to some 60 µs, in which others do a hundred operations. */
const SLEEP_MS = 0.01

const random = new Random(threadId)
const bed = new Int32Array(new SharedArrayBuffer(4))
let stepsLeft = STEPS

function step(): void {
  if (--stepsLeft > 0) return
  stepsLeft = 1 + random.below(2 * STEPS)
  real.wait(bed, 0, 0, SLEEP_MS)
}

export function load(words: Words, index: number): number {
  step()
  return real.load(words, index)
}

export function store(words: Words, index: number, value: number): void {
  step()
  real.store(words, index, value)
}

export function compareExchange(words: Words, index: number, expected: number, desired: number): number {
  step()
  return real.compareExchange(words, index, expected, desired)
}

export function add(words: Words, index: number, value: number): number {
  step()
  return real.add(words, index, value)
}

export function or(words: Words, index: number, mask: number): number {
  step()
  return real.or(words, index, mask)
}

export function and(words: Words, index: number, mask: number): number {
  step()
  return real.and(words, index, mask)
}

export function exchange(words: Words, index: number, value: number): number {
  step()
  return real.exchange(words, index, value)
}
