// LevelDB through classic-level: a log-structured tree, one thread at a time. Values are not compressed, as in the
// others.
import { ClassicLevel } from 'classic-level'
import { join } from 'node:path'
import type { Bytes, KeyValue, KeyValueKind, OpenOptions } from './key-value.ts'

const LOAD_BATCH = 1000

export const level: KeyValueKind = {
  open: (dir, options) => opened(dir, options),
  attach: ({ dir, options }) => opened(dir, options),
  threads: 'one',
  keptOpen: false,
  words: { peek: '', get: 'getSync', getMany: 'getMany', put: 'put', putMany: 'batch' },
  cachedFile: null,
}

async function opened(dir: string, options: OpenOptions): Promise<KeyValue> {
  const db = new ClassicLevel<Bytes, Bytes>(join(dir, 'level'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
    compression: false,
    cacheSize: options.cacheBytes,
  })
  await db.open()
  const sync = options.durable
  const putMany = (keys: readonly Bytes[], values: readonly Bytes[], together: boolean): Promise<void> => {
    const batch = db.batch()
    for (let i = 0; i < keys.length; i++) batch.put(keys[i], values[i])
    return batch.write({ sync: together })
  }
  return {
    shared: { dir, options, handle: null },
    way: 'LSM',
    get: (key) => db.getSync(key),
    peek: null,
    getMany: (keys) => db.getMany([...keys]),
    put: (key, value) => db.put(key, value, { sync }),
    putMany: (keys, values) => putMany(keys, values, sync),
    async load(entries, count) {
      let keys: Bytes[] = []
      let values: Bytes[] = []
      let done = 0
      for (const [key, value] of entries) {
        keys.push(key)
        values.push(value)
        done++
        if (keys.length < LOAD_BATCH && done < count) continue
        await putMany(keys, values, done === count)
        keys = []
        values = []
      }
    },
    async scan(from, limit) {
      // A single request for all of them: an iterator that is asked one by one costs a turn of the event loop for each.
      const found = await db.iterator({ gte: from, limit }).all()
      return found.reduce((count, [, value]) => (value.length > 0 ? count + 1 : count), 0)
    },
    pageReads: () => null,
    close: () => db.close(),
  }
}
