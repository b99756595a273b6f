// The lock makes one operation of each: short histories of two workers of different kinds on one allocator, each of
// which has to be explained by a sequence of the model's steps, misuse and the last free frames included.
import { createMemory } from '@parperos/alloc-api'
import { expectLinearizable, portOf, type HistoryShape } from '@parperos/alloc-api/conformance'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Buddy } from '../src/index.ts'
import { sab } from '../src/sab.ts'
import { kinds } from './support/kinds.ts'

const seed = 20_261_123
const HISTORIES = 100 * Number(process.env.PARPEROS_SOAK ?? 1)

const orders = (weights: Record<number, number>): number[] =>
  Array.from({ length: 11 }, (_, order) => weights[order] ?? 0)

/** A block may be given back by two workers at once, in whole and in parts: exactly one of them is right. */
const scenarios: { what: string; frames: number; shape: HistoryShape }[] = [
  { what: 'all orders', frames: 2048, shape: { kinds: { putAgain: 2 } } },
  { what: 'the last frames', frames: 64, shape: { mix: orders({ 0: 1 }), freeBlocks: 2, heldBlocks: 1 } },
  { what: 'small blocks, some of them given back twice', frames: 37, shape: { kinds: { putAgain: 6 } } },
  { what: 'orders 10, 9, 8 and 0', frames: 4096, shape: { mix: orders({ 0: 3, 8: 2, 9: 2, 10: 1 }) } },
]

const pairs = kinds.map((kind, i) => {
  const pair = [kind, kinds[(i + 1) % kinds.length]]
  return { name: pair.join(' and '), pair }
})

describe.each(pairs)('histories of $name can be explained:', ({ pair }) => {
  let threads: Worker[]
  beforeAll(() => {
    threads = pair.map(() => new Worker(new URL('support/churn-worker.ts', import.meta.url)))
  })
  afterAll(() => Promise.all(threads.map((thread) => thread.terminate())))

  it.each(scenarios)('$what', async ({ frames, shape }) => {
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    using allocator = await Buddy.open({ backend: sab, memory, frames, slots: 3 })
    const workers = threads.map((thread, i) => ({ port: portOf(thread), backend: pair[i], slot: i + 1 }))
    const done = await expectLinearizable({ allocator, workers, histories: HISTORIES, seed, shape })
    expect(done.concurrent).toBeGreaterThanOrEqual(HISTORIES)
    expect(done.refused).toBeGreaterThan(0)
  })
})
