// Who is told of accesses: one observer per thread, or none. It sees each access twice, before it happens and with what it
// did, so it can hold a thread at the first and record at the second.
import type { Words } from '@parperos/alloc-api/atomics'

/**
 * What is done to a word. `read` and `write` are plain, the others are those of `#atomics`
 * (and `Atomics.xor`, which it leaves out).
 */
export type Access =
  | 'read'
  | 'write'
  | 'load'
  | 'store'
  | 'compareExchange'
  | 'add'
  | 'or'
  | 'and'
  | 'xor'
  | 'exchange'
  | 'wait'
  | 'notify'

/**
 * `words` is always the raw array that was given to `observe`, and `index` counts in it, also where the access went
 * through a `subarray`.
 */
export interface Observer {
  /** The access is about to happen. It may block: that is how a schedule is enforced. */
  before(access: Access, words: Words, index: number): void
  /**
   * It has happened: what stood there, and what stands there now. Not called for wait and notify, which change no word.
   * For a plain write, `was` is read just before it, so it is exact while nobody else writes.
   */
  after?(access: Access, words: Words, index: number, was: number, is: number): void
  /** Stands in for `Atomics.wait`, after `before`. */
  wait?(words: Words, index: number, expected: number, timeoutMs: number): 'ok' | 'not-equal' | 'timed-out'
  /** Stands in for `Atomics.notify`, after `before`. */
  notify?(words: Words, index: number, count: number): number
}

/** The observer of this thread. */
export let observer: Observer | null = null

/** From now on this thread's accesses to observed words are told to `next`; null ends that. */
export function setObserver(next: Observer | null): void {
  observer = next
}
