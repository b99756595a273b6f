// The model: a store in memory that does what src/api.ts says in the obvious way. The adapter and the command line are
// tested on it as on the real one, and the real one is compared with it.
import type * as api from '../../src/api.ts'
import { StoreError } from '../../src/errors.ts'
import { encodingOf } from '../../src/store/encodings.ts'
import { MemoryEntries } from './memory-entries.ts'
import { MemoryReader, type Encodings } from './memory-reader.ts'
import { MemoryState, type MemoryWrite } from './memory-state.ts'
import { MemoryTransaction } from './memory-transaction.ts'

/** Stores that outlive their being open, as those of a disk would. */
export class MemoryDisk {
  readonly #states = new Map<string, MemoryState>()

  readonly open = async (path: string, options: api.StoreOptions = {}): Promise<api.Store> => {
    await Promise.resolve()
    const { create = true, readOnly = false } = options
    const state = this.#states.get(path)
    if (!state && (!create || readOnly)) throw new StoreError('NOT_A_STORE', `${path} holds no store`)
    if (state?.open && !readOnly) throw new StoreError('LOCKED', `${path} is open for writing elsewhere`)
    const opened = state ?? new MemoryState()
    this.#states.set(path, opened)
    return new MemoryStore(opened, path, options)
  }
}

class MemoryTree<Key, Value> extends MemoryReader<Key, Value> implements api.Tree<Key, Value> {
  readonly name: string
  readonly #write: (writes: readonly MemoryWrite[]) => boolean[]

  constructor(
    name: string,
    source: () => MemoryEntries,
    encodings: Encodings<Key, Value>,
    write: (writes: readonly MemoryWrite[]) => boolean[],
  ) {
    super(source, encodings)
    this.name = name
    this.#write = write
  }

  putSync(key: Key, value: Value): void {
    this.batchSync([{ type: 'put', key, value }])
  }

  delSync(key: Key): boolean {
    const { key: encoding } = this.encodings
    return this.#write([{ tree: this.name, key: encoding.encode(key), value: undefined }])[0]
  }

  batchSync(operations: readonly api.Operation<Key, Value>[]): void {
    const writes = operations.map((operation): MemoryWrite => {
      const tree = (operation.tree ?? this) as MemoryTree<Key, Value>
      const key = tree.encodings.key.encode(operation.key)
      const value = operation.type === 'put' ? tree.encodings.value.encode(operation.value) : undefined
      return { tree: tree.name, key, value }
    })
    this.#write(writes)
  }

  async put(key: Key, value: Value): Promise<void> {
    await Promise.resolve()
    this.putSync(key, value)
  }

  async del(key: Key): Promise<boolean> {
    await Promise.resolve()
    return this.delSync(key)
  }

  async batch(operations: readonly api.Operation<Key, Value>[]): Promise<void> {
    await Promise.resolve()
    this.batchSync(operations)
  }

  async clear(range: api.RangeOptions<Key> = {}): Promise<number> {
    await Promise.resolve()
    const found = this.source().range(this.encoded(range))
    this.#write(found.map(([key]) => ({ tree: this.name, key, value: undefined })))
    return found.length
  }

  viewSync<Result>(key: Key, use: (bytes: Uint8Array, at: number, length: number) => Result): Result | undefined {
    const bytes = this.source().get(this.encodings.key.encode(key))
    return bytes && use(bytes, 0, bytes.length)
  }

  async load(entries: Iterable<readonly [Key, Value]> | AsyncIterable<readonly [Key, Value]>): Promise<number> {
    const last = this.source().range({ reverse: true, limit: 1 })
    let before = last.length > 0 ? last[0][0] : undefined
    const writes: MemoryWrite[] = []
    for await (const [key, value] of entries) {
      const bytes = this.encodings.key.encode(key)
      if (before && Buffer.compare(before, bytes) >= 0) {
        throw new StoreError('BAD_OPTION', `entry ${writes.length} is not behind the one before it`)
      }
      before = bytes
      writes.push({ tree: this.name, key: bytes, value: this.encodings.value.encode(value) })
    }
    this.#write(writes)
    return writes.length
  }

  count(): number {
    return this.source().size
  }
}

class MemoryStore extends MemoryTree<string, string> implements api.Store {
  readonly handle: api.StoreHandle
  readonly #state: MemoryState
  readonly #readOnly: boolean
  #open = true
  #snapshots = 0

