// Files through io_uring, and through threads where there is none: what comes, what does not come, and what goes on meanwhile.
import { FRAME_BYTES, type PageRun, type RunResult } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { canTest } from '@parperos/presets/backends'
import { closeSync, constants, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join as joinPath, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ExMap, type ExMapArea } from '../src/index.ts'
import { native, type NativeOptions } from '../src/native.ts'
import { patternedFile } from './support/file.ts'
import { expectWhole, joinNative, openNative, reasonsOf } from './support/native-open.ts'
import { canMove, canRing, ios, ways } from './support/native-probe.ts'
import { gapInMemory, gapUnavailable } from './support/own-memory.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'

const run = (page: number, count = 1): PageRun => ({ page, count })
const results = (area: ExMapArea, count: number): [done: number, status: number][] =>
  Array.from({ length: count }, (_, index) => area.io.result(index)).map(({ done, status }: RunResult) => [done, status])
const isPattern = (area: ExMapArea, page: number, version = 0): boolean =>
  Buffer.from(bytesOf(area, page)).equals(pattern(page, version))

/** Gives the file's pages their version 2, and leaves none of them in the page cache where the file system can do that. */
function writePastCache(path: string, pages: number): void {
  const bytes = pages * FRAME_BYTES
  // Memory that begins on a page.
  const content = new Uint8Array(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes)
  for (let page = 0; page < pages; page++) content.set(pattern(page, 2), page * FRAME_BYTES)
  const open = (flags: number): number => openSync(path, constants.O_WRONLY | flags)
  const written = (file: number): boolean => {
    try {
      return writeSync(file, content) === bytes
    } finally {
      closeSync(file)
    }
  }
  const direct = ((): number | null => {
    try {
      return open(constants.O_DIRECT)
    } catch {
      return null
    }
  })()
  expect(written(direct ?? open(0))).toBe(true)
}

const way = canMove ? 'move' : ways[0]
const methods = ['read', 'readSync'] as const

