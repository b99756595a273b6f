// Recording histories of workers on one allocator: right ones pass, and every way to be wrong is found that no account
// in the end would show.
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  expectLinearizable,
  withWorkers,
  type HistoryShape,
  type LinearizabilityResult,
} from '../src/conformance/index.ts'
import { createMemory } from '../src/index.ts'
import { modelBackend } from '../src/model/index.ts'
import { inexactBackends, models } from './inexact-models.ts'

const start = () => new Worker(new URL('workers/histories.ts', import.meta.url))

/** Small orders, so that misuse is decided at once, and a share of it. */
const shape: HistoryShape = { mix: [6, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0], kinds: { putAgain: 1 } }

/** Workers of the given backends record histories on an allocator of the first kind. */
async function run(backends: string[], histories: number, frames = 64): Promise<LinearizabilityResult> {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  using allocator = await models[backends[0]].open({ memory, frames, slots: 4 })
  return await withWorkers(start, backends, (workers) =>
    expectLinearizable({ allocator, workers, histories, seed: 1, shape }),
  )
}

describe('histories of a model behind a lock', () => {
  it('can be explained', async () => {
    const { histories, concurrent, operations, overlapping, refused } = await run(['locked', 'locked'], 500)
    expect(concurrent).toBeGreaterThanOrEqual(500)
    expect(operations).toBeGreaterThanOrEqual(histories * 16)
    expect(overlapping).toBeGreaterThanOrEqual(1000)
    expect(refused).toBeGreaterThan(50)
  })

  it('of a worker alone are refused: they would test nothing', async () => {
    await expect(run(['locked'], 10)).rejects.toThrow('operations of different workers overlapped in 0 of')
  })
})

describe('it is found that an allocator', () => {
  it.each(['hands out twice', ...Object.keys(inexactBackends)])('%s', async (name) => {
    await expect(run([name, name], 20_000)).rejects.toThrow(/^history \d+ of series \d+ of seed 1 is not linearizable/)
  })

  it('loses one, be it before the history begins', async () => {
    const failing = run(['loses one', 'loses one'], 20_000)
    await expect(failing).rejects.toThrow(/is not linearizable|frames were made free, and|was refused, with no other/)
  })

  it('is not made for several workers', async () => {
    await expect(run(['model', 'model'], 100_000, 1000)).rejects.toThrow(/is not linearizable/)
  })
})

describe('a recording ends when', () => {
  it('a worker is gone, and no other waits for it', async () => {
    await expect(run(['locked', 'exits'], 100)).rejects.toThrow(/exits on slot 2: .*exited with code 3/)
  })

  it('a slot is taken', async () => {
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    using allocator = await modelBackend.open({ memory, frames: 64, slots: 3 })
    using _other = await modelBackend.attach(allocator.handle, 2)
    const failing = withWorkers(start, ['locked', 'locked'], (workers) =>
      expectLinearizable({ allocator, workers, histories: 10, seed: 1 }),
    )
    await expect(failing).rejects.toThrow(/locked on slot 2: .*slot 2 is held/)
  })

  it('it is asked for orders that the memory has no room for', async () => {
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    using allocator = await modelBackend.open({ memory, frames: 15 })
    const large = { mix: [0, 0, 0, 0, 1] }
    const failing = expectLinearizable({ allocator, workers: [], histories: 1, seed: 1, shape: large })
    await expect(failing).rejects.toThrow('15 frames have no block of these orders')
  })
})
