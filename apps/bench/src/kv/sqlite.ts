// SQLite through better-sqlite3: one table whose rows lie in the tree of its key, write-ahead logging, prepared
// statements. All of it is synchronous. A row that takes more than a quarter of such a tree's page would go to pages of
// its own.
import Database from 'better-sqlite3'
import { join } from 'node:path'
import type { Bytes, KeyValue, KeyValueKind, OpenOptions } from './key-value.ts'

export const sqlite: KeyValueKind = {
  open: async (dir, options) => opened(dir, options),
  attach: async ({ dir, options }) => opened(dir, options),
  threads: 'many',
  keptOpen: false,
  words: { peek: '', get: 'get', getMany: 'get', put: 'run', putMany: 'transaction' },
  cachedFile: 'sqlite.db',
}

/** Above it, pages of 8 KiB are quicker than those of 4 KiB, and than a table with an index beside it. */
const LARGE_VALUE = 900

function opened(dir: string, options: OpenOptions): KeyValue {
  const db = new Database(join(dir, 'sqlite.db'))
  db.pragma(`page_size = ${options.valueBytes > LARGE_VALUE ? 8192 : 4096}`)
  db.pragma('journal_mode = WAL')
  db.pragma(`cache_size = -${Math.ceil(options.cacheBytes / 1024)}`)
  db.exec('CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID')
  db.pragma(`synchronous = ${options.durable ? 'FULL' : 'OFF'}`)
  const select = db.prepare<[Bytes], Buffer>('SELECT value FROM entries WHERE key = ?').pluck()
  const insert = db.prepare<[Bytes, Bytes]>('INSERT OR REPLACE INTO entries VALUES (?, ?)')
  const range = db
    .prepare<[Bytes, number], [Buffer, Buffer]>('SELECT key, value FROM entries WHERE key >= ? ORDER BY key LIMIT ?')
    .raw()
  const insertAll = db.transaction((keys: readonly Bytes[], values: readonly Bytes[]) => {
    for (let i = 0; i < keys.length; i++) insert.run(keys[i], values[i])
  })
  const loadAll = db.transaction((entries: Iterable<readonly [Bytes, Bytes]>) => {
    for (const [key, value] of entries) insert.run(key, value)
  })
  return {
    shared: { dir, options, handle: null },
    way: 'WAL',
    get: (key) => select.get(key),
    peek: null,
    getMany: async (keys) => keys.map((key) => select.get(key)),
    put(key, value) {
      insert.run(key, value)
      return undefined
    },
    putMany(keys, values) {
      insertAll(keys, values)
      return undefined
    },
    async load(entries) {
      db.pragma('synchronous = FULL')
      loadAll(entries)
      db.pragma(`synchronous = ${options.durable ? 'FULL' : 'OFF'}`)
    },
    scan(from, limit) {
      let count = 0
      for (const [, value] of range.iterate(from, limit)) if (value.length > 0) count++
      return count
    },
    pageReads: () => null,
    close: async () => {
      db.close()
    },
  }
}
