// What an area costs: addresses cost nothing, resident memory is what the pool allows, and a freed page's memory is back.
import { createMemory, FRAME_BYTES, type PageArea, type PageRun } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canTest } from '@parperos/presets/backends'
import { describe, expect, it } from 'vitest'
import { bytesFor, expectWhole, openNative, reasonsOf } from './support/native-open.ts'
import { canMove, mappedWays, ways } from './support/native-probe.ts'
import { soak } from './support/soak.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'

const MIB = 1 << 20

/** Memory of this process that is really there. */
const residentMib = (): number => (Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * FRAME_BYTES) / MIB

function touch(area: PageArea, page: number): void {
  const at = area.address(page)
  area.window(at)[at & area.windowMask] = 7
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)

interface SparseFile extends Disposable {
  path: string
  marked: number[]
}

/** A file of that many pages with holes almost everywhere: only every `step`-th page was ever written. */
function sparseFile(pages: number, step: number): SparseFile {
  const folder = mkdtempSync(join(tmpdir(), 'exmap-'))
  const path = join(folder, 'sparse.bin')
  writeFileSync(path, '')
  truncateSync(path, pages * FRAME_BYTES)
  const file = openSync(path, 'r+')
  const marked: number[] = []
  for (let page = 5; page < pages; page += step) {
    writeSync(file, pattern(page), 0, FRAME_BYTES, page * FRAME_BYTES)
    marked.push(page)
  }
  closeSync(file)
  return { path, marked, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

describe.each(mappedWays)("memory in the way '%s'", (way) => {
  it('of 64 GiB of file is what the pool allows', async () => {
    const pages = 2 ** 24
    const poolFrames = 8192
    using file = sparseFile(pages, 60_013)
    const { area, frames } = await openNative({ native: { way }, pages, poolFrames, file })
    const before = residentMib()
    let most = 0
    // A scan of part of it, window by window, then the pages that hold something, in an order that jumps about.
    const windows = 40 * soak
    for (let i = 0; i < windows; i++) {
      const run = { page: Math.floor((i * (pages - 1024)) / windows), count: 1024 }
      expect(await area.io.read([run])).toBe(1024)
      for (const page of file.marked.filter((one) => one >= run.page && one < run.page + 1024)) {
        expect(Buffer.from(bytesOf(area, page)).equals(pattern(page))).toBe(true)
      }
      most = Math.max(most, residentMib())
      area.io.free([run])
    }
    for (let at = 0; at < file.marked.length; at += 256) {
      const some = Array.from({ length: 256 }, (_, i) => file.marked[((at + i) * 211) % file.marked.length])
      const runs = [...new Set(some)].map((page) => ({ page, count: 1 }))
      expect(area.io.readSync(runs)).toBe(runs.length)
      for (const { page } of runs) expect(Buffer.from(bytesOf(area, page)).equals(pattern(page))).toBe(true)
      most = Math.max(most, residentMib())
      area.io.free(runs)
    }
    // The pool has 32 MiB; page tables and JavaScript's own heap come on top.
    expect(most - before).toBeLessThan(32 + 40)
    expectWhole({ area, frames })
  })

  it('is as large as the pool whether pages come in runs or singly', async () => {
    const poolFrames = 2 ** 14
    const world = await openNative({ native: { way }, pages: 2 ** 17, poolFrames })
    const { area } = world
    const before = residentMib()
    const batches = 15
    const runs = Array.from({ length: batches }, (_, i) => [{ page: i * 1000, count: 1000 }])
    const singlePage = (index: number): PageRun => ({ page: 20_000 + index * 7, count: 1 })
    const single = runs.map((_, batch) => Array.from({ length: 1000 }, (__, i) => singlePage(i * batches + batch)))
    for (let round = 0; round < 2; round++) {
      for (const one of [runs, single]) {
        for (const batch of one) {
          expect(area.io.alloc(batch)).toBe(1000)
          for (const { page, count } of batch) for (let i = 0; i < count; i++) touch(area, page + i)
        }
        // 59 of the pool's 64 MiB are at their pages, and nothing but the rest is in the pool.
        expect(residentMib() - before).toBeLessThan(64 + 24)
        for (const batch of one) expect(area.io.free(batch)).toBe(1000)
      }
    }
    expectWhole(world)
  })

  it('is not held by pages that could not be read', async () => {
    using file = sparseFile(6, 60_013)
    const world = await openNative({ native: { way }, pages: 2 ** 15, poolFrames: 2 ** 14, file })
    const { area } = world
    const before = residentMib()
    for (const method of ['read', 'readSync'] as const) {
      expect(await area.io[method](Array.from({ length: 30 }, (_, i) => ({ page: 100 + i * 1000, count: 1000 })))).toBe(0)
      for (let batch = 0; batch < 8; batch++) {
        const single = Array.from({ length: 1000 }, (_, i) => ({ page: 200 + batch + i * 32, count: 1 }))
        expect(await area.io[method](single)).toBe(0)
      }
      expect(area.io.result(999)).toEqual({ done: 0, status: status.END_OF_FILE })
    }
    expect(residentMib() - before).toBeLessThan(20)
    for (let page = 100; page < 15_100; page += 97) expect(isZero(bytesOf(area, page))).toBe(true)
    expectWhole(world)
  })

  it('comes with the pages, and goes with them', async () => {
    const world = await openNative({ native: { way }, pages: 2 ** 16, poolFrames: 2 ** 14 })
    const { area } = world
    const before = residentMib()
    expect(area.io.alloc([{ page: 1000, count: 12_800 }])).toBe(12_800)
    for (let page = 1000; page < 13_800; page++) bytesOf(area, page)[0] = 1
    const full = residentMib()
    expect(full - before).toBeGreaterThan(45)
    area.io.free([{ page: 1000, count: 12_800 }])
    const empty = residentMib()
    // The way 'move' keeps the frames in the pool: only the pool's size bounds what is there.
    if (way === 'move') expect(empty - full).toBeLessThan(10)
    else expect(full - empty).toBeGreaterThan(45)
    for (let page = 1000; page < 13_800; page += 13) expect(isZero(bytesOf(area, page))).toBe(true)
    expectWhole(world)
  })
})

it.skipIf(ways.length === 0)('an area of 16 TiB costs what is used of it', async () => {
  const pages = 2 ** 32
  const options = { pages, poolFrames: 64 }
  const before = residentMib()
  const memory = await createMemory({ backend: 'sab', bytes: bytesFor(options) })
  const { area, frames } = await openNative({ ...options, memory })
  const far = [0, 2 ** 30, 2 ** 31 - 1, 2 ** 31, pages - 3, pages - 1]
  const runs = far.map((page) => ({ page, count: 1 }))
  expect(area.io.alloc([...runs, { page: pages - 2, count: 3 }])).toBe(6)
  expect(area.io.result(6)).toEqual({ done: 0, status: status.BAD_PAGE })
  for (const page of far) bytesOf(area, page).set(pattern(page))
  for (const page of far) expect(Buffer.from(bytesOf(area, page)).equals(pattern(page))).toBe(true)
  expect(far.map((page) => area.isResident(page))).toEqual(far.map(() => true))
  expect([1, 2 ** 31 + 1, pages - 2, pages].map((page) => area.isResident(page))).toEqual([false, false, false, false])
  expect(area.io.free(runs)).toBe(6)
  for (const page of far) expect(isZero(bytesOf(area, page))).toBe(true)
  expect(residentMib() - before).toBeLessThan(64)
  area.trim()
  expect(frames.stats().free).toBe(63)
})

/** What the kernel is set to about huge pages that programs ask for. */
const hugeReason = (): string | null => {
  try {
    const mode = readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8')
    return mode.includes('[never]') ? 'transparent huge pages are switched off' : null
  } catch {
    return 'this kernel has no transparent huge pages'
  }
}

const canHuge = canMove && canTest({ kind: 'huge pages', component: 'exmap/native', unavailable: hugeReason })

/** Memory of this process that is in huge pages. */
const hugeMib = (): number => {
  const found = /AnonHugePages: +(\d+) kB/.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))
  return Number(found?.[1]) / 1024
}

