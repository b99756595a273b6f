// Real runs, as small as they get: that they measure, write what the schema says, and notice damage. Timings are not
// looked at.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { measureCell } from '../src/measure/spawn.ts'
import { reportSchema, type Report } from '../src/report/schema.ts'
import { bench } from './cli.ts'
import { directoryOfFiles, emptyDirectory } from './directory.ts'

const tiny = ['--quick', '--time-ms', '1']
const read = (...path: string[]): Report => reportSchema.parse(JSON.parse(readFileSync(join(...path), 'utf8')))

describe('a run', () => {
  test('start measures its suites on every backend that there is and leaves a table, JSON and HTML', () => {
    using directory = emptyDirectory()
    using files = directoryOfFiles()
    const { status, stdout, stderr } = bench(['start', ...tiny, '--dir', files.path], { cwd: directory.path })
    expect(status).toBe(0)
    expect(stdout).toMatch(/report: reports\/parperos-bench\.json\nreport: reports\/parperos-bench\.html\n$/)

    const report = read(directory.path, 'reports/parperos-bench.json')
    expect(report.failures).toEqual([])
    // Only a machine without a C compiler may lack a backend, and no machine that checks what others rely on.
    const hasNative = !report.skipped.some(({ backend }) => backend === 'native')
    expect(report.skipped.filter(({ backend }) => backend !== 'native' || process.env.CI)).toEqual([])
    for (const { allocator, backend } of report.skipped) expect(stderr).toContain(`skips ${allocator}/${backend}: `)

    expect(report.parameters).toMatchObject({ quick: true, timeMs: 1, workers: [1, 2], dir: files.path })
    const [backends, ways] = hasNative ? [3, 5] : [2, 3]
    // bulk and random have three phases, repeat has one, on two orders: 8 for each way to drive a backend. Batches have
    // two for each backend. All of it with 1 and 2 workers; the peer has four phases, with 1 worker. LLFree recovers
    // three states on each backend.
    const resultsOf = (name: string) => report.results.filter(({ implementation }) => implementation === name)
    expect(resultsOf('buddy')).toHaveLength((8 * ways + 2 * backends) * 2)
    expect(resultsOf('llfree')).toHaveLength((8 * ways + 2 * backends) * 2 + 3 * backends)
    const recoveries = report.results.filter((result) => result.case.startsWith('recovery-'))
    expect(recoveries).toHaveLength(3 * backends)
    expect(new Set(recoveries.map(({ frames }) => frames))).toEqual(new Set([2 ** 28]))
    expect(resultsOf('thi.ng-malloc')).toHaveLength(4)
    expect(report.fileCache?.input.files).toBe(43)
    expect(report.fileCache?.runs).toHaveLength(2 * backends)
    const ids = report.figures.map(({ id }) => id)
    expect(ids).toContain('metadata-bytes-per-gib')
    expect(ids).toContain('ahead-of-buddy-bulk-wasm')
    expect(ids.includes('repeat-order-9-native-cas')).toBe(hasNative)
    expect(ids.includes('scaling-repeat-sab')).toBe(report.machine.cores >= 2)
    expect(ids).toContain('recovery-free-sab-ms')
    expect(ids.includes('recovery-free-native-ms') && ids.includes('recovery-huge-native-ms')).toBe(hasNative)
    expect(stdout).toContain('recovery of 1 TiB\n')
    expect(report.exploration?.schedules).toBeGreaterThan(report.exploration?.rounds ?? NaN)
    expect(ids).toContain('explorer-schedules-per-minute')

    expect(report.packageStore?.runs.map((run) => [run.workers, run.wrongValues])).toEqual(Array(backends).fill([2, 0]))
    expect(stdout).toMatch(/^package store: [\d,]+ records of /m)

    const html = readFileSync(join(directory.path, 'reports/parperos-bench.html'), 'utf8')
    expect(html).toContain('id="chart-bulk-get-9"')
    expect(html).toContain('id="chart-recovery-268435456"')
    expect(html).toContain('id="chart-cache-huge"')
    expect(html).toContain('id="chart-package-latency"')
    expect(readdirSync(join(directory.path, 'reports'))).toHaveLength(2)
  })

  test('one backend with one worker measures only that, and figures that need more are absent', () => {
    using directory = emptyDirectory()
    const args = ['llfree', ...tiny, '--backend', 'sab', '--workers', '1', '--json', 'deep/out.json', '--no-html']
    const { status } = bench(args, { cwd: directory.path })
    expect(status).toBe(0)
    const report = read(directory.path, 'deep/out.json')
    expect(new Set(report.results.map(({ backend, workers }) => `${backend} ${workers}`))).toEqual(new Set(['sab 1']))
    const ids = report.figures.map(({ id }) => id)
    expect(ids).toEqual(['repeat-order-0-sab-cas', 'recovery-free-sab-ms', 'metadata-bytes-per-gib'])
    expect(report.fileCache).toBeUndefined()
    expect(report.exploration).toBeUndefined()
    expect(existsSync(join(directory.path, 'deep/out.html'))).toBe(false)
  })

  test('--json - gives stdout to the JSON alone', () => {
    using files = directoryOfFiles()
    const { status, stdout } = bench(['file-cache', '--backend', 'sab', '--dir', files.path, '--json', '-'])
    expect(status).toBe(0)
    const { fileCache } = reportSchema.parse(JSON.parse(stdout))
    expect(fileCache?.runs.map(({ implementation }) => implementation)).toEqual(['llfree', 'buddy'])
    for (const run of fileCache?.runs ?? []) {
      expect(run).toMatchObject({ checksumMismatches: 0, lostFrames: 0, filesUnreadable: 0 })
    }
  })

  test('--list names the cells and measures nothing', () => {
    using directory = emptyDirectory()
    const { status, stdout } = bench(['llfree', '--list', '--backend', 'wasm', '--json', 'out.json'], {
      cwd: directory.path,
    })
    expect(status).toBe(0)
    expect(stdout.split('\n')).toContain('random  buddy  wasm  2 workers')
    expect(readdirSync(directory.path)).toEqual([])
  })

  test('--only takes the cells whose lines have the text in them', () => {
    const { status, stdout } = bench(['buffer-manager', '--list', '--backend', 'sab', '--only', 'get  '])
    expect(status).toBe(0)
    expect(stdout.split('\n')).toEqual([
      ...['get  parperos  sab  1 worker', 'get  parperos  sab  2 workers', 'get  lmdb  1 worker', 'get  lmdb  2 workers'],
      ...['get  better-sqlite3  1 worker', 'get  better-sqlite3  2 workers', 'get  classic-level  1 worker', ''],
    ])
  })

  test('the buffer-manager suite measures a cell of it with two workers, and what that comes to is in the report', () => {
    const args = ['buffer-manager', ...tiny, '--backend', 'sab', '--workers', '2', '--only', 'tpcc', '--json', '-']
    const { status, stdout } = bench(args)
    expect(status).toBe(0)
    const { keyValue } = reportSchema.parse(JSON.parse(stdout))
    expect(keyValue?.works).toMatchObject([{ case: 'tpcc', store: 'parperos', backend: 'sab', workers: 2 }])
    expect(keyValue?.works[0].latencies?.p999).toBeGreaterThan(0)
  })

  test('--schema prints JSON Schema', () => {
    const { status, stdout } = bench(['--schema'])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ properties: { schemaVersion: { const: 1 } } })
  })

  test('frames that are handed out twice make wrong checksums, and those make the run fail', () => {
    using directory = emptyDirectory()
    using files = directoryOfFiles()
    const preload = new URL('fixtures/faulty-register.ts', import.meta.url)
    const args = ['file-cache', ...tiny, '--backend', 'sab', '--dir', files.path, '--json', 'out.json']
    const { status, stdout, stderr } = bench(args, { cwd: directory.path, preload })
    expect(status).toBe(1)
    expect(stderr).toMatch(/failed: file cache {2}llfree sab {2}2 workers: \d+ files came out of their frames changed/)
    expect(stdout).toContain('WRONG')
    expect(read(directory.path, 'out.json').failures).toHaveLength(2)
  })
})

describe('a cell', () => {
  const input = { implementation: 'llfree', backend: 'sab', case: 'repeat', timeMs: 1, rounds: 1, seed: 1 }
  const cell = (framesPerWorker: number) => ({
    job: 'llfree',
    label: 'a cell',
    workers: 1,
    input: { ...input, case: 'bulk', series: [{ driver: 'js', order: 0, framesPerWorker }] },
  })
  const program = new URL('../dist/cell.js', import.meta.url)

  test('that works brings back its samples', async () => {
    const reply = await measureCell(cell(1024), { program })
    expect(reply).toMatchObject({ outcome: [{ nsPerOp: { 'bulk-get': [expect.any(Number)] } }] })
  })

  test('that fails says why', async () => {
    const reply = await measureCell(cell(-1), { program })
    expect(reply).toEqual({ error: expect.stringContaining('-1') as string })
  })

  test('that hangs is ended', async () => {
    const reply = await measureCell(cell(1024), { program, limitMs: 1 })
    expect(reply).toEqual({ error: 'its process ended with SIGKILL: did not end within 0.001 s' })
  })
})
