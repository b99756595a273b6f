// `@parperos/buffer-manager/level`: a store as a database of abstract-level, for code that takes any such database.
import type { AbstractDatabaseOptions } from 'abstract-level'
import type { StoreHandle, StoreOptions } from '../api.ts'
import { attach, open } from '../index.ts'
import { LevelOfStore } from './level-of-store.ts'

/** abstract-level's own options and the store's; what the store calls `create` is `createIfMissing` here. */
export type ParperosLevelOptions<K = string, V = string> = AbstractDatabaseOptions<K, V> & Omit<StoreOptions, 'create'>

export interface AttachedLevelOptions<K = string, V = string> extends AbstractDatabaseOptions<K, V> {
  /** Which worker this is; see `attach`. */
  worker: number
}

/** It opens by itself, or with `await db.open()`. */
export class ParperosLevel<KDefault = string, VDefault = string> extends LevelOfStore<KDefault, VDefault> {
  /** The store's directory. */
  readonly location: string

  /** The database in the directory `location`. */
  constructor(location: string, options?: ParperosLevelOptions<KDefault, VDefault>)
  /** The one that another worker of this process has open: `handle` is that of its `store`. */
  constructor(handle: StoreHandle, options: AttachedLevelOptions<KDefault, VDefault>)
  constructor(from: string | StoreHandle, options?: AbstractDatabaseOptions<KDefault, VDefault>) {
    if (typeof from === 'string') super((own) => open(from, own), options)
    else super((own) => attach(from, { worker: (own as unknown as AttachedLevelOptions).worker }), options)
    this.location = typeof from === 'string' ? from : from.path
  }
}
