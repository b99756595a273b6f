// What the report makes of key/value stores: figures from made-up results, tables, the page, the schema; and the limit
// of memory.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LatencyRecorder, worstOf } from '../src/kv/latency.ts'
import { limitBy, memoryLimit } from '../src/kv/memory-limit.ts'
import { htmlOf } from '../src/report/html.ts'
import { reportSchema } from '../src/report/schema.ts'
import { tableOf } from '../src/report/table.ts'
import { CONSTANT_BYTES, storeFigures } from '../src/store-figures.ts'
import { emptyDirectory } from './directory.ts'
import { packageStoreWith, reportWith, storeWorkWith } from './results.ts'

describe('figures', () => {
  const values = (...works: Parameters<typeof storeWorkWith>[0][]) =>
    storeFigures({ works: works.map(storeWorkWith), memory: [] }).map(({ id, value, met }) => [id, value, met])

  test('of reads in memory compare what is copied, by CPU time, with LMDB and SQLite', () => {
    expect(
      values(
        { backend: 'sab', method: 'viewSync', opsPerCpuSecond: 1.5e6 },
        { backend: 'sab', method: 'getSync', opsPerCpuSecond: 1e6, opsPerSecond: 9e5 },
        { backend: 'sab', method: 'getSync', workers: 2, opsPerSecond: 1.8e6 },
        { store: 'lmdb', backend: null, method: 'getBinaryFast', opsPerCpuSecond: 9e5 },
        { store: 'lmdb', backend: null, method: 'getBinary', opsPerCpuSecond: 4e5 },
        { store: 'better-sqlite3', backend: null, method: 'get', opsPerCpuSecond: 5e5 },
      ),
    ).toEqual([
      ['kv-get-sab-times-lmdb', 2.5, true],
      ['kv-get-sab-times-better-sqlite3', 2, false],
      ['kv-get-sab-mlookups', 1.5, true],
      ['kv-get-sab-scaling', 2, true],
    ])
  })

  test('of data larger than memory take the better way of each store', () => {
    const beyond = { case: 'beyond' } as const
    const past = { backend: 'native', method: 'getMany, io_uring, direct' } as const
    expect(
      values(
        { ...beyond, ...past, opsPerSecond: 50_000, pageReadsPerSecond: 40_000 },
        { ...beyond, ...past, opsPerSecond: 60_000, pageReadsPerSecond: 45_000 },
        { ...beyond, backend: 'sab', opsPerSecond: 9e6 },
        { ...beyond, store: 'io_uring loop', backend: null, opsPerSecond: 60_000 },
        { ...beyond, store: 'lmdb', backend: null, opsPerSecond: 10_000 },
        { ...beyond, store: 'lmdb', backend: null, opsPerSecond: 40_000 },
      ),
    ).toEqual([
      ['kv-beyond-times-lmdb', 1.5, true],
      ['kv-beyond-percent-of-bare', 75, false],
    ])
  })

  test('of writing compare loads with LMDB, durable writes with transactions of SQLite', () => {
    expect(
      values(
        { case: 'load', backend: 'wasm', opsPerSecond: 8e5 },
        { case: 'load', store: 'lmdb', backend: null, opsPerSecond: 4e5 },
        { case: 'put', backend: 'wasm', opsPerSecond: 1e5 },
        { case: 'put-many', backend: 'wasm', opsPerSecond: 4e5 },
        { case: 'put-many', store: 'better-sqlite3', backend: null, opsPerSecond: 2e5 },
      ),
    ).toEqual([
      ['kv-load-times-lmdb', 2, true],
      ['kv-put-times-sqlite', 0.5, false],
      ['kv-put-many-times-sqlite', 2, true],
    ])
  })

  test('of memory are better when lower', () => {
    const poolBytes = 2 ** 28
    const one = {
      backend: 'native',
      dataBytes: 1,
      poolBytes,
      beforeBytes: 1,
      residentBytes: 1.2 * (poolBytes + CONSTANT_BYTES),
    } as const
    const [figure] = storeFigures({ works: [], memory: [one] })
    expect(figure).toMatchObject({ id: 'kv-resident-native', better: 'lower', met: false })
    expect(figure.value).toBeCloseTo(1.2)
  })

  test('are absent where nothing was measured', () => {
    expect(storeFigures(undefined)).toEqual([])
    expect(values({ backend: 'sab', method: 'getSync' }, { case: 'load' })).toEqual([])
  })
})

