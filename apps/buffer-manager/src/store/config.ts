// What a store can be opened with: defaults and checks.
import { requireWholeNumber } from '@parperos/alloc-api/driver'
import type { BackendChoice, StoreOptions, SyncMode } from '../api.ts'
import { StoreError } from '../errors.ts'
import { PAGE_BYTES } from '../pages/page.ts'

export interface StoreConfig {
  backend: BackendChoice
  cacheBytes: number
  maxBytes: number
  /** Pages that fit into the pool; pages of the file at most. */
  frames: number
  pages: number
  workers: number
  sync: SyncMode
  groupMs: number
  checkpointBytes: number
  readOnly: boolean
  create: boolean
  direct: boolean
  patienceMs: number
}

const backends: readonly BackendChoice[] = ['auto', 'sab', 'wasm', 'native']
const syncModes: readonly SyncMode[] = ['full', 'group', 'off']

/** Throws `BAD_OPTION` saying what was expected. */
export function complete(options: StoreOptions): StoreConfig {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new StoreError('BAD_OPTION', `options are an object, got ${JSON.stringify(options)}`)
  }
  const { backend = 'auto', cacheBytes = 64 << 20, maxBytes = 16 * 2 ** 30, workers = 1 } = options
  const { sync = 'full', groupMs = 10, checkpointBytes = 64 << 20 } = options
  const { readOnly = false, create = true, direct = false, patienceMs = 10_000 } = options
  try {
    requireWholeNumber('cacheBytes', cacheBytes, 256 << 10, 2 ** 42)
    requireWholeNumber('maxBytes', maxBytes, 1 << 20, 2 ** 40)
    requireWholeNumber('workers', workers, 1, 64)
    requireWholeNumber('groupMs', groupMs, 1, 60_000)
    requireWholeNumber('checkpointBytes', checkpointBytes, 1 << 16, 2 ** 31)
    requireWholeNumber('patienceMs', patienceMs, 1, 3_600_000)
  } catch (cause) {
    throw new StoreError('BAD_OPTION', (cause as Error).message, { cause })
  }
  if (!syncModes.includes(sync)) {
    throw new StoreError('BAD_OPTION', `sync is 'full', 'group' or 'off', got ${JSON.stringify(sync)}`)
  }
  if (!backends.includes(backend)) {
    throw new StoreError('BAD_OPTION', `backend is 'auto', 'sab', 'wasm' or 'native', got ${JSON.stringify(backend)}`)
  }
  for (const [name, value] of Object.entries({ readOnly, create, direct })) {
    if (typeof value !== 'boolean') throw new StoreError('BAD_OPTION', `${name} is true or false, got ${JSON.stringify(value)}`)
  }
  const frames = Math.floor(cacheBytes / PAGE_BYTES)
  const pages = Math.ceil(maxBytes / PAGE_BYTES)
  const rest = { sync, groupMs, checkpointBytes, readOnly, create, direct, patienceMs }
  return { backend, cacheBytes, maxBytes, frames, pages, workers, ...rest }
}

/** The log's segments are about as long as what stands between two checkpoints. */
export const segmentBytes = ({ checkpointBytes }: StoreConfig): number => Math.min(Math.max(checkpointBytes, 1 << 20), 2 ** 30)
