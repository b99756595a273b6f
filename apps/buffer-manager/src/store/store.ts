// A store as users hold it: the tree of name '', and everything that concerns all trees.
import type {
  Snapshot,
  Store,
  StoreHandle,
  StoreInfo,
  StoreStats,
  Transaction,
  TransactionOptions,
  Tree,
  TreeOptions,
} from '../api.ts'
import { StoreError } from '../errors.ts'
import { encodingOf } from './encodings.ts'
import { word } from './layout.ts'
import type { Opened } from './open.ts'
import { TreeReader, type Encodings } from './reader.ts'
import { RootsOfSnapshot } from './roots.ts'
import { requireTreeName } from './shared.ts'
import { OpenTransaction, ownTree } from './transaction.ts'
import { StoreTree } from './tree.ts'

export class OpenStore<Key, Value> extends StoreTree<Key, Value> implements Store<Key, Value> {
  readonly #opened: Opened
  #closing: Promise<void> | null = null

  constructor(opened: Opened, encodings: Encodings<Key, Value>) {
    super(opened.engine, '', encodings)
    this.#opened = opened
  }

  get handle(): StoreHandle {
    return this.#opened.handle
  }

  tree<K = string, V = string>(name: string, options: TreeOptions<K, V> = {}): Tree<K, V> {
    this.engine.requireOpen()
    return new StoreTree(this.engine, requireTreeName(name), encodingsOf(options))
  }

  treeNames(): string[] {
    this.engine.requireOpen()
    const { shared } = this.engine
    return Array.from({ length: shared.trees }, (_, tree) => shared.treeName(tree)).filter((name) => name !== '')
  }

  snapshot(): Snapshot {
    const { engine } = this
    const open = engine.snapshot()
    const roots = new RootsOfSnapshot(open, () => {
      engine.requireOpen()
      if (!open.isOpen) throw new StoreError('CLOSED', 'the snapshot has been closed')
    })
    return {
      in(tree) {
        roots.requireOpen()
        const { encodings, ...own } = readingParts(ownTree(engine, tree))
        return new TreeReader({ pool: engine.pool, values: engine.values, roots, encodings, ...own })
      },
      close: () => open.close(),
      [Symbol.dispose]: () => open.close(),
    }
  }

  async transaction<Result>(
    body: (transaction: Transaction) => Promise<Result> | Result,
    options: TransactionOptions = {},
  ): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      const transaction = this.#begin(options)
      try {
        const result = await body(transaction)
        await transaction.commit()
        return result
      } catch (error) {
        if (!mayRetry(error, attempt, options)) throw error
      } finally {
        transaction.end()
      }
    }
  }

  transactionSync<Result>(body: (transaction: Transaction) => Result, options: TransactionOptions = {}): Result {
    for (let attempt = 0; ; attempt++) {
      const transaction = this.#begin(options)
      try {
        const result = body(transaction)
        transaction.commitSync()
        return result
      } catch (error) {
        if (!mayRetry(error, attempt, options)) throw error
      } finally {
        transaction.end()
      }
    }
  }

  #begin(options: TransactionOptions): OpenTransaction {
    this.engine.requireOpen()
    this.engine.requireWritable()
    return new OpenTransaction(this.engine, options)
  }

  flush(): Promise<void> {
    return this.engine.flush()
  }

  checkpoint(): Promise<void> {
    return this.engine.checkpoint()
  }

  async refresh(): Promise<boolean> {
    await Promise.resolve()
    this.engine.requireOpen()
    return this.#opened.refresh()
  }

  async validate(): Promise<void> {
    await Promise.resolve()
    this.engine.validate()
  }

  stats(): StoreStats {
    this.engine.requireOpen()
    const { engine } = this
    const { words } = engine.shared
    return {
      entries: engine.entries(),
      trees: engine.shared.trees,
      pages: words[word.highWater],
      freePages: words[word.highWater] - words[word.livePages],
      ...engine.pool.stats(),
      poolPages: this.#opened.config.frames,
      commits: engine.committer.commits,
      checkpoints: engine.checkpoints,
      logBytes: engine.logBytes,
      openSnapshots: words[word.openSnapshots],
    }
  }

  info(): StoreInfo {
    this.engine.requireOpen()
    const { handle, config, composed, recovered } = this.#opened
    const { way, io } = composed.areas[0].info()
    return {
      path: handle.path,
      backend: composed.handle.backend,
      chosen: composed.chosen,
      ...{ way, io },
      sync: config.sync,
      cacheBytes: config.cacheBytes,
      maxBytes: config.maxBytes,
      worker: this.engine.shared.worker,
      workers: config.workers,
      recovered,
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#opened.close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

const readingParts = <Key, Value>(tree: StoreTree<Key, Value>): { encodings: Encodings<Key, Value>; tree: () => number } => ({
  encodings: tree.encodings,
  tree: () => tree.find(),
})

/** Throws `BAD_OPTION` for what is no encoding. */
export const encodingsOf = <Key, Value>(options: TreeOptions<Key, Value> | null): Encodings<Key, Value> => ({
  key: encodingOf<Key>(options?.keyEncoding),
  value: encodingOf<Value>(options?.valueEncoding),
})

const mayRetry = (error: unknown, attempt: number, { retries = 0 }: TransactionOptions): boolean =>
  error instanceof StoreError && error.code === 'CONFLICT' && attempt < retries
