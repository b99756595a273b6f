// What users of a store see: its types. The habits are those of the ecosystem (abstract-level, lmdb): a store is a tree of
// keys and values, has named trees beside it, and every method has a form that waits and one that returns a promise.

/** How long an acknowledged commit lasts: see DESIGN.md, "The log". */
export type SyncMode = 'full' | 'group' | 'off'

/** How keys or values are turned into bytes and back. Keys keep their order only as far as the encoded bytes have it. */
export interface Encoding<Decoded> {
  readonly name: string
  encode(value: Decoded): Uint8Array
  /** `bytes` are the caller's own. */
  decode(bytes: Uint8Array): Decoded
}

/** `'utf8'` strings, `'json'` anything that JSON has, `'binary'` Uint8Array. */
export type EncodingName = 'utf8' | 'json' | 'binary'

export type BackendChoice = 'auto' | 'sab' | 'wasm' | 'native'

export interface StoreOptions {
  /** Where pages are kept: an ExMap backend. Default `'auto'`; `info()` says what was chosen, and why. */
  backend?: BackendChoice
  /** Bytes of the pool of pages in memory: at least 256 KiB, and 8 KiB for each worker. Default 64 MiB. */
  cacheBytes?: number
  /** What the store can grow to. Takes 20 bytes of address space per 4 KiB. Default 16 GiB. */
  maxBytes?: number
  /** Workers that can have it open at the same time, this one included. Default 1. */
  workers?: number
  /** Default `'full'`. */
  sync?: SyncMode
  /**
   * `'group'`: at most so long after its acknowledgement a commit is safe from power failure, as long as the worker that has
   * made it comes back to its event loop. Default 10.
   */
  groupMs?: number
  /** After so many bytes of log a checkpoint begins by itself. Default 64 MiB. */
  checkpointBytes?: number
  /** Also in other processes, at the last checkpoint; see `refresh()`. Default false. */
  readOnly?: boolean
  /** Makes the directory if there is none. Default true. */
  create?: boolean
  /** A worker that holds a lock for so long without doing anything is dead. Default 10,000. */
  patienceMs?: number
  /** Past the page cache (O_DIRECT), where the backend and file system can do that. Default false. */
  direct?: boolean
}

/** What another worker needs: structured-clonable. */
export interface StoreHandle {
  readonly component: 'buffer-manager'
  readonly path: string
  readonly [field: string]: unknown
}

export interface RangeOptions<Key> {
  gt?: Key
  gte?: Key
  lt?: Key
  lte?: Key
  reverse?: boolean
  /** At most so many entries. */
  limit?: number
}

export interface TreeOptions<Key, Value> {
  /** Default `'utf8'`. */
  keyEncoding?: EncodingName | Encoding<Key>
  /** Default `'utf8'`. */
  valueEncoding?: EncodingName | Encoding<Value>
}

/** Reading one tree: of the store now, of a snapshot, or of a transaction. */
export interface Reader<Key, Value> {
  get(key: Key): Promise<Value | undefined>
  getSync(key: Key): Value | undefined
  /** In the order of `keys`. What has to be read from the file is read at the same time. */
  getMany(keys: readonly Key[]): Promise<(Value | undefined)[]>
  getManySync(keys: readonly Key[]): (Value | undefined)[]
  hasSync(key: Key): boolean
  has(key: Key): Promise<boolean>
  entries(range?: RangeOptions<Key>): AsyncIterableIterator<[Key, Value]>
  keys(range?: RangeOptions<Key>): AsyncIterableIterator<Key>
  values(range?: RangeOptions<Key>): AsyncIterableIterator<Value>
  entriesSync(range?: RangeOptions<Key>): IterableIterator<[Key, Value]>
  keysSync(range?: RangeOptions<Key>): IterableIterator<Key>
  valuesSync(range?: RangeOptions<Key>): IterableIterator<Value>
}

export type Operation<Key = unknown, Value = unknown> =
  | { type: 'put'; key: Key; value: Value; tree?: Tree<Key, Value> }
  | { type: 'del'; key: Key; tree?: Tree<Key, Value> }

