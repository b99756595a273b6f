// Workers of different kinds on one Region at the same time: no frame is ever in two hands, none is lost, and
// everything is as it was when all has been given back. What each variant makes them compete for says its name.
import { runConcurrently, withWorkers, type ConcurrentOptions } from '@parperos/alloc-api/conformance'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { kinds } from './support/kinds.ts'
import { open, type Options } from './support/open.ts'
import { policies } from './support/policies.ts'
import { soak } from './support/soak.ts'

const seed = 20_261_121

interface Variant {
  what: string
  options: Options
  run: Omit<ConcurrentOptions, 'allocator' | 'workers' | 'seed'>
}

const orders = (weights: Record<number, number>): number[] =>
  Array.from({ length: 11 }, (_, order) => weights[order] ?? 0)

const variants: Variant[] = [
  { what: 'all orders, half of the memory', options: { frames: 60_003 }, run: { operations: 2_000_000 } },
  {
    what: 'all orders, more than there is',
    options: { frames: 20_003 },
    run: {
      operations: 600_000,
      holdShare: 1.2,
      mix: orders({ 0: 40, 1: 10, 2: 10, 3: 10, 5: 5, 6: 5, 7: 3, 8: 2, 9: 2, 10: 1 }),
    },
  },
  {
    what: 'the last frames of order 0',
    options: { frames: 1033 },
    run: { operations: 600_000, holdShare: 3, mix: orders({ 0: 1 }) },
  },
  {
    what: 'orders 9 and 10 in the same few huge frames',
    options: { frames: 4 * 1024 },
    run: { operations: 200_000, holdShare: 1.5, mix: orders({ 9: 2, 10: 1 }) },
  },
  {
    what: 'huge blocks that are given back in parts, and small ones in between',
    options: { frames: 6 * 1024 + 511 },
    run: { operations: 400_000, holdShare: 1, mix: orders({ 0: 20, 5: 4, 6: 4, 8: 2, 9: 2, 10: 2 }) },
  },
  {
    what: 'orders 6 to 8, which take several rows',
    options: { frames: 2 * 1024 },
    run: { operations: 400_000, holdShare: 1.1, mix: orders({ 0: 1, 5: 1, 6: 4, 7: 4, 8: 2 }) },
  },
  { what: 'one tree', options: { frames: 4096 }, run: { operations: 400_000, holdShare: 0.9 } },
  { what: 'trees of two huge frames', options: { frames: 30_000, treeHugeFrames: 2 }, run: { operations: 400_000 } },
  {
    what: 'a policy that keeps classes apart',
    options: { frames: 20_000, treeHugeFrames: 2, policy: policies.pinnedAndMovable },
    run: { operations: 400_000, holdShare: 0.9 },
  },
  {
    what: 'fewer frames than workers',
    options: { frames: 2 },
    run: { operations: 100_000, holdShare: 1, mix: orders({ 0: 3, 1: 1 }) },
  },
]

const start = () => new Worker(new URL('support/churn-worker.ts', import.meta.url))

it.each(variants)(`a worker of each kind (${kinds.join(', ')}) on one allocator: $what`, async (variant) => {
  const { options } = variant
  const run = { ...variant.run, operations: variant.run.operations * soak }
  using allocator = await open('sab', { slots: 4, ...options })
  await withWorkers(start, kinds, async (workers) => {
    const done = await runConcurrently({ allocator, workers, seed, ...run })
    expect(done.operations).toBeGreaterThanOrEqual(run.operations)
    for (const { gets, puts } of done.workers) expect([gets > 100, puts > 100]).toEqual([true, true])
  })
  const { frames } = options
  expect(allocator.stats()).toEqual({ frames, free: frames, freeHuge: Math.floor(frames / 512) })
  expect(allocator.quickStats().free).toBe(frames)
})

describe.each(kinds)('two %s workers', (kind) => {
  it('share one allocator and leave some of it allocated', async () => {
    using allocator = await open(kind, { frames: 20_011, slots: 3 })
    await withWorkers(start, [kind, kind], async (workers) => {
      const { gets } = await runConcurrently({ allocator, workers, operations: 300_000, seed, freeAll: false })
      expect(gets).toBeGreaterThan(50_000)
    })
  })
})

it('frames to spare and order 0 only: nobody is ever told that memory has run out', async () => {
  using allocator = await open('wasm', { frames: 3 * 4096, slots: 4 })
  await withWorkers(start, kinds, async (workers) => {
    const mix = orders({ 0: 1 })
    const { outOfMemory } = await runConcurrently({
      allocator,
      workers,
      operations: 600_000,
      seed,
      holdShare: 0.5,
      mix,
    })
    expect(outOfMemory).toBe(0)
  })
})
