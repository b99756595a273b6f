// The measuring itself: workers that meet, loops that do what they say, rounds that are counted.
import { createMemory } from '@parperos/alloc-api'
import { modelBackend } from '@parperos/alloc-api/model'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { Barrier, newBarrierWords } from '../src/measure/barrier.ts'
import { batchLoops, callLoops, type BulkLoops } from '../src/measure/loops.ts'
import { mallocLoops } from '../src/measure/malloc-loops.ts'
import { chosen, measureRounds } from '../src/measure/rounds.ts'
import { newTimes, Stopwatch } from '../src/measure/stopwatch.ts'
import { bulk, random, repeat } from '../src/measure/workloads.ts'

const alone = { barrier: new Barrier(newBarrierWords(), 0, 1), worker: 0, workers: 1 }
const stopwatch = new Stopwatch(newTimes(1), alone.barrier)

async function model(frames: number) {
  const memory = await createMemory({ backend: 'sab', bytes: frames + 2 ** 20 })
  return await modelBackend.open({ memory, frames })
}

describe('the barrier', () => {
  test('no worker is ever a step ahead of the others, and all hear what worker 0 says', async () => {
    const words = newBarrierWords()
    const steps = new Int32Array(new SharedArrayBuffer(64))
    const code = new URL('fixtures/barrier-worker.ts', import.meta.url)
    const wrong = await Promise.all(
      [0, 1, 2].map(
        (worker) =>
          new Promise<number>((resolve, reject) => {
            const thread = new Worker(code, { workerData: { words, steps, worker, workers: 3 } })
            thread.once('message', resolve).once('error', reject)
          }),
      ),
    )
    expect(wrong).toEqual([0, 0, 0])
  })
})

describe('the loops', () => {
  const each: [string, () => Promise<{ loops: BulkLoops; free: () => number }>][] = [
    [
      'one call each',
      async () => {
        const allocator = await model(4096)
        return { loops: callLoops(allocator, 1500), free: () => allocator.stats().free }
      },
    ],
    [
      'batches',
      async () => {
        const allocator = await model(4096)
        return { loops: batchLoops(allocator, 1500), free: () => allocator.stats().free }
      },
    ],
  ]

  test.each(each)('%s: take what was asked for, shuffle it, and give all of it back', async (_, make) => {
    const { loops, free } = await make()
    expect(loops.bulkGet(0, 1500)).toBe(1500)
    expect(free()).toBe(4096 - 1500)
    loops.shuffle(3, 1500)
    expect(loops.bulkPut(0, 1500)).toBe(1500)
    expect(free()).toBe(4096)
  })

  test.each(each)('%s: say how many blocks there were when there are too few', async (_, make) => {
    const { loops } = await make()
    expect(loops.bulkGet(2, 1500)).toBe(1024)
  })

  test('@thi.ng/malloc has room for exactly the frames that it was made for', () => {
    const loops = mallocLoops(256, 0, 300)
    expect(loops.bulkGet(0, 300)).toBe(256)
    expect(loops.bulkPut(0, 256)).toBe(256)
    expect(loops.bulkGet(0, 256)).toBe(256)
    loops.shuffle(1, 256)
    expect(loops.bulkPut(0, 256)).toBe(256)
    expect(loops.repeat(0, 10)).toBe(10)
  })
})

describe('rounds', () => {
  test('have one sample for each phase and one unit each, all above zero', async () => {
    const loops = callLoops(await model(256), 64)
    const workload = bulk(loops, stopwatch, 0, 64)
    const rounds = await measureRounds(workload, loops, alone, { timeMs: 1, rounds: 3 })
    expect(rounds).toHaveLength(3)
    for (const { nsPerOp, casNs, cpuShare } of rounds) {
      expect(nsPerOp).toHaveLength(2)
      expect(Math.min(...nsPerOp, casNs, cpuShare)).toBeGreaterThan(0)
    }
  })

  test('count when they were undisturbed; where there are too few, those count that had most of the CPUs', () => {
    const round = (casNs: number, cpuShare: number, disturbed: boolean) => ({
      nsPerOp: [1],
      casNs,
      cpuShare,
      disturbed,
    })
    const made = [
      round(1, 0.3, true),
      round(2, 0.5, false),
      round(3, 0.8, true),
      round(4, 1, false),
      round(5, 0.6, true),
    ]
    expect(chosen(made, 2).map(({ casNs }) => casNs)).toEqual([2, 4])
    expect(chosen(made, 4).map(({ casNs }) => casNs)).toEqual([2, 4, 3, 5])
  })

  test('random and repeat have one phase and leave nothing allocated', async () => {
    const allocator = await model(256)
    const loops = callLoops(allocator, 64)
    expect(random(loops, stopwatch, 0, 64, 1).pass()).toHaveLength(1)
    expect(repeat(loops, stopwatch, 0).pass()).toHaveLength(1)
    expect(allocator.stats().free).toBe(256)
  })

  test('a loop that does less than it should is an error, not a fast result', async () => {
    const loops = callLoops(await model(32), 64)
    expect(() => bulk(loops, stopwatch, 0, 64).pass()).toThrow('get of order 0 ended with 32 where 64 were asked for')
  })
})
