// The stores that a test runs on: the model, and real ones, so small that hundreds can be opened in seconds.
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store, StoreOptions } from '../../src/api.ts'
import { open } from '../../src/index.ts'
import { MemoryDisk } from './memory-store.ts'

export type Open = (path: string, options?: StoreOptions) => Promise<Store>

interface Kind {
  name: string
  /** Of the model each call makes a disk of its own. */
  opener: () => Open
}

const small: StoreOptions = { cacheBytes: 2 << 20, maxBytes: 16 << 20, sync: 'off' }

export const kinds: Record<'model' | 'store', Kind> = {
  model: { name: 'the model', opener: () => new MemoryDisk().open },
  store: { name: 'the store', opener: () => (path, options) => open(path, { ...small, ...options }) },
}

/** For stores whose disk is not what is tested: in memory, where the system has such a place. */
export const quickDirectory = (name: string): string =>
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `parperos-${name}-`))
