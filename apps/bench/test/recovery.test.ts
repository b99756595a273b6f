// Recovery as it is measured, on small memories: what is left to be recovered, and that a wrong recovery fails.
import { adoptMemory, type FrameAllocatorBackend } from '@parperos/alloc-api'
import { sab } from '@parperos/llfree/sab'
import { native } from '@parperos/llfree/native'
import { wasm } from '@parperos/llfree/wasm'
import { describe, expect, test } from 'vitest'
import { Barrier, newBarrierWords } from '../src/measure/barrier.ts'
import { job, recovering } from '../src/suites/recovery-job.ts'
import { recoveries, type RecoveryInput } from '../src/suites/recovery.ts'
import type { Records, Runnable, Settings } from '../src/suites/suite.ts'

const seat = { barrier: new Barrier(newBarrierWords(), 0, 1), worker: 0, workers: 1 }

/** 1000 huge frames, and a last one that is incomplete. */
const FRAMES = 1000 * 512 + 100

const inputOf = (over: Partial<RecoveryInput> = {}): RecoveryInput => ({
  implementation: 'llfree',
  backend: 'sab',
  state: 'free',
  frames: FRAMES,
  timeMs: 1,
  rounds: 2,
  seed: 1,
  ...over,
})

describe('what is recovered', () => {
  test('free and huge are all free and all allocated', async () => {
    expect((await job.open(inputOf(), 1)).free).toBe(FRAMES)
    expect((await job.open(inputOf({ state: 'huge' }), 1)).free).toBe(0)
  })

  test('busy is partly used, a quarter of its huge frames free, another allocated as a whole', async () => {
    const { handle, free } = await job.open(inputOf({ state: 'busy' }), 1)
    const memory = adoptMemory(handle.region.memory)
    using allocator = await sab.open({ memory, frames: FRAMES, initial: 'recover' })
    const counts = Array.from({ length: 1000 }, (_, i) => allocator.statsAt(i * 512, 9).free)
    const share = (wanted: (count: number) => boolean): number => counts.filter(wanted).length / 1000
    expect(share((count) => count === 512)).toBeCloseTo(0.25, 1)
    expect(share((count) => count === 0)).toBeCloseTo(0.25, 1)
    expect(share((count) => count > 0 && count < 512)).toBeCloseTo(0.5, 1)
    expect(allocator.stats().free).toBe(free)
    // The worker that filled it went away with a reservation.
    expect(allocator.info().recovered?.reservations).toBe(1)
  })

  test('busy depends on the seed and on nothing else', async () => {
    const free = async (seed: number, backend: RecoveryInput['backend'] = 'sab') =>
      (await job.open(inputOf({ state: 'busy', seed, backend }), 1)).free
    expect(await free(1)).toBe(await free(1))
    expect(await free(1, 'wasm')).toBe(await free(1))
    expect(await free(2)).not.toBe(await free(1))
  })
})

describe('measuring', () => {
  const backends = [sab, wasm, native].filter((backend) => backend.unavailable() === null).map(({ kind }) => kind)
  const states = ['free', 'huge', 'busy'] as const

  test.each(backends.flatMap((backend) => states.map((state) => ({ backend, state }))))(
    '$backend recovers $state again and again, and brings back a sample for each round',
    async ({ backend, state }) => {
      const input = inputOf({ backend, state })
      const shared = await job.open(input, 1)
      const outcome = await job.close(shared, input, [await job.work(shared, input, seat)])
      const samples = outcome.nsPerOp[`recovery-${state}`]
      expect(samples).toHaveLength(2)
      expect(Math.min(...samples, ...outcome.casNs)).toBeGreaterThan(0)
      expect(outcome.metadataBytes).toBeGreaterThan(FRAMES / 8)
    },
  )

  test('a recovery that loses a frame, or finds one, is an error', async () => {
    const input = inputOf({ state: 'busy' })
    const shared = await job.open(input, 1)
    await expect(job.work({ ...shared, free: shared.free + 1 }, input, seat)).rejects.toThrow(
      `after recovery ${shared.free} frames are free where ${shared.free + 1} were before`,
    )
  })

  test.each([
    { state: 'busy', reservations: [1, 1, 1] },
    { state: 'free', reservations: [0, 0, 0] },
  ] as const)('each recovery of $state finds what a worker in that state leaves', async ({ state, reservations }) => {
    const { handle } = await job.open(inputOf({ state }), 1)
    const found: (number | undefined)[] = []
    const watched: FrameAllocatorBackend = {
      ...sab,
      async open(config) {
        const allocator = await sab.open(config)
        found.push(allocator.info().recovered?.reservations)
        return allocator
      },
    }
    const workload = recovering(watched, adoptMemory(handle.region.memory), { frames: FRAMES, state })
    for (let i = 0; i < 3; i++) await workload.pass()
    expect(found).toEqual(reservations)
  })
})

describe('the plan', () => {
  const both: Runnable[] = [
    { allocator: 'llfree', backend: 'sab' },
    { allocator: 'buddy', backend: 'sab' },
    { allocator: 'llfree', backend: 'wasm' },
  ]
  const settings: Settings = {
    quick: true,
    timeMs: 1,
    rounds: 1,
    seed: 1,
    workers: [1, 2],
    backends: ['sab', 'wasm'],
    dir: undefined,
    cwd: '.',
    runnable: both,
  }

  test('has each state on each backend of the allocators that can recover', async () => {
    const labels = (await recoveries(settings)).map(({ cell }) => cell.label)
    expect(labels).toEqual(
      ['free', 'huge', 'busy'].flatMap((state) => [
        `recovery-${state}  llfree  sab  1 worker`,
        `recovery-${state}  llfree  wasm  1 worker`,
      ]),
    )
  })

  test('is empty where one worker is not to be measured', async () => {
    expect(await recoveries({ ...settings, workers: [2] })).toEqual([])
  })

  test('records a result of 1 TiB whose operation is one recovery', async () => {
    const [first] = await recoveries(settings)
    const records: Records = { results: [] }
    const nsPerOp = { 'recovery-free': [1e6, 3e6, 2e6] }
    first.record(
      { nsPerOp, casNs: [4, 4, 4], cpuShare: [1, 1, 1], disturbedRounds: 0, metadataBytes: 34e6, cpuSeconds: 1 },
      records,
    )
    expect(records.results).toEqual([
      expect.objectContaining({
        suite: 'llfree',
        case: 'recovery-free',
        frames: 2 ** 28,
        workers: 1,
        opsPerSecond: 500,
        casUnits: 500_000,
        rounds: 3,
      }),
    ])
  })
})
