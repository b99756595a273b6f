// LMDB through lmdb-js: pages in the system's page cache, mapped into the process; reads are synchronous, writes are
// batched and committed by a thread of its own. Its promises tell of the commit; durable is what was flushed, which is
// another promise.
import { open } from 'lmdb'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Bytes, KeyValue, KeyValueKind, OpenOptions, SharedStore } from './key-value.ts'

/** Entries of a transaction while loading: larger ones are no quicker. */
const LOAD_BATCH = 10_000

/**
 * Single pages are what is read; what the system reads around them would fill the memory with others. Its types omit
 * it.
 */
const NO_READ_AHEAD = { noReadAhead: true }

/** What a write returns: `flushed` is there with the option `separateFlushed`. */
type Written = Promise<boolean> & { flushed?: Promise<unknown> }

export const lmdb: KeyValueKind = {
  open: async (dir, options) => opened(dir, options),
  attach: async ({ dir, options }) => opened(dir, options),
  threads: 'many',
  keptOpen: false,
  words: { peek: 'getBinaryFast', get: 'getBinary', getMany: 'getMany', put: 'put', putMany: 'batch' },
  cachedFile: 'lmdb/data.mdb',
}

function opened(dir: string, options: OpenOptions): KeyValue {
  const shared: SharedStore = { dir, options, handle: null }
  const { durable } = options
  const db = open<Buffer, Bytes>({
    path: join(dir, 'lmdb'),
    encoding: 'binary',
    keyEncoding: 'binary',
    cache: false,
    ...(durable ? { separateFlushed: true } : { noSync: true, overlappingSync: false }),
    ...NO_READ_AHEAD,
  })
  const settled = (written: Written): Promise<unknown> => (durable ? (written.flushed ?? written) : written)
  return {
    shared,
    way: 'mmap',
    get: (key) => db.getBinary(key),
    peek: (key) => db.getBinaryFast(key)?.[0] ?? -1,
    getMany: (keys) => db.getMany([...keys]),
    put: (key, value) => settled(db.put(key, value as Buffer)),
    putMany: (keys, values) => settled(db.batch(() => keys.forEach((key, i) => void db.put(key, values[i] as Buffer)))),
    async load(entries) {
      let last: Promise<unknown> | undefined
      let before: Promise<unknown> | undefined
      let count = 0
      for (const [key, value] of entries) {
        last = db.put(key, value as Buffer)
        if (++count % LOAD_BATCH > 0) continue
        // One transaction is written while the next is put together.
        await before
        before = last
        await new Promise(setImmediate)
      }
      await last
      // As the others: until it survives power failure. Without syncing each transaction, that is one for all of them.
      if (durable) await db.flushed
      else syncFile(join(dir, 'lmdb', 'data.mdb'))
    },
    scan(from, limit) {
      let count = 0
      for (const { value } of db.getRange({ start: from, limit })) if (value.length > 0) count++
      return count
    },
    pageReads: () => null,
    close: () => db.close(),
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
