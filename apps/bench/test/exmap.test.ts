// The exmap suite as it is measured: that its cells do the work they say, notice when they did not, and what the report makes
// of it. Timings are not looked at.
import { Region } from '@parperos/alloc-api'
import { canTest } from '@parperos/presets/backends'
import { bareLoops } from '@parperos/exmap/bench'
import { native } from '@parperos/exmap/native'
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Barrier, newBarrierWords } from '../src/measure/barrier.ts'
import { fioReads } from '../src/measure/fio.ts'
import { Meter, newMeterWords } from '../src/measure/meter.ts'
import { temporaryFile } from '../src/measure/temporary-file.ts'
import { pageFigures } from '../src/page-figures.ts'
import { htmlOf } from '../src/report/html.ts'
import { reportSchema } from '../src/report/schema.ts'
import { tableOf } from '../src/report/table.ts'
import { job as addressJob } from '../src/suites/exmap-address-job.ts'
import { READS_PHASES, type PagesInput, type ReadsInput } from '../src/suites/exmap-cases.ts'
import { lookHere } from '../src/suites/exmap-here.ts'
import { job as pagesJob } from '../src/suites/exmap-pages-job.ts'
import { job as readsJob } from '../src/suites/exmap-reads-job.ts'
import { exmap } from '../src/suites/exmap.ts'
import type { Records, Runnable, Settings } from '../src/suites/suite.ts'
import { emptyDirectory } from './directory.ts'
import { pageWorkWith, reportWith } from './results.ts'

const seat = () => ({ barrier: new Barrier(newBarrierWords(), 0, 1), worker: 0, workers: 1 })
const hasNative = canTest(native)
const here = hasNative ? await lookHere() : null
if (here) {
  for (const [what, why] of Object.entries(here)) {
    if (why !== null) process.stderr.write(`not tested: exmap suite, ${what}: ${String(why)}\n`)
  }
}
const nativeOnly: Settings = {
  ...{ quick: true, timeMs: 1, rounds: 2, seed: 1, workers: [1], backends: ['native'], dir: undefined, cwd: '.' },
  runnable: hasNative ? [{ allocator: 'llfree', backend: 'native' }] : [],
}

/** Under CI nothing is left out. */
const can = (...what: (keyof NonNullable<typeof here>)[]): boolean =>
  process.env.CI !== undefined || (here !== null && what.every((one) => here[one] === null))

const short = { timeMs: 1, rounds: 2, seed: 1 }
const positive = (samples: number[]): void => {
  expect(samples).toHaveLength(2)
  expect(Math.min(...samples)).toBeGreaterThan(0)
}

describe('pages that get frames and lose them', () => {
  const measure = async (over: Partial<PagesInput>) => {
    const input: PagesInput = { case: 'contiguous', backend: 'native', hugePages: false, ...short, ...over }
    const shared = await pagesJob.open(input, 1)
    return await pagesJob.close(shared, input, [await pagesJob.work(shared, input, seat())])
  }

  test.skipIf(!can('move'))('bring back time and CPU time of ExMap and of the bare loops', async () => {
    for (const hugePages of [false, true]) {
      const { nsPerOp } = await measure({ hugePages })
      const moves = hugePages ? [] : ['moves', 'movesCpu']
      expect(Object.keys(nsPerOp)).toEqual(['exmap', 'exmapCpu', 'bare', 'bareCpu', ...moves])
      for (const samples of Object.values(nsPerOp)) positive(samples)
    }
  })

  test.skipIf(!can('move', 'processMadvise'))('can lie scattered', async () => {
    for (const samples of Object.values((await measure({ case: 'scattered' })).nsPerOp)) positive(samples)
  })

  const kinds = (['sab', 'wasm', 'native'] as const).filter((kind) => kind !== 'native' || hasNative)
  test.each(kinds)('are accounted for alone on %s, with nothing beside it', async (backend) => {
    const { nsPerOp } = await measure({ case: 'accounting', backend })
    expect(Object.keys(nsPerOp)).toEqual(['exmap', 'exmapCpu'])
    positive(nsPerOp.exmap)
  })

  test.skipIf(!can('move'))('that have no frame behind them are an error', async () => {
    const input: PagesInput = { case: 'contiguous', backend: 'native', hugePages: false, ...short }
    const shared = await pagesJob.open(input, 1)
    // As if every frame had been lost: what moves now is nothing.
    Region.from(shared.area.pool).bytes().fill(0)
    await expect(pagesJob.work(shared, input, seat())).rejects.toThrow(/^page 0 was allocated and has no frame$/)
  })
})

