// The store of a cell: its directory, what is in it, and how the cell's workers get at it.
import { storeDirectory, type StoreDirectory } from './directory.ts'
import { entriesOf } from './entries.ts'
import type { KeyValue, KeyValueKind, OpenOptions, SharedStore } from './key-value.ts'
import { kinds, type StoreName } from './kinds.ts'

/** Entries that are in the store before anything is measured. */
export interface Content {
  entries: number
  valueBytes: number
}

export class StoreCell implements AsyncDisposable {
  readonly directory: StoreDirectory
  readonly shared: SharedStore
  readonly #store: KeyValue
  readonly #kind: KeyValueKind

  private constructor(directory: StoreDirectory, kind: KeyValueKind, store: KeyValue) {
    this.directory = directory
    this.shared = store.shared
    this.#kind = kind
    this.#store = store
  }

  /** In the cell's process. `workers` of them can attach then. */
  static async open(
    name: StoreName,
    options: Omit<OpenOptions, 'valueBytes'>,
    { entries, valueBytes }: Content,
  ): Promise<StoreCell> {
    const directory = storeDirectory()
    const kind = await kinds[name]()
    // One more for the process itself.
    const store = await kind.open(directory.path, { ...options, valueBytes, workers: options.workers + 1 })
    if (entries > 0) await store.load(entriesOf(0, entries, valueBytes), entries)
    if (!kind.keptOpen) await store.close()
    return new StoreCell(directory, kind, store)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#kind.keptOpen) await this.#store.close()
    this.directory[Symbol.dispose]()
  }
}

/** In a worker. */
export const attachStore = async (name: StoreName, shared: SharedStore, worker: number): Promise<KeyValue> =>
  (await kinds[name]()).attach(shared, worker)
