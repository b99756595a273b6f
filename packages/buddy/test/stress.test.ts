// Workers of different kinds on one Region at the same time: no frame is ever in two hands, none is lost, and everything
// is as it was when all has been given back.
import { createMemory } from '@parperos/alloc-api'
import { runConcurrently, withWorkers } from '@parperos/alloc-api/conformance'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { Buddy } from '../src/index.ts'
import { sab } from '../src/sab.ts'
import { kinds } from './support/kinds.ts'

const seed = 20_260_711

const start = () => new Worker(new URL('support/churn-worker.ts', import.meta.url))

async function open(frames: number, slots: number) {
  const memory = await createMemory({ backend: 'wasm', bytes: 8 << 20 })
  return await Buddy.open({ backend: sab, memory, frames, slots })
}

const mixes = [
  { what: 'all orders, half of the memory', frames: 20_003, operations: 2_000_000, options: {} },
  { what: 'all orders, more than there is', frames: 9001, operations: 300_000, options: { holdShare: 1.2 } },
  { what: 'order 0 only', frames: 4099, operations: 300_000, options: { mix: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] } },
  { what: 'orders 9 and 10 only', frames: 40_960, operations: 200_000, options: { mix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1] } },
]

it.each(mixes)(`workers of ${kinds.join(', ')} share one allocator: $what`, async (mix) => {
  using allocator = await open(mix.frames, 4)
  await withWorkers(start, kinds, async (workers) => {
    const { operations, options } = mix
    const done = await runConcurrently({ allocator, workers, operations, seed, ...options })
    expect(done.operations).toBeGreaterThanOrEqual(operations)
    expect(done.gets).toBeGreaterThan(operations / 10)
  })
  expect(allocator.stats()).toEqual({ frames: mix.frames, free: mix.frames, freeHuge: Math.floor(mix.frames / 512) })
})

it.each(kinds)('two %s workers share one allocator and leave some of it allocated', async (kind) => {
  using allocator = await open(10_007, 3)
  await withWorkers(start, [kind, kind], async (workers) => {
    const { gets } = await runConcurrently({ allocator, workers, operations: 200_000, seed, freeAll: false })
    expect(gets).toBeGreaterThan(50_000)
  })
})