describe.each(ios)('a file through %s', (io) => {
  it.each(methods)('ends where it ends: %s', async (method) => {
    using file = patternedFile(700 * FRAME_BYTES + 100)
    const world = await openNative({ native: { way, io }, pages: 2000, poolFrames: 1024, file })
    const { area } = world
    // Frames that hold something, so that what is left in a page would be seen.
    area.io.alloc([run(1000, 1000)])
    for (let page = 1000; page < 2000; page++) bytesOf(area, page).fill(0xee)
    area.io.free([run(1000, 1000)])
    expect(await area.io[method]([run(600, 200), run(900, 2), run(3), run(701), run(700)])).toBe(102)
    expect(results(area, 5)).toEqual([
      [101, status.END_OF_FILE],
      [0, status.END_OF_FILE],
      [1, 0],
      [0, status.END_OF_FILE],
      [0, status.RESIDENT],
    ])
    const cut = bytesOf(area, 700)
    expect(Buffer.from(cut.subarray(0, 100)).equals(pattern(700).subarray(0, 100))).toBe(true)
    expect(cut.subarray(100).every((byte) => byte === 0)).toBe(true)
    expect(area.isResident(701)).toBe(false)
    expectWhole(world)
  })

  it.each(methods)('says the same of small batches, which may be read at once: %s', async (method) => {
    using file = patternedFile(100 * FRAME_BYTES + 7)
    const world = await openNative({ native: { way, io }, pages: 200, poolFrames: 256, file })
    const { area } = world
    for (const version of [0, 1]) {
      expect(await area.io[method]([run(120), run(98, 4), run(5), run(70, 20), run(7), run(5)])).toBe(25)
      expect(results(area, 6)).toEqual([
        [0, status.END_OF_FILE],
        [3, status.END_OF_FILE],
        [1, 0],
        [20, 0],
        [1, 0],
        [0, status.RESIDENT],
      ])
      expect(isPattern(area, 5, version)).toBe(true)
      for (const page of [70, 89, 99]) expect(isPattern(area, page)).toBe(true)
      expect([...bytesOf(area, 100).subarray(0, 8)]).toEqual([...pattern(100).subarray(0, 7), 0])
      bytesOf(area, 5).set(pattern(5, 1))
      expect(await area.io.write([run(5)])).toBe(1)
      area.io.free([run(98, 3), run(5), run(70, 20), run(7)])
    }
    expectWhole(world)
  })

  it.each(methods)('of which some pages are in the page cache gives them all: %s', async (method) => {
    using file = patternedFile(4000 * FRAME_BYTES)
    writePastCache(file.path, 4000)
    const world = await openNative({ native: { way, io }, pages: 4000, poolFrames: 512, file })
    const { area } = world
    // What is read brings its neighbours, so that others are far from them.
    const near = [10, 1000, 2000].map((page) => run(page, 2))
    expect(await area.io[method](near)).toBe(6)
    area.io.free(near)
    const mixed = [run(1001), run(500, 2), run(10), run(3100), run(2000, 2), run(2600), run(3999)]
    expect(await area.io[method](mixed)).toBe(9)
    for (const page of [1001, 500, 501, 10, 3100, 2000, 2001, 2600, 3999]) expect(isPattern(area, page, 2)).toBe(true)
    expectWhole(world)
  })

  it('that has no bytes at all has no pages', async () => {
    using file = patternedFile(0)
    const world = await openNative({ native: { way, io }, file })
    expect(await world.area.io.read([run(0, 10)])).toBe(0)
    expect(world.area.io.result(0)).toEqual({ done: 0, status: status.END_OF_FILE })
    expectWhole(world)
  })

  it.each(methods)('that shrinks ends sooner: %s', async (method) => {
    using file = patternedFile(300 * FRAME_BYTES)
    const world = await openNative({ native: { way, io }, pages: 300, poolFrames: 512, file })
    const { area } = world
    expect(await area.io[method]([run(0, 300)])).toBe(300)
    area.io.free([run(0, 300)])
    truncateSync(file.path, 50 * FRAME_BYTES)
    expect(await area.io[method]([run(0, 300), run(299), run(10)])).toBe(50)
    expect(results(area, 3)).toEqual([
      [50, status.END_OF_FILE],
      [0, status.END_OF_FILE],
      [0, status.RESIDENT],
    ])
    expectWhole(world)
  })

  it.skipIf(!canTest({ kind: 'EIO', component: 'exmap/native', unavailable: gapUnavailable })).each(methods)(
    'that refuses some of its pages gives the others: %s',
    async (method) => {
      const { last, next } = gapInMemory() ?? { last: 0, next: 0 }
      const file = { path: '/proc/self/mem', readOnly: true }
      const world = await openNative({ native: { way, io }, pages: next + 100, poolFrames: 1024, file })
      const { area } = world
      // Two runs side by side, so that one request reaches over the gap; then one run that does.
      const beside = [run(last - 2, next - last + 2), run(next, 3), run(1, 2)]
      expect(await area.io[method](beside)).toBe(6)
      expect(results(area, 3)).toEqual([
        [3, status.IO_ERROR],
        [3, 0],
        [0, status.IO_ERROR],
      ])
      expect(area.io.free([run(last - 2, 3), run(next, 3)])).toBe(6)
      expect(await area.io[method]([run(last, next - last + 3), run(last - 1)])).toBe(2)
      expect(results(area, 2)).toEqual([
        [1, status.IO_ERROR],
        [1, 0],
      ])
      expect([area.isResident(last), area.isResident(last + 1), area.isResident(next)]).toEqual([true, false, false])
      expectWhole(world)
    },
  )

  it('that must not be written refuses writes', async () => {
    using file = patternedFile(20 * FRAME_BYTES)
    const { path } = file
    const world = await openNative({ native: { way, io }, file: { path, readOnly: true } })
    const { area } = world
    await area.io.read([run(0, 5)])
    expect(await area.io.write([run(0, 3), run(4), run(9)])).toBe(0)
    expect(results(area, 3)).toEqual([
      [0, status.IO_ERROR],
      [0, status.IO_ERROR],
      [0, status.NOT_RESIDENT],
    ])
    expect(area.io.free([run(0, 5)])).toBe(5)
    expectWhole(world)
  })

  it('grows by what is written behind its end', async () => {
    using file = patternedFile(FRAME_BYTES)
    const world = await openNative({ native: { way, io }, file })
    const { area } = world
    area.io.alloc([run(5, 3)])
    for (const page of [5, 6, 7]) bytesOf(area, page).set(pattern(page, 3))
    expect(await area.io.write([run(5, 3)])).toBe(3)
    area.io.free([run(5, 3)])
    expect(await area.io.read([run(0, 9)])).toBe(8)
    expect([isPattern(area, 0), isPattern(area, 7, 3)]).toEqual([true, true])
    expect(bytesOf(area, 3).every((byte) => byte === 0)).toBe(true)
    expectWhole(world)
  })

  it.each([false, true])('past the page cache (direct: %s) has the same bytes, its end included', async (direct) => {
    using file = patternedFile(200 * FRAME_BYTES + 10)
    const world = await openNative({
      ...{ native: { way, io }, pages: 300, poolFrames: 512 },
      file: { path: file.path, direct },
    })
    const { area } = world
    expect(await area.io.read([run(150, 100), run(0, 10), run(30)])).toBe(62)
    for (const page of [150, 199, 0, 9, 30]) expect(isPattern(area, page)).toBe(true)
    expect(bytesOf(area, 200)[9]).toBe(pattern(200)[9])
    expect(bytesOf(area, 200)[10]).toBe(0)
    bytesOf(area, 30).set(pattern(30, 1))
    expect(area.io.writeSync([run(30)])).toBe(1)
    area.io.free([run(30)])
    expect(area.io.readSync([run(30)])).toBe(1)
    expect(isPattern(area, 30, 1)).toBe(true)
    expectWhole(world)
  })

  it('has one batch of each interface in flight, and JavaScript goes on', async () => {
    const slots = 8
    using file = patternedFile(4000 * FRAME_BYTES)
    const world = await openNative({ native: { way, io }, pages: 4000, poolFrames: 8192, slots, file })
    const worlds = [world]
    for (let slot = 1; slot < slots; slot++) worlds.push({ ...world, ...(await joinNative(world, slot)) })
    let settled = 0
    const reads = worlds.map(async ({ area }, slot) => {
      const done = await area.io.read([run(slot * 500, 500)])
      settled++
      return done
    })
    expect(settled).toBe(0)
    expect(() => world.area.io.alloc([run(0)])).toThrow(expect.objectContaining({ code: 'BUSY' }) as Error)
    expect(() => world.area.io.readSync([run(0)])).toThrow(expect.objectContaining({ code: 'BUSY' }) as Error)
    expect(await Promise.all(reads)).toEqual(Array<number>(slots).fill(500))
    for (let page = 0; page < 4000; page += 11) expect(isPattern(world.area, page)).toBe(true)
    for (const { area } of worlds.slice(1)) area.close()
    expectWhole(world)
  })

  it('can be closed while a batch is in flight', async () => {
    using file = patternedFile(3000 * FRAME_BYTES)
    // No two of them are neighbours: each is a request of its own.
    const runs = Array.from({ length: 1000 }, (_, i) => run(((i * 7) % 1000) * 3))
    let cut = 0
    for (let round = 0; round < 10; round++) {
      const direct = round % 3 !== 0
      const world = await openNative({
        ...{ native: { way, io }, pages: 3000, poolFrames: 2048, slots: 2 },
        file: { path: file.path, direct },
      })
      const { area } = world
      const reading = area.io.read(runs)
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round / 3))
      area.close()
      const done = await reading
      if (done < runs.length) cut++
      expect(() => area.io.result(0)).toThrow(expect.objectContaining({ code: 'CLOSED' }) as Error)
      const other = await joinNative(world, 1)
      expect(other.area.stats().resident).toBe(done)
      for (const { page } of runs) {
        if (other.area.isResident(page)) expect(isPattern(other.area, page)).toBe(true)
      }
      expectWhole(other)
      // The slot was given back, although it was closed in the middle.
      const again = await ExMap.attach({ backend: native, handle: area.handle, slot: 0, frames: world.frames })
      expect(again.slot).toBe(0)
    }
    expect(cut).toBeGreaterThan(0)
  })

  it('can be aborted while a batch is in flight, and the next one gets what is missing', async () => {
    using file = patternedFile(3000 * FRAME_BYTES)
    const runs = Array.from({ length: 1000 }, (_, i) => run(((i * 7) % 1000) * 3))
    const world = await openNative({
      ...{ native: { way, io }, pages: 3000, poolFrames: 2048 },
      file: { path: file.path, direct: true },
    })
    const { area } = world
    let cut = 0
    for (let round = 0; round < 10; round++) {
      const aborting = new AbortController()
      const reading = area.io.read(runs, { signal: aborting.signal })
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round / 3))
      aborting.abort()
      const done = await reading
      if (done < runs.length) cut++
      expect(area.stats().resident).toBe(done)
      const missing = runs.filter((_, i) => area.io.result(i).status === status.CANCELLED)
      expect(missing).toHaveLength(runs.length - done)
      expect(await area.io.read(missing)).toBe(missing.length)
      for (const { page } of runs) expect(isPattern(area, page)).toBe(true)
      expect(area.io.free(runs)).toBe(runs.length)
      expectWhole(world)
    }
    expect(cut).toBeGreaterThan(0)
  })

  it('can be written while others read other pages of it', async () => {
    using file = patternedFile(1000 * FRAME_BYTES)
    const world = await openNative({ native: { way, io }, pages: 1000, poolFrames: 1024, slots: 2, file })
    const other = await joinNative(world, 1)
    await world.area.io.read([run(0, 400)])
    for (let page = 0; page < 400; page++) bytesOf(world.area, page).set(pattern(page, 1))
    const writing = world.area.io.write([run(0, 400)])
    const reading = other.area.io.read([run(400, 400)])
    // A page that is being written stays readable, and cannot be freed meanwhile.
    expect(isPattern(other.area, 200, 1)).toBe(true)
    expect(await Promise.all([writing, reading])).toEqual([400, 400])
    for (let page = 400; page < 800; page += 3) expect(isPattern(world.area, page)).toBe(true)
    expectWhole(world)
  })
})