  constructor(state: MemoryState, path: string, { readOnly = false }: api.StoreOptions) {
    super(
      '',
      () => this.#entries(''),
      { key: encodingOf<string>('utf8'), value: encodingOf<string>('utf8') },
      (writes) => this.#commit(writes),
    )
    this.#state = state
    this.#readOnly = readOnly
    this.handle = { component: 'buffer-manager', path }
    if (!readOnly) state.open = true
  }

  tree<K = string, V = string>(name: string, options: api.TreeOptions<K, V> = {}): api.Tree<K, V> {
    const encodings = { key: encodingOf<K>(options.keyEncoding), value: encodingOf<V>(options.valueEncoding) }
    return new MemoryTree(
      name,
      () => this.#entries(name),
      encodings,
      (writes) => this.#commit(writes),
    )
  }

  treeNames(): string[] {
    return this.#state.names()
  }

  snapshot(): api.Snapshot {
    this.#requireOpen()
    const trees = this.#state.freeze()
    let open = true
    this.#snapshots++
    const close = (): void => {
      if (open) this.#snapshots--
      open = false
    }
    const source = (name: string) => (): MemoryEntries => {
      if (open) return trees.get(name) ?? new MemoryEntries()
      throw new StoreError('CLOSED', 'the snapshot is closed')
    }
    return {
      in: <K, V>(tree: api.Tree<K, V>) =>
        new MemoryReader(source(tree.name), (tree as unknown as MemoryTree<K, V>).encodings),
      close,
      [Symbol.dispose]: close,
    }
  }

  async transaction<Result>(
    body: (transaction: api.Transaction) => Promise<Result> | Result,
    { isolation = 'serializable', retries = 0 }: api.TransactionOptions = {},
  ): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      const transaction = new MemoryTransaction(this.#state, isolation)
      const result = await body(transaction)
      try {
        transaction.commit()
        return result
      } catch (error) {
        if (attempt === retries || !(error instanceof StoreError && error.code === 'CONFLICT')) throw error
      }
    }
  }

  transactionSync<Result>(
    body: (transaction: api.Transaction) => Result,
    { isolation = 'serializable', retries = 0 }: api.TransactionOptions = {},
  ): Result {
    for (let attempt = 0; ; attempt++) {
      const transaction = new MemoryTransaction(this.#state, isolation)
      const result = body(transaction)
      try {
        transaction.commit()
        return result
      } catch (error) {
        if (attempt === retries || !(error instanceof StoreError && error.code === 'CONFLICT')) throw error
      }
    }
  }

  async flush(): Promise<void> {
    await Promise.resolve()
    this.#requireOpen()
  }

  checkpoint(): Promise<void> {
    return this.flush()
  }

  async refresh(): Promise<boolean> {
    await this.flush()
    return false
  }

  validate(): Promise<void> {
    return this.flush()
  }

  stats(): api.StoreStats {
    const trees = ['', ...this.#state.names()]
    const entries = trees.reduce((sum, name) => sum + this.#entries(name).size, 0)
    const none = {
      pages: 0,
      freePages: 0,
      resident: 0,
      dirty: 0,
      poolPages: 0,
      hits: 0,
      misses: 0,
      evictions: 0,
      writeBacks: 0,
    }
    const { commits } = this.#state
    return {
      ...none,
      entries,
      trees: trees.length,
      commits,
      checkpoints: 0,
      logBytes: 0,
      openSnapshots: this.#snapshots,
    }
  }

  info(): api.StoreInfo {
    return {
      path: this.handle.path,
      backend: 'memory',
      chosen: ['it is the model'],
      way: 'none',
      io: 'none',
      sync: 'full',
      cacheBytes: 0,
      maxBytes: 0,
      worker: 0,
      workers: 1,
      recovered: { commits: 0, bytes: 0 },
    }
  }

  async close(): Promise<void> {
    await Promise.resolve()
    if (this.#open && !this.#readOnly) this.#state.open = false
    this.#open = false
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #entries(name: string): MemoryEntries {
    this.#requireOpen()
    return this.#state.entries(name)
  }

  #commit(writes: readonly MemoryWrite[]): boolean[] {
    this.#requireOpen()
    if (this.#readOnly) throw new StoreError('READ_ONLY', 'the store was opened read-only')
    return this.#state.commit(writes)
  }

  #requireOpen(): void {
    if (!this.#open) throw new StoreError('CLOSED', 'the store is closed')
  }
}
