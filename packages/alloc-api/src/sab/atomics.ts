// The one place that says `Atomics`. Every package imports these as `#atomics`, so that the schedule explorer can put
// itself between an algorithm and the memory. All are sequentially consistent (ECMA-262, "Memory Model"); V8 inlines
// them, so a call costs what the bare operation costs.

/** The kind of view that all shared structures are made of: 32-bit words, fixed length. */
export type Words = Int32Array<SharedArrayBuffer>

/** Reads word `index`. */
export const load = (words: Words, index: number): number => Atomics.load(words, index)

/** Writes word `index`. */
export const store = (words: Words, index: number, value: number): void => {
  Atomics.store(words, index, value)
}

/** Writes `desired` where `expected` stands; returns what stood there (equal to `expected` on success). */
export const compareExchange = (words: Words, index: number, expected: number, desired: number): number =>
  Atomics.compareExchange(words, index, expected, desired)

/** Adds to word `index`; returns what stood there before. */
export const add = (words: Words, index: number, value: number): number => Atomics.add(words, index, value)

/** Sets the bits of `mask` in word `index`; returns what stood there before. */
export const or = (words: Words, index: number, mask: number): number => Atomics.or(words, index, mask)

/** Keeps only the bits of `mask` in word `index`; returns what stood there before. */
export const and = (words: Words, index: number, mask: number): number => Atomics.and(words, index, mask)

/** Puts `value` in place; returns what stood there before. */
export const exchange = (words: Words, index: number, value: number): number => Atomics.exchange(words, index, value)

/**
 * Sleeps while word `index` holds `expected`, at most `timeoutMs` milliseconds. Throws a `TypeError` on a thread that
 * may not block (a browser's main thread). Wakes only across threads of one process; between processes use a native
 * memory's `wait`.
 */
export const wait = (
  words: Words,
  index: number,
  expected: number,
  timeoutMs: number,
): 'ok' | 'not-equal' | 'timed-out' => Atomics.wait(words, index, expected, timeoutMs)

/** Wakes at most `count` sleepers on word `index`; returns how many were woken. */
export const notify = (words: Words, index: number, count: number): number => Atomics.notify(words, index, count)
