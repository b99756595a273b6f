// How much memory a process with a store has: the pool, a tenth of it besides, and what Node itself takes for running it.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { backends, freshPaths } from './support/stores.ts'

const freshPath = freshPaths('resident')
const CACHE_BYTES = 32 << 20
/** Code that is loaded when it runs, JavaScript's heap, the allocator of C, the log's ring. */
const BESIDES_BYTES = 48 << 20

test.each(backends.filter((backend) => backend !== 'wasm'))('%s: data of four times the pool', async (backend) => {
  const script = fileURLToPath(new URL('support/resident.ts', import.meta.url))
  const given = ['--expose-gc', '--max-semi-space-size=2', script, freshPath(), backend, String(CACHE_BYTES)]
  const { stdout } = await promisify(execFile)(process.execPath, given)
  const { most, loaded, scanned, evictions, poolPages, resident } = JSON.parse(stdout) as Record<string, number>
  expect(most).toBeLessThan(1.1 * CACHE_BYTES + BESIDES_BYTES)
  expect(most).toBeGreaterThan(CACHE_BYTES)
  expect([scanned, poolPages]).toEqual([loaded, CACHE_BYTES / 4096])
  expect([evictions > poolPages, resident > 0.9 * poolPages, resident <= poolPages]).toEqual([true, true, true])
})
