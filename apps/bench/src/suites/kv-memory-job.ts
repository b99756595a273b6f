// Inside a cell that looks at how much memory a store takes when its pool is full: of the whole process, which has
// nothing else in it, before the store is opened and after more data than fit have been read.
import { readFileSync } from 'node:fs'
import { storeDirectory } from '../kv/directory.ts'
import { entriesOf, expectValue, newKey, KEY_BYTES } from '../kv/entries.ts'
import { kinds } from '../kv/kinds.ts'
import type { Job } from '../measure/job.ts'
import { randomOf } from '../measure/random.ts'
import type { MemoryInput, MemoryOutcome } from './kv-cases.ts'

/** Lookups for each page of the pool. */
const LOOKUPS_PER_PAGE = 4
const PAGE_BYTES = 4096

export const job: Job<MemoryInput, null, MemoryOutcome, MemoryOutcome> = {
  open: async () => null,

  async work(_shared, { store: name, backend, entries, valueBytes, cacheBytes, seed }) {
    using directory = storeDirectory()
    const kind = await kinds[name]()
    const beforeBytes = residentBytes()
    const store = await kind.open(directory.path, { backend, cacheBytes, valueBytes, durable: false, workers: 1 })
    await store.load(entriesOf(0, entries, valueBytes), entries)
    const random = randomOf(seed)
    for (let i = (LOOKUPS_PER_PAGE * cacheBytes) / PAGE_BYTES; i > 0; i--) {
      const number = random() % entries
      expectValue(number, store.get(newKey(number)), valueBytes)
    }
    const resident = residentBytes()
    await store.close()
    return { dataBytes: entries * (KEY_BYTES + valueBytes), residentBytes: resident, beforeBytes }
  },

  close: async (_shared, _input, [part]) => part,
}

/** What the system counts as this process's, memory that it shares with others included. */
function residentBytes(): number {
  const found = /^Rss:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))
  if (!found) throw new Error('/proc/self/smaps_rollup does not say how much memory is resident')
  return Number(found[1]) * 1024
}