describe('random reads', () => {
  const series = [{ way: 'table', depth: 64, batch: 64 } as const]
  const input: ReadsInput = { direct: false, fileBytes: 2 ** 24, series, ...short }

  test.skipIf(!can('ring'))('are made by ExMap and by the bare loop, from a file without a name', async () => {
    const shared = await readsJob.open(input, 1)
    const part = await readsJob.work(shared, input, seat())
    const { samples, fio } = await readsJob.close(shared, input, [part])
    expect(samples).toHaveLength(1)
    expect(Object.keys(samples[0].nsPerOp)).toEqual(['exmap', 'exmapCpu', 'bare', 'bareCpu', 'free', 'freeCpu'])
    positive(samples[0].nsPerOp.exmap)
    positive(samples[0].nsPerOp.bare)
    expect(fio).toBeNull()
    expect(existsSync(shared.path)).toBe(false)
  })

  test.skipIf(!can('ring'))('that bring another page are an error', async () => {
    const shared = await readsJob.open(input, 1)
    using zeros = temporaryFileOfZeros()
    await expect(readsJob.work({ ...shared, path: zeros.path }, input, seat())).rejects.toThrow(
      /^page \d+ was read and begins as page 0$/,
    )
    await readsJob.close(shared, input, [[]])
  })

  test('find each page of the file to begin with its number', () => {
    using file = temporaryFile(2 ** 21)
    const descriptor = openSync(file.path, 'r')
    const page = Buffer.alloc(4)
    expect(fstatSync(descriptor)).toMatchObject({ size: 2 ** 21, nlink: 0 })
    readSync(descriptor, page, 0, 4, 300 * 4096)
    expect(page.readUInt32LE()).toBe(300)
    closeSync(descriptor)
  })
})

describe.skipIf(!hasNative && process.env.CI === undefined)('the bare loops', () => {
  const memory = (pages: number) =>
    new Uint8Array(new SharedArrayBuffer(pages * 4096, { maxByteLength: pages * 4096 }), 0, pages * 4096)

  test('leave no page of what they have touched', () => {
    const bare = bareLoops()
    const pages = memory(64).fill(7)
    bare.small(pages)
    bare.faultAndDrop(pages.subarray(0, 32 * 4096), 16, 3)
    for (let page = 0; page < 64; page++) expect(pages[page * 4096]).toBe(page < 32 ? 0 : 7)
  })

  test.skipIf(!can('processMadvise'))('drop scattered pages and nothing else, in more than one batch', () => {
    const pages = memory(1200).fill(7)
    const odd = Uint32Array.from({ length: 600 }, (_, i) => 2 * i + 1)
    bareLoops().faultAndDropMany(pages, odd)
    for (let page = 0; page < 1200; page++) expect(pages[page * 4096]).toBe(page % 2 === 0 ? 7 : 0)
  })

  test.skipIf(!can('move'))('move pages with what they hold, there and back', () => {
    const bare = bareLoops()
    const pages = memory(64)
    const mover = bare.openMover(pages)
    for (let page = 0; page < 8; page++) pages[page * 4096 + 7] = 1 + page
    bare.moveAndBack(mover, pages, 8, 10)
    for (let page = 0; page < 64; page++) expect(pages[page * 4096 + 7]).toBe(page < 8 ? 1 + page : 0)
    // All pages behind them have just been looked at, and are in the way.
    expect(() => bare.moveAndBack(mover, pages, 8, 1)).toThrow(/File exists/)
    expect(() => bare.moveAndBack(mover, pages, 33, 1)).toThrow(TypeError)
    expect(() => bare.openMover(pages)).toThrow(/busy/)
    closeSync(mover)
  })

  test.skipIf(!can('ring'))('read every page they are asked for, and say when one does not come', () => {
    using file = temporaryFile(2 ** 20)
    const descriptor = openSync(file.path, 'r')
    const reads = bareLoops().openReads(descriptor, 8)
    const buffer = memory(8)
    const first = new Int32Array(buffer.buffer)
    const wanted = [3, 250, 17, 4, 99, 0, 255, 8]
    reads.read(Uint32Array.from(wanted), buffer)
    expect(wanted.map((_, place) => first[place * 1024])).toEqual(wanted)
    reads.read(Uint32Array.from({ length: 256 }, (_, page) => page), buffer)
    expect(() => reads.read(Uint32Array.from([1, 256, 2]), buffer)).toThrow(/Input\/output error/)
    reads.read(Uint32Array.from([5]), buffer)
    expect(first[0]).toBe(5)
    reads.close()
    expect(() => reads.read(Uint32Array.from([5]), buffer)).toThrow(TypeError)
    closeSync(descriptor)
  })

  test('refuse what is not in the memory, or no memory of whole pages', () => {
    const bare = bareLoops()
    const pages = memory(2)
    expect(() => bare.faultAndDropMany(pages, Uint32Array.from([0, 2]))).toThrow(TypeError)
    expect(() => bare.faultAndDrop(pages, 3, 1)).toThrow(TypeError)
    expect(() => bare.faultAndDrop(pages.subarray(8), 1, 1)).toThrow(TypeError)
    expect(() => bare.openReads(0, 257)).toThrow(TypeError)
    expect(() => bare.openReads(-1, 1).read(Uint32Array.from([0]), pages)).toThrow()
  })
})

