// An explicit snapshot of abstract-level: it counts who reads from it and calls `_close` when nobody does any more.
import { AbstractSnapshot } from 'abstract-level'
import type { Reader, Snapshot, Store, Tree } from '../api.ts'

export interface SnapshotOptions {
  /** The database or sublevel that closes it. */
  owner: unknown
}

// The declarations of abstract-level leave out the constructor that implementations call.
const Base = AbstractSnapshot as unknown as new (options: SnapshotOptions) => AbstractSnapshot

export class LevelSnapshot extends Base {
  readonly store: Store
  readonly reader: Reader<Uint8Array, Uint8Array>
  readonly #snapshot: Snapshot

  constructor(options: SnapshotOptions, store: Store, tree: Tree<Uint8Array, Uint8Array>) {
    // First of all, since this is what can fail: afterwards the owner knows of it and will close it.
    const snapshot = store.snapshot()
    super(options)
    this.store = store
    this.#snapshot = snapshot
    this.reader = snapshot.in(tree)
  }

  _close(): Promise<void> {
    this.#snapshot.close()
    return Promise.resolve()
  }
}
