// Every cell of the buffer-manager suite, as small as it gets: that it does the work it says and brings back what the
// report wants. Timings are not looked at.
import { canTest } from '@parperos/presets/backends'
import { native } from '@parperos/exmap/native'
import { describe, expect, test } from 'vitest'
import { OURS, peers } from '../src/kv/kinds.ts'
import { Barrier, newBarrierWords } from '../src/measure/barrier.ts'
import type { Job } from '../src/measure/job.ts'
import { measureCell } from '../src/measure/spawn.ts'
import { bufferManager } from '../src/suites/buffer-manager.ts'
import type { MemoryOutcome, Outcome, Subject } from '../src/suites/kv-cases.ts'
import { jobOf } from '../src/suites/jobs.ts'
import { lookHere } from '../src/suites/exmap-here.ts'
import type { Records, Runnable, Settings } from '../src/suites/suite.ts'

const hasNative = canTest(native)
const here = hasNative ? await lookHere() : null
const direct = here !== null && here.ring === null && here.direct === null
const kinds = (['sab', 'wasm', 'native'] as const).filter((kind) => kind !== 'native' || hasNative)
const ours: Subject[] = kinds.map((backend) => ({ store: OURS, backend }))
const subjects: Subject[] = [...ours, ...peers.map((store) => ({ store }))]
const small = { timeMs: 1, rounds: 2, seed: 1, cacheBytes: 2 ** 22, compiled: true }

async function run<Result = Outcome>(name: string, input: object): Promise<Result> {
  const job = (await jobOf(name)) as Job<unknown, unknown, unknown, Result>
  const shared = await job.open(input, 1)
  const seat = { barrier: new Barrier(newBarrierWords(), 0, 1), worker: 0, workers: 1 }
  return job.close(shared, input, [await job.work(shared, input, seat)])
}

function expectPhases({ samples }: Outcome, phases: string[]): void {
  expect(Object.keys(samples.nsPerOp)).toEqual(phases)
  for (const values of Object.values(samples.nsPerOp)) expect(Math.min(...values)).toBeGreaterThan(0)
}

describe.each(subjects)('$store $backend', ({ store, backend }) => {
  const subject = { store, backend }
  const single = store !== 'better-sqlite3'
  const canPeek = store === OURS || store === 'lmdb'

  test('is read at random', async () => {
    const outcome = await run('kv-lookups', { ...subject, ...small, entries: 3000, valueBytes: 112 })
    expectPhases(outcome, [...(canPeek ? ['peek', 'peekCpu'] : []), 'get', 'getCpu'])
    const { p50, p99, p999 } = outcome.latencies.get
    expect([p50, p99, p999]).toEqual([p50, p99, p999].toSorted((a, b) => a - b))
  })

  test('is loaded', async () => {
    const outcome = await run('kv-load', { ...subject, ...small, entries: 3000, valueBytes: 112 })
    expectPhases(outcome, ['load', 'loadCpu'])
  })

  test('makes durable writes', async () => {
    const outcome = await run('kv-writes', { ...subject, ...small, keys: 500, valueBytes: 100, group: 8 })
    expectPhases(outcome, [...(single ? ['put', 'putCpu'] : []), 'putMany', 'putManyCpu'])
    expect(Object.keys(outcome.latencies)).toEqual([...(single ? ['put'] : []), 'putMany'])
  })

  test('runs YCSB', async () => {
    const outcome = await run('kv-ycsb', { ...subject, ...small, cacheBytes: 2 ** 25, records: 1000 })
    expectPhases(
      outcome,
      ['a', 'b', 'c', 'f', 'd', 'e'].flatMap((name) => [name, `${name}Cpu`]),
    )
  })
})

describe('data larger than memory', () => {
  const input = { ...small, cacheBytes: 2 ** 20, entries: 30_000, valueBytes: 120, depth: 64 }
  const many = ['getMany', 'getManyCpu', 'calls', 'callsCpu', 'each', 'eachCpu']

  test.each(ours)('are read by $backend, with pages from the file', async (subject) => {
    const past = subject.backend === 'native' && direct
    const outcome = await run('kv-beyond', { ...input, ...subject, direct: past })
    expectPhases(outcome, past ? [...many, 'bare'] : many)
    expect(outcome.way.endsWith(', direct')).toBe(past)
    expect(outcome.pageReadsPerOp).toBeGreaterThan(0.1)
    expect(outcome.notes).toEqual([])
  })

  test('are read by lmdb, and the reader is told in how much memory', async () => {
    const outcome = await run('kv-beyond', { ...input, store: 'lmdb', direct: false, entries: 3000 })
    expectPhases(outcome, [...many, 'get', 'getCpu'])
    expect(outcome.notes).toEqual([
      expect.stringMatching(/^Larger than memory: lmdb (?:ran under a limit|began each pass)/),
    ])
  })
})