describe('fio', () => {
  const asked = { path: '/a/file', depth: 64, timeMs: 1000 }
  const fake = (script: string): { command: string } & Disposable => {
    const directory = emptyDirectory()
    const command = join(directory.path, 'fio')
    writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return { command, [Symbol.dispose]: () => directory[Symbol.dispose]() }
  }

  test('is asked for reads of the file at that depth, and its number is taken', () => {
    const json = '{"fio version": "fio-3.33", "jobs": [{"jobname": "reads", "read": {"iops": 81234.5}}]}'
    using fio = fake(`echo "$@" > "$0.args"; echo 'fio: a warning'; echo '${json}'`)
    expect(fioReads({ ...asked, ...fio })).toEqual({ version: 'fio-3.33', readsPerSecond: 81_234.5 })
    const args = readFileSync(`${fio.command}.args`, 'utf8')
    for (const arg of ['--filename=/a/file', '--rw=randread', '--iodepth=64', '--direct=1', '--runtime=1000ms']) {
      expect(args).toContain(arg)
    }
  })

  test('that fails says why, and one that is not there is not missed', () => {
    using refusing = fake('echo "no such engine" >&2; exit 1')
    expect(fioReads({ ...asked, ...refusing })).toEqual({ problem: 'it ended with 1: no such engine' })
    using mute = fake('echo "{}"')
    expect(fioReads({ ...asked, ...mute })).toEqual({ problem: 'it does not say how many reads it made in a second' })
    expect(fioReads({ ...asked, command: '/no/such/fio' })).toBeNull()
  })

  test('that fails is a failure of the run, and costs no results', async () => {
    const cells = (await exmap.plan(nativeOnly)).measurements.filter(({ cell }) => cell.label.startsWith('read-direct'))
    const nsPerOp = Object.fromEntries(READS_PHASES.map((phase) => [phase, [1, 2]]))
    const samples = { nsPerOp, casNs: [1, 1], cpuShare: [1, 1], disturbedRounds: 0 }
    for (const measurement of cells) {
      const records: Records = { results: [] }
      const outcome = { samples: [samples, samples, samples], fio: { problem: 'why' } }
      expect(() => measurement.record(outcome, records)).toThrow('fio: why')
      expect(records.pageWork).toHaveLength(9)
    }
    expect(cells).toHaveLength(can('move', 'ring', 'direct') ? 1 : 0)
  })
})

describe('addresses', () => {
  test('are looked up and are what the array says', async () => {
    const shared = await addressJob.open(short, 1)
    const { nsPerOp } = await addressJob.work(shared, short, seat())
    positive(nsPerOp.exmap)
    positive(nsPerOp.bare)
  })
})

describe('the meter', () => {
  test('gives CPU time to work and none to sleep', () => {
    const meter = new Meter(newMeterWords(1), seat().barrier)
    const asleep = new Int32Array(new SharedArrayBuffer(4))
    const [sleptNs, idleNs] = meter.measure(() => Atomics.wait(asleep, 0, 0, 60))
    expect(sleptNs).toBeGreaterThan(50e6)
    const busy = meter.measure(() => {
      for (const from = process.cpuUsage(); process.cpuUsage(from).user < 60_000; );
    })
    expect(busy[1]).toBeGreaterThan(idleNs)
  })
})

describe('the plan', () => {
  const runnable: Runnable[] = (['sab', 'wasm'] as const).map((backend) => ({ allocator: 'llfree', backend }))
  const settings: Settings = {
    ...{ quick: true, ...short, workers: [1, 2], backends: ['sab', 'wasm'], dir: undefined, cwd: '.' },
    runnable,
  }
  const labels = async (over: Partial<Settings>): Promise<string[]> =>
    (await exmap.plan({ ...settings, ...over })).measurements.map(({ cell }) => cell.label)

  test('without native has what needs no operating system', async () => {
    expect(await labels({})).toEqual([
      'accounting  exmap  sab  1 worker',
      'accounting  exmap  wasm  1 worker',
      'address  exmap  sab  1 worker',
    ])
    expect(await labels({ workers: [2] })).toEqual([])
  })

  test.skipIf(!can('move', 'processMadvise', 'ring', 'direct'))('with native has all cases, in runs with any workers', async () => {
    expect(await labels({ ...nativeOnly, workers: [2] })).toEqual([
      'contiguous  exmap  native  2 workers',
      'contiguous  exmap  native  huge pages  2 workers',
      'scattered  exmap  native  2 workers',
    ])
    expect(await labels(nativeOnly)).toEqual([
      'contiguous  exmap  native  1 worker',
      'contiguous  exmap  native  huge pages  1 worker',
      'scattered  exmap  native  1 worker',
      'accounting  exmap  native  1 worker',
      'read-direct  exmap  native  1 worker',
      'read-cached  exmap  native  1 worker',
    ])
  })
})

