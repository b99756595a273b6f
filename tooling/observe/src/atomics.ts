// What stands in for `#atomics`: the same operations, told to the observer first. Arrays that are not observed, and
// threads without an observer, get the plain operation.
import * as real from '@parperos/alloc-api/atomics'
import { viewOf } from './observe.ts'
import { observer, type Access } from './observer.ts'

export type { Words } from '@parperos/alloc-api/atomics'
type Words = real.Words

/**
 * Does `operation` on the raw word, between the observer's `before` and `after`; gives what stood there.
 */
function told(
  access: Access,
  words: Words,
  index: number,
  operation: (raw: Words, at: number) => number,
  becomes: (was: number) => number,
): number {
  const view = viewOf(words)
  if (!view) return operation(words, index)
  const at = view.from + checked(index, view.length)
  if (!observer) return operation(view.raw, at)
  observer.before(access, view.raw, at)
  const was = operation(view.raw, at)
  observer.after?.(access, view.raw, at, was, becomes(was))
  return was
}

/** As `Atomics` does: an index outside is an error, not nothing. */
function checked(index: number, length: number): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index
  throw new RangeError(`invalid atomic access index ${index} of ${length} words`)
}

export const load = (words: Words, index: number): number =>
  told('load', words, index, real.load, (was) => was)

export const store = (words: Words, index: number, value: number): void => {
  // An exchange, so that what stood there is exact.
  told('store', words, index, (raw, at) => real.exchange(raw, at, value), () => value | 0)
}

export const compareExchange = (words: Words, index: number, expected: number, desired: number): number =>
  told(
    'compareExchange',
    words,
    index,
    (raw, at) => real.compareExchange(raw, at, expected, desired),
    (was) => (was === (expected | 0) ? desired | 0 : was),
  )

export const add = (words: Words, index: number, value: number): number =>
  told('add', words, index, (raw, at) => real.add(raw, at, value), (was) => (was + value) | 0)

export const or = (words: Words, index: number, mask: number): number =>
  told('or', words, index, (raw, at) => real.or(raw, at, mask), (was) => was | mask)

export const and = (words: Words, index: number, mask: number): number =>
  told('and', words, index, (raw, at) => real.and(raw, at, mask), (was) => was & mask)

/** Turns the bits of `mask` over: `#atomics` has no such operation, `Atomics` has. */
export const xor = (words: Words, index: number, mask: number): number =>
  told(
    'xor',
    words,
    index,
    (raw, at) => {
      for (;;) {
        const was = real.load(raw, at)
        if (real.compareExchange(raw, at, was, was ^ mask) === was) return was
      }
    },
    (was) => was ^ mask,
  )

export const exchange = (words: Words, index: number, value: number): number =>
  told('exchange', words, index, (raw, at) => real.exchange(raw, at, value), () => value | 0)

export const wait = (words: Words, index: number, expected: number, timeoutMs: number): 'ok' | 'not-equal' | 'timed-out' => {
  const view = viewOf(words)
  if (!view) return real.wait(words, index, expected, timeoutMs)
  const at = view.from + checked(index, view.length)
  observer?.before('wait', view.raw, at)
  return observer?.wait?.(view.raw, at, expected, timeoutMs) ?? real.wait(view.raw, at, expected, timeoutMs)
}

export const notify = (words: Words, index: number, count: number): number => {
  const view = viewOf(words)
  if (!view) return real.notify(words, index, count)
  const at = view.from + checked(index, view.length)
  observer?.before('notify', view.raw, at)
  return observer?.notify?.(view.raw, at, count) ?? real.notify(view.raw, at, count)
}
