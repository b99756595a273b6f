// `@parperos/buffer-manager/level`: a store as a database of abstract-level, for code that takes any such database.
import type { AbstractDatabaseOptions } from 'abstract-level'
import type { StoreOptions } from '../api.ts'
import { open } from '../index.ts'
import { LevelOfStore } from './level-of-store.ts'

/** abstract-level's own options and the store's; what the store calls `create` is `createIfMissing` here. */
export type ParperosLevelOptions<K, V> = AbstractDatabaseOptions<K, V> & Omit<StoreOptions, 'create'>

/** A database in the directory `location`. It opens by itself, or with `await db.open()`. */
export class ParperosLevel<KDefault = string, VDefault = string> extends LevelOfStore<KDefault, VDefault> {
  readonly location: string

  constructor(location: string, options?: ParperosLevelOptions<KDefault, VDefault>) {
    super((own) => open(location, own), options)
    this.location = location
  }
}