describe('the report', () => {
  const memory = [
    { backend: 'sab', dataBytes: 2 ** 27, poolBytes: 2 ** 26, beforeBytes: 2 ** 26, residentBytes: 2 ** 28 } as const,
  ]
  const works = [
    storeWorkWith({ latencies: { p50: 900, p99: 2000, p999: 10_000 } }),
    storeWorkWith({
      case: 'ycsb-a',
      store: 'lmdb',
      backend: null,
      method: 'mmap',
      opsPerCpuSecond: null,
      cpuNsPerOp: null,
    }),
  ]
  const report = reportWith({ keyValue: { works, memory }, packageStore: packageStoreWith({}) })

  test('has a table for each case, in microseconds', () => {
    const lines = tableOf(report).split('\n')
    const at = lines.indexOf('key/value store: random reads in memory')
    expect(lines[at + 2]).toMatch(
      /^ +parperos, native +getSync, 1 worker +1\.00 +0\.90 – 1\.20 +1\.00 +1,000 +1,000 +0\.90 +2\.00 +10\.0$/,
    )
    expect(lines.some((line) => /^ +lmdb +mmap, 1 worker +1\.00 +0\.90 – 1\.20 +1,000$/.test(line))).toBe(true)
    const resident = lines.indexOf('key/value store: memory of the process, MiB')
    expect(lines[resident + 2]).toMatch(/^ +parperos +TypeScript +128 +64\.0 +64\.0 +256 +192$/)
  })

  test('has the package store by phase, and says when values were wrong', () => {
    const text = tableOf(report)
    expect(text).toContain('package store: 1,000 records of made-up lists, 4.00 MiB in a pool of 1.00 MiB, 2 workers')
    expect(text).toMatch(/TypeScript +query +10\.0 +5,000 +300 +200 +20 *\n/)
    expect(text).toMatch(/query again .* right\n/)
    expect(tableOf(reportWith({ packageStore: packageStoreWith({ wrongValues: 3 }) }))).toContain('3 WRONG')
  })

  test('has charts of YCSB and of the package store on its page', () => {
    const html = htmlOf(report, '')
    for (const id of ['chart-ycsb', 'chart-package-pages', 'chart-package-latency'])
      expect(html).toContain(`id="${id}"`)
    expect(html).toContain('<section id="store-get"><h2>Key/value store: random reads in memory</h2>')
    expect(html).toContain('<section id="store-memory">')
    const without = htmlOf(reportWith({}), '')
    expect(without).not.toContain('chart-ycsb')
    expect(without).not.toContain('package-store')
  })

  test('goes through the schema as it is', () => {
    expect(reportSchema.parse(report)).toEqual(report)
  })
})

describe('latencies', () => {
  test('are those below which so many lie, and of several workers the worst', () => {
    const recorder = new LatencyRecorder()
    for (let ns = 1; ns <= 1000; ns++) recorder.record(ns)
    const found = recorder.percentiles()
    expect(found?.p50).toBeCloseTo(500, -1)
    expect(found?.p99).toBeCloseTo(990, -1)
    expect(worstOf([found, { p50: 1, p99: 5000, p999: 1 }])).toEqual({ ...found, p99: 5000 })
    expect(new LatencyRecorder().percentiles()).toBeNull()
    expect(worstOf([null])).toBeNull()
  })
})

describe('a limit of memory', () => {
  /** Folders as the kernel shows them; `memory` is whether a new group could limit it. */
  function groups({ controllers, line = '0::/here' }: { controllers: string; line?: string }) {
    const directory = emptyDirectory()
    mkdirSync(join(directory.path, 'here'))
    writeFileSync(join(directory.path, 'here', 'cgroup.controllers'), controllers)
    writeFileSync(join(directory.path, 'self'), `4:memory:/old\n${line}\n`)
    return {
      ...directory,
      places: { root: directory.path, self: join(directory.path, 'self') },
      here: join(directory.path, 'here'),
    }
  }

  test('is refused where there is no group of version 2, or none for memory', () => {
    using none = groups({ controllers: 'memory', line: '1:name=systemd:/' })
    expect(memoryLimit(none.places)).toEqual({ refused: 'this process is in no control group of version 2' })
    using other = groups({ controllers: 'cpu io' })
    expect(memoryLimit(other.places)).toEqual({ refused: 'its control group of version 2 has no memory controller' })
  })

  test('is refused, and nothing is left, where a new group does not get the controller', () => {
    using found = groups({ controllers: 'cpu memory' })
    expect(memoryLimit(found.places)).toEqual({ refused: 'a control group of its own cannot limit memory' })
    expect(readFileSync(join(found.here, 'cgroup.subtree_control'), 'utf8')).toBe('+memory')
    expect(existsSync(join(found.here, `parperos-bench-${process.pid}`))).toBe(false)
  })

  test('is set before the process is moved into the new group, and the process goes back', () => {
    using found = groups({ controllers: 'memory' })
    const child = join(found.here, 'child')
    mkdirSync(child)
    const written = (...path: string[]): string => readFileSync(join(found.here, ...path), 'utf8')
    const limit = limitBy(found.here, child)
    limit.enter(2 ** 24)
    expect([written('child', 'memory.max'), written('child', 'cgroup.procs')]).toEqual([
      '16777216',
      String(process.pid),
    ])
    // A real group's files are not in the way when its folder goes.
    for (const file of ['memory.max', 'cgroup.procs']) rmSync(join(child, file))
    limit[Symbol.dispose]()
    expect(written('cgroup.procs')).toBe(String(process.pid))
    expect(existsSync(child)).toBe(false)
  })

  test('is refused where no group can be made', () => {
    using found = groups({ controllers: 'memory' })
    mkdirSync(join(found.here, `parperos-bench-${process.pid}`))
    expect(memoryLimit(found.places)).toEqual({ refused: 'no control group can be made: EEXIST' })
  })
})
