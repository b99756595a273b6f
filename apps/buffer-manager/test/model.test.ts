// Random operations do what the model does, whatever fits into memory, and still do after closing and opening.
import { describe, expect, test } from 'vitest'
import type { StoreOptions } from '../src/api.ts'
import { runModel } from './support/model-run.ts'
import { soak } from './support/soak.ts'
import { backends, freshPaths } from './support/stores.ts'

const freshPath = freshPaths('model')

/** Pages of the pool, and the largest values: in the smallest pool one of them is a third of it. */
const pools = [
  { pages: 64, mostBytes: 100 << 10 },
  { pages: 100, mostBytes: 20_000 },
  { pages: 400, mostBytes: 100 << 10 },
  { pages: 8192, mostBytes: 100 << 10 },
]
const seeds = Array.from({ length: 24 * soak }, (_, i) => i)

describe('a seed is a run of its own', () => {
  test.each(seeds)('%i', async (seed) => {
    const { pages, mostBytes } = pools[seed % pools.length]
    const backend = backends[(seed >> 2) % backends.length]
    const options: StoreOptions = {
      ...{ backend, cacheBytes: pages * 4096, maxBytes: 256 << 20, checkpointBytes: seed % 3 ? 64 << 20 : 1 << 16 },
      sync: seed % 5 ? 'off' : 'group',
    }
    const { stats } = await runModel({ seed: 1000 + seed, operations: 400, path: freshPath(), options, mostBytes })
    expect(stats.openSnapshots).toBe(0)
  })
})
