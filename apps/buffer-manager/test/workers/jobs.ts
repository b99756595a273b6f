// What a test tells a worker, and what that answers.
import type { StoreHandle } from '../../src/api.ts'
import type { Committed } from './history.ts'

export type Job =
  /** Reads everybody's keys and writes its own. */
  | { what: 'versions'; handle: StoreHandle; worker: number; seed: number; operations: number; board: Int32Array<SharedArrayBuffer> }
  /** Transactions over the same few keys; all that were committed are returned. */
  | { what: 'history'; handle: StoreHandle; worker: number; seed: number; operations: number; isolation: 'serializable' | 'snapshot' }
  /** Puts values of one letter each into the same few keys, again and again. */
  | { what: 'letters'; handle: StoreHandle; worker: number; operations: number }
  /** Puts the number of the round into all of some keys, of several leaves, in one batch. */
  | { what: 'rounds'; handle: StoreHandle; worker: number; operations: number }
  /** Attaches, writes, opens a snapshot, and waits to be terminated or, with `closes`, closes the store. */
  | { what: 'idle'; handle: StoreHandle; worker: number; closes: boolean }

export interface Answer {
  /** How often what was done. */
  counts: Record<string, number>
  history: Committed[]
}
