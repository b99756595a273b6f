// The buffer manager as a library: open a store, or attach to one that another worker of this process has open.
import type { Store, StoreHandle, StoreOptions, TreeOptions } from './api.ts'
import { joinStore, openStore } from './store/open.ts'
import { encodingsOf, OpenStore } from './store/store.ts'

export type * from './api.ts'
export { StoreError, type StoreErrorCode } from './errors.ts'

export interface AttachOptions<Key = string, Value = string> extends TreeOptions<Key, Value> {
  /** Which worker this is: 1 … workers − 1; the one that opened the store is number 0. */
  worker: number
  /** The worker that had this number is gone. Default false. */
  takeOver?: boolean
}

/**
 * Opens the store in that directory; makes one if there is none. The encodings are those of the store's own tree. Throws
 * `BAD_OPTION`, `LOCKED`, `NOT_A_STORE`, `NEWER_VERSION`, `CORRUPT`, `READ_ONLY`, `DISK_FULL`, `UNAVAILABLE`, `SYSTEM`.
 */
export async function open<Key = string, Value = string>(
  path: string,
  options: StoreOptions & TreeOptions<Key, Value> = {},
): Promise<Store<Key, Value>> {
  const encodings = encodingsOf(options)
  return new OpenStore(await openStore(path, options), encodings)
}

/**
 * Takes part in a store that another worker of this process has open: `handle` is what it has posted. Throws `BAD_OPTION`,
 * `BUSY` (somebody has that number).
 */
export async function attach<Key = string, Value = string>(
  handle: StoreHandle,
  { worker, takeOver = false, ...options }: AttachOptions<Key, Value>,
): Promise<Store<Key, Value>> {
  const encodings = encodingsOf(options)
  return new OpenStore(await joinStore(handle, worker, takeOver), encodings)
}
