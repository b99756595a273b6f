// What the stores that are compared have in common: keys and values of bytes, one tree. Each store does it in its own
// best way; what a method promises is the same for all, so that nobody is compared with something easier.
import type { BackendKind } from '@parperos/alloc-api'

export type Bytes = Uint8Array

export interface OpenOptions {
  /** Ours alone: where pages are kept. */
  backend?: BackendKind | undefined
  /** For pages in memory, where that is the store's affair and not the system's page cache. */
  cacheBytes: number
  /** Of values, about: for a store whose pages can be larger. */
  valueBytes: number
  /** What is acknowledged survives power failure. Else nothing waits for the disk, in any store. */
  durable: boolean
  /** Threads that have it open at the same time. */
  workers: number
  /** Past the page cache, where the store can do that. */
  direct?: boolean
}

/** Another thread opens the same store with it: plain data. */
export interface SharedStore {
  readonly dir: string
  readonly options: OpenOptions
  /** The store's own handle, where it has one. */
  readonly handle: unknown
}

/** An open store. Keys and values that are handed in are not changed before the promise is settled. */
export interface KeyValue {
  readonly shared: SharedStore
  /** How it gets at its file, for the reader of a report. */
  readonly way: string
  /** The value in bytes that stay the caller's. */
  get(key: Bytes): Bytes | undefined
  /**
   * The value's first byte, found without copying the value for the caller; −1: no such key. Null: it cannot do that.
   */
  readonly peek: ((key: Bytes) => number) | null
  getMany(keys: readonly Bytes[]): Promise<(Bytes | undefined)[]>
  /** One commit. Settled, or back, when it is as durable as was asked for. */
  put(key: Bytes, value: Bytes): Promise<unknown> | undefined
  /** All of them in one commit, as durable. */
  putMany(keys: readonly Bytes[], values: readonly Bytes[]): Promise<unknown> | undefined
  /** Fills an empty store with `count` entries in ascending order; afterwards they survive power failure. */
  load(entries: Iterable<readonly [Bytes, Bytes]>, count: number): Promise<void>
  /** Reads up to `limit` entries from `from` on, keys and values; how many. */
  scan(from: Bytes, limit: number): number | Promise<number>
  /** Pages that were read from the file since it was opened; null where nobody counts. */
  pageReads(): number | null
  close(): Promise<void>
}

/** A store that can be opened. */
export interface KeyValueKind {
  open(dir: string, options: OpenOptions): Promise<KeyValue>
  /** In another thread, which is worker 0, 1 and so on. */
  attach(shared: SharedStore, worker: number): Promise<KeyValue>
  /** Threads that can have it open at the same time. */
  readonly threads: 'one' | 'many'
  /** Who opened it has to keep it open for those that attach; else it is closed before they do. */
  readonly keptOpen: boolean
  /** The methods' names in the store's own words. */
  readonly words: { peek: string; get: string; getMany: string; put: string; putMany: string }
  /** The file whose pages the system's page cache has; null: it keeps its own. */
  readonly cachedFile: string | null
}
