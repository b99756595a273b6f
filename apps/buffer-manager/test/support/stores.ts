// Real stores for tests, on each backend that can run here, in directories that are gone afterwards.
import { nativeWith } from '@parperos/exmap/native'
import { sab } from '@parperos/exmap/sab'
import { wasm } from '@parperos/exmap/wasm'
import { canTest } from '@parperos/presets/backends'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { Store, StoreOptions } from '../../src/api.ts'
import type { StoreErrorCode } from '../../src/errors.ts'
import { open } from '../../src/index.ts'
import { quickDirectory } from './kinds.ts'

/** Those that can run here. */
export const backends = [sab, wasm, nativeWith({ way: 'table' })].filter((backend) => canTest(backend)).map(({ kind }) => kind)

/** A function that returns paths at which there is nothing yet. What is made there is removed when the file's tests are over. */
export function freshPaths(name: string): () => string {
  const directory = quickDirectory(name)
  let made = 0
  afterAll(() => rmSync(directory, { recursive: true }))
  return () => join(directory, `store ${made++}`)
}

/** Small, and without waiting for a disk. */
export const small = { cacheBytes: 2 << 20, maxBytes: 64 << 20, sync: 'off' } satisfies StoreOptions

export const openSmall = (path: string, options: StoreOptions = {}): Promise<Store> => open(path, { ...small, ...options })

/** For `toThrow` and `rejects.toThrow`. */
export const error = (code: StoreErrorCode, message = ''): Error =>
  expect.objectContaining({ name: 'StoreError', code, message: expect.stringContaining(message) as string }) as Error

export { keyOf } from './entries.ts'