/** A tree of keys and values: the store's own, or a named one. */
export interface Tree<Key = string, Value = string> extends Reader<Key, Value> {
  readonly name: string
  /** Resolves when it is as safe as `sync` says. */
  put(key: Key, value: Value): Promise<void>
  putSync(key: Key, value: Value): void
  /** Whether there was such a key. */
  del(key: Key): Promise<boolean>
  delSync(key: Key): boolean
  /** All or nothing, also for readers of several trees: an operation may name another tree of the store. */
  batch(operations: readonly Operation<Key, Value>[]): Promise<void>
  batchSync(operations: readonly Operation<Key, Value>[]): void
  /** Removes every entry of the range (default: all). How many. */
  clear(range?: RangeOptions<Key>): Promise<number>
  /**
   * Calls `use` with the value's bytes where they lie, for as long as the call takes: `bytes[at] … bytes[at + length − 1]`. It
   * may be called again when the page has changed meanwhile; what it returned last counts. Undefined: no such key.
   */
  viewSync<Result>(key: Key, use: (bytes: Uint8Array, at: number, length: number) => Result): Result | undefined
  /** Fills an empty tree, or appends behind its last key, from entries in ascending order; quicker than batches. How many. */
  load(entries: Iterable<readonly [Key, Value]> | AsyncIterable<readonly [Key, Value]>): Promise<number>
  /** Entries in it. */
  count(): number
}

/** All trees at one moment; what is committed later is not seen. Holds back the reuse of pages until it is closed. */
export interface Snapshot extends Disposable {
  in<Key, Value>(tree: Tree<Key, Value>): Reader<Key, Value>
  close(): void
}

/**
 * Reads from a snapshot taken at its beginning, and its own writes. At its end all writes are committed at once, or nothing
 * with `CONFLICT`.
 *
 * - `'serializable'` (default): a conflict is a key or range that it has read or written and that was changed since by somebody
 *   else to another value.
 * - `'snapshot'`: only keys that it has written count, so that write skew is possible.
 */
export type Isolation = 'serializable' | 'snapshot'

export interface TransactionOptions {
  isolation?: Isolation
  /** After a conflict, how often it is begun anew before that is thrown. Default 0. */
  retries?: number
}

export interface TransactionTree<Key, Value> extends Reader<Key, Value> {
  put(key: Key, value: Value): void
  /** Whether there was such a key. */
  del(key: Key): boolean
}

export interface Transaction {
  in<Key, Value>(tree: Tree<Key, Value>): TransactionTree<Key, Value>
}

export interface StoreStats {
  /** Entries of all trees. */
  entries: number
  trees: number
  /** Pages of the file, and how many of them hold nothing. */
  pages: number
  freePages: number
  /** Pages in memory, and how many of them are newer than the file. */
  resident: number
  dirty: number
  poolPages: number
  /** Of this worker since it opened the store. */
  hits: number
  misses: number
  evictions: number
  writeBacks: number
  commits: number
  /** Checkpoints since the store was made; bytes of log since the last one. */
  checkpoints: number
  logBytes: number
  openSnapshots: number
}

export interface StoreInfo {
  path: string
  backend: string
  /** Why this backend and no better one: one sentence each. */
  chosen: readonly string[]
  /** How pages get their memory, and how bytes get to and from the file (`info()` of ExMap). */
  way: string
  io: string
  sync: SyncMode
  cacheBytes: number
  maxBytes: number
  worker: number
  workers: number
  /** What opening found in the log and committed again. */
  recovered: { commits: number; bytes: number }
}

/** An open store; itself the tree of name ''. */
export interface Store<Key = string, Value = string> extends Tree<Key, Value>, AsyncDisposable {
  /** For `attach` in other workers. */
  readonly handle: StoreHandle
  /** The tree of that name; made by what is first written to it. At most 1000. */
  tree<K = string, V = string>(name: string, options?: TreeOptions<K, V>): Tree<K, V>
  /** Names of trees that have been made, without ''. */
  treeNames(): string[]
  snapshot(): Snapshot
  transaction<Result>(
    body: (transaction: Transaction) => Promise<Result> | Result,
    options?: TransactionOptions,
  ): Promise<Result>
  transactionSync<Result>(body: (transaction: Transaction) => Result, options?: TransactionOptions): Result
  /** Everything committed is safe from power failure, whatever `sync` is. */
  flush(): Promise<void>
  /** Everything committed is in the pages, and the log empty. */
  checkpoint(): Promise<void>
  /**
   * Of a read-only store: goes on to the last checkpoint. Whether there was a newer one. Snapshots stay what they are. Throws
   * `BAD_OPTION` if it was opened for several workers, `STORE_FULL` if the store has grown beyond this one's `maxBytes`.
   */
  refresh(): Promise<boolean>
  /** Walks everything; throws `CORRUPT` naming the page. Do not write meanwhile. */
  validate(): Promise<void>
  stats(): StoreStats
  info(): StoreInfo
  /** A checkpoint, if this is the last worker; then everything is given back. */
  close(): Promise<void>
}