it('a file that is not there is refused before anything is taken', async () => {
  using file = patternedFile(FRAME_BYTES)
  const path = joinPath(dirname(file.path), 'none')
  await expect(openNative({ file: { path } })).rejects.toMatchObject({ code: 'SYSTEM' })
  writeFileSync(path, '')
  expect(reasonsOf((await openNative({ file: { path } })).area)).toEqual([])
})

describe.skipIf(!canRing)('a ring', () => {
  it.each([1, 3, 4096])('of %i requests at the same time reads and writes the same', async (depth) => {
    using file = patternedFile(600 * FRAME_BYTES)
    for (const direct of [false, true]) {
      const world = await openNative({
        ...{ native: { way, io: 'io_uring', depth }, pages: 600, poolFrames: 1024, slots: 2 },
        file: { path: file.path, direct },
      })
      const other = await joinNative(world, 1)
      for (const [area, first] of [[world.area, 0], [other.area, 1]] as const) {
        const runs = Array.from({ length: 200 }, (_, i) => run(((i * 7) % 200) * 3 + first))
        expect(await area.io.read(runs)).toBe(200)
        expect(area.io.readSync([run(first + 2, 2)])).toBe(1)
        for (const { page } of runs) expect(isPattern(area, page)).toBe(true)
        expect(await area.io.write(runs)).toBe(200)
        area.io.free([...runs, run(first + 2)])
      }
      expectWhole(world)
    }
  })

  it.each([false, true])('has the pool registered when that is asked for (direct: %s), whoever reads', async (direct) => {
    using file = patternedFile(600 * FRAME_BYTES)
    const world = await openNative({
      ...{ native: { way: 'table', registered: true }, pages: 600, poolFrames: 1024, slots: 2 },
      file: { path: file.path, direct },
    })
    expect(world.area.info()).toMatchObject({ io: 'io_uring', whyNotBetter: [] })
    const other = await joinNative(world, 1)
    expect(other.area.info().whyNotBetter).toEqual([])
    for (const { area } of [world, other]) {
      expect(await area.io.read([run(0, 300), run(400), run(598, 2)])).toBe(303)
      expect(area.io.readSync([run(350), run(360, 30)])).toBe(31)
      for (const page of [0, 150, 299, 350, 389, 400, 599]) expect(isPattern(area, page)).toBe(true)
      bytesOf(area, 350).set(pattern(350, 4))
      bytesOf(area, 389).set(pattern(389, 4))
      expect(await area.io.write([run(350), run(380, 10)])).toBe(11)
      area.io.free([run(0, 300), run(350), run(360, 30), run(400), run(598, 2)])
      expect(area.io.readSync([run(350), run(389)])).toBe(2)
      expect([isPattern(area, 350, 4), isPattern(area, 389, 4)]).toEqual([true, true])
      for (const page of [350, 389]) bytesOf(area, page).set(pattern(page))
      expect(area.io.writeSync([run(350), run(389)])).toBe(2)
      area.io.free([run(350), run(389)])
    }
    expectWhole(world)
  })

  it('does without registered memory where frames move, or nobody asked for a ring, and says so', async () => {
    using file = patternedFile(40 * FRAME_BYTES)
    const reasons = async (options: NativeOptions): Promise<readonly string[]> => {
      const { area } = await openNative({ native: { ...options, registered: true }, file })
      expect(await area.io.read([run(3, 30)])).toBe(30)
      expect(isPattern(area, 32)).toBe(true)
      return reasonsOf(area)
    }
    const starting = (text: string): unknown => expect.stringMatching(`^registered: ${text}`)
    if (canMove) expect(await reasons({ way: 'move' })).toEqual([starting("in the way 'move' frames")])
    expect(await reasons({ way: 'table', io: 'pread' })).toEqual([starting('without io_uring')])
  })
})