describe.skipIf(!canHuge)('a pool in huge pages', () => {
  const options = { native: { way: 'move', hugePages: true }, pages: 16_384, poolFrames: 16_384 } as const

  it('keeps what is in its pages, however they are moved', async () => {
    const world = await openNative({ ...options, aligned: true })
    const { area } = world
    expect([area.info().way, reasonsOf(area)]).toEqual(['move', []])
    const runs = [{ page: 0, count: 1024 }, { page: 1100, count: 700 }, { page: 5120, count: 2048 }]
    const pages = runs.flatMap(({ page, count }) => Array.from({ length: count }, (_, i) => page + i))
    for (let round = 0; round < 3; round++) {
      expect(area.io.alloc(runs)).toBe(pages.length)
      for (const page of pages) bytesOf(area, page).set(pattern(page, round).subarray(0, 32))
      for (const page of pages) {
        const expected = pattern(page, round).subarray(0, 32)
        expect(Buffer.from(bytesOf(area, page).subarray(0, 32)).equals(expected)).toBe(true)
      }
      // What breaks huge pages up.
      expect(area.io.free([{ page: 700, count: 1 }, { page: 6000, count: 3 }])).toBe(4)
      for (const page of [700, 6000, 6002]) expect(isZero(bytesOf(area, page))).toBe(true)
      expect(Buffer.from(bytesOf(area, 701).subarray(0, 32)).equals(pattern(701, round).subarray(0, 32))).toBe(true)
      area.io.free([{ page: 0, count: 700 }, { page: 701, count: 323 }, { page: 1100, count: 700 }])
      area.io.free([{ page: 5120, count: 880 }, { page: 6003, count: 1165 }])
      for (const page of pages) expect(isZero(bytesOf(area, page).subarray(0, 32))).toBe(true)
      expectWhole(world)
    }
  })

  it('is in huge pages', async () => {
    const before = hugeMib()
    const { area } = await openNative({ ...options, aligned: true })
    expect(area.io.alloc([{ page: 512, count: 8192 }], { zero: true })).toBe(8192)
    expect(hugeMib() - before).toBeGreaterThan(16)
  })

  it('says why it is not when it does not begin at a multiple of 2 MiB', async () => {
    const { area } = await openNative(options)
    expect(reasonsOf(area)).toEqual([expect.stringMatching(/^huge pages: .*multiple of 2 MiB$/)])
    expect(area.io.alloc([{ page: 0, count: 600 }])).toBe(600)
  })
})
