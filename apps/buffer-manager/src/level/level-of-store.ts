// abstract-level over any store: its databases with hooks, events, encodings and sublevels, on a tree of keys and
// values. abstract-level encodes and decodes; what arrives here, in the methods that begin with an underscore, are
// Buffers. An iterator reads from a snapshot of its own, as abstract-level's users expect of a database that can.
import type { Buffer } from 'node:buffer'
import { AbstractLevel, type AbstractDatabaseOptions, type AbstractOpenOptions } from 'abstract-level'
import type { Operation, Reader, Store, StoreOptions, Tree } from '../api.ts'
import { StoreError } from '../errors.ts'
import { LevelIterator, type IteratorOptions, type ReadFrom } from './iterator.ts'
import { asBuffer, rangeOf, type Bounds } from './range.ts'
import { LevelSnapshot, type SnapshotOptions } from './snapshot.ts'

/** How a store is opened: its own options; `create` says what `createIfMissing` said. */
export type OpenStore = (options: StoreOptions) => Promise<Store>

interface ReadOptions {
  snapshot?: unknown
}

type BatchOperation = { type: 'put'; key: Buffer; value: Buffer } | { type: 'del'; key: Buffer }

/** What a database can do: abstract-level's suite tests all of it. */
const manifest = {
  encodings: { buffer: true },
  has: true,
  getSync: true,
  seek: true,
  implicitSnapshots: true,
  explicitSnapshots: true,
  permanence: true,
  createIfMissing: true,
  errorIfExists: true,
}

export class LevelOfStore<KDefault = string, VDefault = string> extends AbstractLevel<Buffer, KDefault, VDefault> {
  readonly #openStore: OpenStore
  #store: Store | undefined
  #tree: Tree<Uint8Array, Uint8Array> | undefined

  constructor(openStore: OpenStore, options?: AbstractDatabaseOptions<KDefault, VDefault>) {
    super(manifest, options)
    this.#openStore = openStore
  }

  /** The store underneath while the database is open, for what abstract-level has no words for: transactions, stats. */
  get store(): Store {
    if (this.#store) return this.#store
    throw new StoreError('CLOSED', 'the database is not open', { hint: 'await db.open() first' })
  }

  get #all(): Tree<Uint8Array, Uint8Array> {
    if (this.#tree) return this.#tree
    throw new StoreError('CLOSED', 'the database is not open', { hint: 'await db.open() first' })
  }

  async _open(options: AbstractOpenOptions & StoreOptions): Promise<void> {
    const { createIfMissing: create = true, errorIfExists = false, passive: _passive, ...own } = options
    if (errorIfExists && (await this.#exists(own))) {
      throw new StoreError('BAD_OPTION', 'the store exists already, and errorIfExists is set')
    }
    try {
      this.#store = await this.#openStore({ ...own, create })
    } catch (error) {
      if (create || !isMissing(error)) throw error
      throw new StoreError('NOT_A_STORE', `the store does not exist, and createIfMissing is false: ${error.message}`, {
        cause: error,
      })
    }
    this.#tree = this.#store.tree('', { keyEncoding: 'binary', valueEncoding: 'binary' })
  }

  async #exists(options: StoreOptions): Promise<boolean> {
    try {
      const store = await this.#openStore({ ...options, create: false, readOnly: true })
      await store.close()
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  async _close(): Promise<void> {
    await this.#store?.close()
    this.#store = undefined
    this.#tree = undefined
  }

  async _get(key: Buffer, options: ReadOptions): Promise<Buffer | undefined> {
    const value = await this.#reader(options).get(key)
    return value && asBuffer(value)
  }

  _getSync(key: Buffer, options: ReadOptions): Buffer | undefined {
    const value = this.#reader(options).getSync(key)
    return value && asBuffer(value)
  }

  async _getMany(keys: readonly Buffer[], options: ReadOptions): Promise<(Buffer | undefined)[]> {
    const values = await this.#reader(options).getMany(keys)
    return values.map((value) => value && asBuffer(value))
  }

  _has(key: Buffer, options: ReadOptions): Promise<boolean> {
    return this.#reader(options).has(key)
  }

  _hasMany(keys: readonly Buffer[], options: ReadOptions): Promise<boolean[]> {
    const reader = this.#reader(options)
    return Promise.all(keys.map((key) => reader.has(key)))
  }

  _put(key: Buffer, value: Buffer): Promise<void> {
    return this.#all.put(key, value)
  }

  async _del(key: Buffer): Promise<void> {
    await this.#all.del(key)
  }

  _batch(operations: readonly BatchOperation[]): Promise<void> {
    // Operations carry whatever their makers put into them, so that only what is known goes on.
    return this.#all.batch(
      operations.map((one): Operation<Uint8Array, Uint8Array> =>
        one.type === 'put' ? { type: 'put', key: one.key, value: one.value } : { type: 'del', key: one.key },
      ),
    )
  }

  /** With a snapshot: the keys that it has are deleted, and no others. */
  async _clear(options: ReadOptions & Bounds): Promise<void> {
    const range = rangeOf(options)
    if (!options.snapshot) {
      await this.#all.clear(range)
      return
    }
    const operations: Operation<Uint8Array, Uint8Array>[] = []
    for await (const key of this.#reader(options).keys(range)) operations.push({ type: 'del', key })
    await this.#all.batch(operations)
  }

  _iterator(options: IteratorOptions): LevelIterator<this, KDefault, VDefault> {
    return new LevelIterator(this, options, this.#readFrom(options))
  }

  _snapshot(options: SnapshotOptions): LevelSnapshot {
    return new LevelSnapshot(options, this.store, this.#all)
  }

  /** The snapshot that was named, or one of the iterator's own. */
  #readFrom(options: ReadOptions): ReadFrom {
    if (options.snapshot) return { reader: this.#reader(options) }
    const own = this.store.snapshot()
    return { own, reader: own.in(this.#all) }
  }

  #reader({ snapshot }: ReadOptions): Reader<Uint8Array, Uint8Array> {
    if (!snapshot) return this.#all
    if (snapshot instanceof LevelSnapshot && snapshot.store === this.#store) return snapshot.reader
    throw new StoreError('BAD_OPTION', 'the snapshot is not one of this database since it was opened')
  }
}

const isMissing = (error: unknown): error is StoreError => error instanceof StoreError && error.code === 'NOT_A_STORE'