test.each(ours)('$backend takes more memory than the process had before, and that is what is told', async (subject) => {
  const input = { ...subject, cacheBytes: 2 ** 24, entries: 200_000, valueBytes: 112, seed: 1 }
  // In a process of its own: here earlier tests' memory may go meanwhile.
  const cell = { job: 'kv-memory', label: 'memory', workers: 1, input }
  const reply = await measureCell(cell, { program: new URL('../dist/cell.js', import.meta.url) })
  const { dataBytes, beforeBytes, residentBytes } = (reply as { outcome: MemoryOutcome }).outcome
  expect(dataBytes).toBe(24_000_000)
  expect(residentBytes).toBeGreaterThan(beforeBytes)
})

describe('the plan', () => {
  const runnable: Runnable[] = (['sab', 'wasm'] as const).map((backend) => ({ allocator: 'llfree', backend }))
  const settings: Settings = {
    ...{ quick: true, timeMs: 1, rounds: 2, seed: 1, workers: [1, 2], backends: ['sab'], dir: undefined, cwd: '.' },
    runnable,
  }
  const labels = async (over: Partial<Settings>): Promise<string[]> =>
    (await bufferManager.plan({ ...settings, ...over })).measurements.map(({ cell }) => cell.label)

  test('has every case for our store and for those from npm', async () => {
    const stores = ['parperos  sab', ...peers]
    const each = (name: string): string[] => stores.map((store) => `${name}  ${store}  1 worker`)
    const all = await labels({})
    for (const label of ['get', 'load', 'durable writes', 'ycsb'].flatMap(each)) expect(all).toContain(label)
    expect(all).toContain('get  lmdb  2 workers')
    expect(all).not.toContain('get  classic-level  2 workers')
    expect(all.filter((label) => label.startsWith('beyond'))).toEqual([
      'beyond  parperos  sab  1 worker',
      'beyond  lmdb  1 worker',
    ])
    expect(all.slice(-3)).toEqual([
      'tpcc  parperos  sab  1 worker',
      'tpcc  parperos  sab  2 workers',
      'memory  parperos  sab',
    ])
  })

  test('with two workers only has what several can do', async () => {
    expect(await labels({ workers: [2] })).toEqual([
      'get  parperos  sab  2 workers',
      'get  lmdb  2 workers',
      'get  better-sqlite3  2 workers',
      'tpcc  parperos  sab  2 workers',
    ])
  })

  test('records each phase as an entry of its own, and what the cell found out as a note', async () => {
    const { measurements } = await bufferManager.plan(settings)
    const records: Records = { results: [] }
    const latencies = { get: { p50: 1, p99: 2, p999: 3 }, put: { p50: 1, p99: 2, p999: 3 } }
    const phases = [
      'peek',
      'get',
      'getMany',
      'calls',
      'each',
      'bare',
      'load',
      'put',
      'putMany',
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'tpcc',
    ]
    const nsPerOp = Object.fromEntries(
      phases.flatMap((phase) => [
        [phase, [10, 20]],
        [`${phase}Cpu`, [5, 10]],
      ]),
    )
    const samples = { nsPerOp, casNs: [], cpuShare: [1, 1], disturbedRounds: 0 }
    const outcome: Outcome = { samples, latencies, way: 'fs', pageReadsPerOp: 0.5, notes: ['a note'] }
    for (const one of measurements.filter(({ cell }) => cell.label.includes('parperos  sab  1 worker'))) {
      one.record(one.cell.job === 'kv-memory' ? { dataBytes: 1, residentBytes: 2, beforeBytes: 1 } : outcome, records)
    }
    const works = records.keyValue?.works ?? []
    expect(works.map((work) => `${work.case} ${work.store} ${work.method}`)).toEqual([
      'get parperos viewSync',
      'get parperos getSync',
      'beyond parperos getMany of 64, fs',
      'beyond parperos 4 × getMany of 16, fs',
      'beyond parperos 86 × getMany of 1, fs',
      'beyond parperos getSync, fs',
      'beyond io_uring loop depth 64',
      'load parperos ascending',
      'put parperos put × 64',
      'put-many parperos batch of 64',
      ...['a', 'b', 'c', 'f', 'd', 'e'].map((name) => `ycsb-${name} parperos fs`),
      'tpcc parperos 2 warehouses',
    ])
    expect(works[1]).toMatchObject({
      backend: 'sab',
      nsPerOp: { median: 15 },
      opsPerCpuSecond: 1e9 / 7.5,
      latencies: latencies.get,
    })
    expect(works[2]).toMatchObject({ pageReadsPerSecond: 0.5e9 / 15, cpuShare: null, disturbedRounds: null })
    expect(works[6]).toMatchObject({ backend: null, pageReadsPerSecond: 1e9 / 15 })
    expect(records.notes?.[0]).toBe('a note')
  })
})
