// For code that says `Atomics` itself: an object to put in the place of the global one, which takes observed words too.
// What is not observed goes to the engine's own `Atomics`, whatever kind of array it is.
import * as told from './atomics.ts'
import { viewOf } from './observe.ts'

type Words = told.Words
type Operation = (words: Words, index: number, ...values: number[]) => unknown

/** The operations on observed words by the names that `Atomics` has for them. */
const operations: Record<string, Operation> = {
  load: told.load,
  store: (words, index, value) => (told.store(words, index, value), value),
  compareExchange: told.compareExchange,
  add: told.add,
  sub: (words, index, value) => told.add(words, index, -value),
  and: told.and,
  or: told.or,
  xor: told.xor,
  exchange: told.exchange,
  wait: (words, index, expected, timeoutMs = Infinity) => told.wait(words, index, expected, timeoutMs),
  notify: (words, index, count = Infinity) => told.notify(words, index, count),
}

/**
 * Stands in for an engine's `Atomics`: `globalThis.Atomics = observedAtomics(globalThis.Atomics)`. An operation on
 * observed words that cannot be observed (waitAsync) throws.
 */
export function observedAtomics(engine: typeof Atomics): typeof Atomics {
  return new Proxy(engine, {
    get(target, key) {
      const original: unknown = Reflect.get(target, key, target)
      if (typeof original !== 'function') return original
      const observed = typeof key === 'string' && Object.hasOwn(operations, key) ? operations[key] : null
      return (...given: [Words, number, ...number[]]): unknown => {
        const isObserved = typeof given[0] === 'object' && viewOf(given[0]) !== undefined
        if (!isObserved) return Reflect.apply(original, target, given)
        if (observed) return observed(...given)
        throw new TypeError(`Atomics.${String(key)} on observed words cannot be observed`)
      }
    },
  })
}