describe('the figures', () => {
  const spread = (median: number) => ({ median, p25: median, p75: median })
  const values = (works: Parameters<typeof pageFigures>[0]) => pageFigures(works).map(({ id, value }) => [id, value])

  test('of runs are a multiple of the bare loop, and pairs for a CPU-second; huge pages have their own', () => {
    const works = [
      pageWorkWith({ times: spread(9), opsPerCpuSecond: 6e6 }),
      pageWorkWith({ subject: 'fault + MADV_DONTNEED', backend: null, way: null, opsPerCpuSecond: 6e5 }),
      pageWorkWith({ hugePages: true, times: spread(7), opsPerCpuSecond: 4e6 }),
      pageWorkWith({ workers: 2, times: spread(1), opsPerCpuSecond: 1e6 }),
    ]
    expect(values(works)).toEqual([
      ['exmap-contiguous-times-fault', 9],
      ['exmap-contiguous-mpairs', 6],
      ['exmap-contiguous-huge-pages-times-fault', 7],
      ['exmap-contiguous-huge-pages-mpairs', 4],
    ])
    expect(pageFigures(works).map(({ met }) => met)).toEqual([true, true, false, false])
  })

  test('of reads are a share at depth 64, of fio too where it was there, and reads for a CPU-second', () => {
    const direct = { case: 'read-direct', depth: 64, opsPerSecond: 80_000, opsPerCpuSecond: 2e5 } as const
    const works = [
      pageWorkWith({ ...direct, depth: 128, times: spread(2) }),
      pageWorkWith({ ...direct, times: spread(0.92) }),
      pageWorkWith({ ...direct, way: 'table', times: spread(0.97), opsPerSecond: 90_000 }),
      pageWorkWith({ ...direct, subject: 'fio-3.33', backend: null, opsPerSecond: 100_000 }),
      pageWorkWith({ case: 'read-cached', way: 'table', depth: 128, opsPerCpuSecond: 1.1e6 }),
    ]
    expect(values(works)).toEqual([
      ['exmap-read-direct-move-percent-of-ring', 92],
      ['exmap-read-direct-move-percent-of-fio', 80],
      ['exmap-read-direct-table-percent-of-ring', 97],
      ['exmap-read-direct-table-percent-of-fio', 90],
      ['exmap-read-cached-table-mpages', 1.1],
    ])
  })

  test('of addresses are better when lower, and accounting alone is none', () => {
    const works = [
      pageWorkWith({ case: 'accounting', way: 'table' }),
      pageWorkWith({ case: 'address', backend: 'sab', way: 'table', times: spread(1.31) }),
    ]
    expect(pageFigures(works)).toMatchObject([{ id: 'exmap-address-sab-times-read', better: 'lower', met: false }])
  })

  test('are absent where nothing was measured', () => {
    expect(pageFigures(undefined)).toEqual([])
  })
})

test('the table and the page have a block for each kind of work, and call accounting by its name', () => {
  const bare = { subject: 'fault + MADV_DONTNEED', backend: null, way: null } as const
  const pageWork = [pageWorkWith({ case: 'accounting', way: 'table' }), pageWorkWith({}), pageWorkWith(bare)]
  const lines = tableOf(reportWith({ pageWork })).split('\n')
  const at = lines.indexOf('page area: alloc + free of runs of 512 pages')
  expect(lines[at + 2]).toMatch(/^ +ExMap, native, 'move' +1 worker +200 +180 – 240 +200 +5\.00 +5\.00$/)
  expect(lines[at + 3]).toMatch(/^ +fault \+ MADV_DONTNEED +1 worker/)
  expect(lines).toContain('page area: frame accounting alone: no page table of the processor is changed')
  const html = htmlOf(reportWith({ pageWork }), '')
  expect(html).toContain('<section id="page-contiguous"><h2>Page area: alloc + free of runs of 512 pages</h2>')
  expect(html).not.toContain('id="page-address"')
  expect(reportSchema.parse(reportWith({ pageWork })).pageWork).toEqual(pageWork)
})

/** As long as the file that is read, and its pages say another number. */
function temporaryFileOfZeros() {
  const file = temporaryFile(2 ** 24)
  const descriptor = openSync(file.path, 'r+')
  ftruncateSync(descriptor, 0)
  ftruncateSync(descriptor, 2 ** 24)
  closeSync(descriptor)
  return file
}
