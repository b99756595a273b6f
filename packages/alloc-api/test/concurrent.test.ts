// Concurrent runs: they let right allocators pass, and name what is wrong with others.
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portOf, runConcurrently, type ConcurrentOptions } from '../src/conformance/index.ts'
import { createMemory, type FullFrameAllocator } from '../src/index.ts'
import { modelBackend } from '../src/model/index.ts'
import { lockedBackends } from './locked-model.ts'

const script = new URL('workers/conformance.ts', import.meta.url)
const frames = 5003
/** Every order often enough to matter. */
const mix = [40, 20, 10, 10, 10, 5, 5, 3, 3, 2, 1]

const open = async (name: string): Promise<FullFrameAllocator> => {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  return (lockedBackends[name] ?? modelBackend).open({ memory, frames, slots: 3 })
}

let workers: Worker[]
const start = () => {
  workers = [new Worker(script), new Worker(script)]
}
const end = () => Promise.all(workers.map((worker) => worker.terminate()))

/** Both workers on an allocator of the given kind. */
const run = (allocator: FullFrameAllocator, backends: string[], options: Partial<ConcurrentOptions> = {}) =>
  runConcurrently({
    allocator,
    workers: backends.map((backend, i) => ({ port: portOf(workers[i]), backend, slot: i + 1 })),
    operations: 20_000,
    seed: 1,
    mix,
    ...options,
  })

describe('a run', () => {
  beforeAll(start)
  afterAll(end)

  it('of two workers gives everything back', async () => {
    const allocator = await open('locked')
    const kept = allocator.get(3)
    const result = await run(allocator, ['locked', 'locked'], { holdShare: 0.2 })
    expect(result.operations).toBeGreaterThanOrEqual(20_000)
    expect(result.workers.every(({ gets, puts }) => gets > 1000 && puts > 1000)).toBe(true)
    expect(allocator.stats().free).toBe(frames - 8)
    allocator.put(kept, 3)
  })

  it('that competes for the last frames and keeps them ends in agreement', async () => {
    const allocator = await open('locked')
    const result = await run(allocator, ['locked', 'locked'], { holdShare: 1.5, freeAll: false, seed: 2 })
    expect(result.outOfMemory).toBeGreaterThan(0)
    expect(allocator.stats().free).toBeLessThan(frames)
  })

  it('of one worker serves an allocator that is not made for more', async () => {
    const allocator = await open('model')
    const result = await run(allocator, ['model'], { operations: 5000 })
    expect(result.workers).toHaveLength(1)
    expect(allocator.stats().free).toBe(frames)
  })

  it('draws the same from the same seed', async () => {
    const results = await Promise.all([1, 2].map(async () => run(await open('model'), ['model'], { operations: 100 })))
    expect(results[0]).toEqual(results[1])
  })
})

describe('a run finds', () => {
  beforeAll(start)
  afterAll(end)

  it('a frame in two hands', async () => {
    const allocator = await open('hands out twice')
    await expect(run(allocator, ['hands out twice', 'locked'])).rejects.toThrow(
      /worker \d got frame \d+ while worker \d/,
    )
  })

  it('a lost frame', async () => {
    const allocator = await open('loses one')
    await expect(run(allocator, ['loses one', 'locked'])).rejects.toThrow(
      /frame \d+ is allocated, but its owner is nobody/,
    )
  })

  it('statistics that disagree with the owners', async () => {
    const allocator = await open('counts one more')
    await expect(run(allocator, ['locked'])).rejects.toThrow(/stats\(\) after the run: expected .*5003/)
  })
})

describe('a run ends when', () => {
  beforeAll(start)
  afterAll(end)

  it('a worker cannot attach, and no other waits for it', async () => {
    const allocator = await open('locked')
    const taken = await lockedBackends.locked.attach(allocator.handle, 2)
    await expect(run(allocator, ['locked', 'locked'])).rejects.toThrow(/locked on slot 2: .*slot 2 is held/)
    taken.close()
  })

  it('a worker does not know the backend', async () => {
    const failing = run(await open('locked'), ['locked', 'throws'])
    await expect(failing).rejects.toThrow(/throws on slot 2: .*no such backend/)
  })

  it('a worker is gone', async () => {
    const failing = run(await open('locked'), ['locked', 'exits'])
    await expect(failing).rejects.toThrow(/exits on slot 2: .*exited with code 3/)
  })
})
