// The buffer manager: pages of its own in a pool of its own. Reads and single writes are synchronous where nothing has
// to wait for the disk.
import type { StoreHandle } from '@parperos/buffer-manager'
import { joinStore, openStore, type BinaryStore } from '../compose.ts'
import type { Bytes, KeyValue, KeyValueKind, OpenOptions, SharedStore } from './key-value.ts'

export const ours: KeyValueKind = {
  async open(dir, options) {
    return opened(dir, options, await openStore(dir, options))
  },
  async attach({ dir, options, handle }: SharedStore, worker) {
    // The one that opened it is number 0.
    return opened(dir, options, await joinStore(handle as StoreHandle, worker + 1))
  },
  threads: 'many',
  keptOpen: true,
  words: { peek: 'viewSync', get: 'getSync', getMany: 'getMany', put: 'put', putMany: 'batch' },
  cachedFile: 'data.pages',
}

const first = (bytes: Bytes, at: number): number => bytes[at]

function opened(dir: string, options: OpenOptions, store: BinaryStore): KeyValue {
  const { io } = store.info()
  return {
    shared: { dir, options, handle: store.handle },
    way: options.direct === true ? `${io}, direct` : io,
    get: (key) => store.getSync(key),
    peek: (key) => store.viewSync(key, first) ?? -1,
    getMany: (keys) => store.getMany(keys),
    put(key, value) {
      if (options.durable) return store.put(key, value)
      store.putSync(key, value)
      return undefined
    },
    putMany(keys, values) {
      const operations = keys.map((key, i) => ({ type: 'put', key, value: values[i] }) as const)
      if (options.durable) return store.batch(operations)
      store.batchSync(operations)
      return undefined
    },
    async load(entries) {
      await store.load(entries)
      await store.flush()
    },
    scan(from, limit) {
      let count = 0
      for (const value of store.valuesSync({ gte: from, limit })) if (value.length > 0) count++
      return count
    },
    pageReads: () => store.stats().misses,
    close: () => store.close(),
  }
}
