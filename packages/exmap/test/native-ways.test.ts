// Pages at addresses of their own, in each way of the operating system that works here.
import { FRAME_BYTES } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { Random } from '@parperos/alloc-api/conformance'
import { native as nativeMemory } from '@parperos/alloc-api/native'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import * as L from '../src/layout.ts'
import { ExMap } from '../src/index.ts'
import { native, nativeWith, type NativeOptions } from '../src/native.ts'
import { FailingStore } from './support/failing-store.ts'
import { patternedFile } from './support/file.ts'
import { bytesFor, expectWhole, joinNative, openNative, reasonsOf } from './support/native-open.ts'
import { canMove, ios, mappedWays, ways } from './support/native-probe.ts'
import { wordsOf } from './support/open.ts'
import { bytesOf, pattern, patternedBytes } from './support/page-bytes.ts'

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)
const isPattern = (bytes: Uint8Array, page: number, version = 0): boolean =>
  Buffer.from(bytes).equals(pattern(page, version))

describe.each(mappedWays)("pages mapped in the way '%s'", (way) => {
  it('are always at the same address', async () => {
    const { area } = await openNative({ native: { way }, pages: 1000 })
    expect(area.supports.mapped).toBe(true)
    expect(area.info()).toMatchObject({ backend: 'native', way })
    for (const page of [0, 1, 999]) expect(area.address(page)).toBe(page * FRAME_BYTES)
    area.io.alloc([{ page: 1, count: 1 }])
    expect(area.address(1)).toBe(FRAME_BYTES)
  })

  it('hold what is written to them, and zeros once they are free', async () => {
    const world = await openNative({ native: { way }, pages: 5000, poolFrames: 400 })
    const { area } = world
    for (let round = 0; round < 3; round++) {
      const runs = [{ page: 7, count: 1 }, { page: 100 + round, count: 150 }, { page: 4999, count: 1 }, { page: 9, count: 1 }]
      expect(area.io.alloc(runs)).toBe(153)
      const pages = runs.flatMap(({ page, count }) => Array.from({ length: count }, (_, i) => page + i))
      for (const page of pages) bytesOf(area, page).set(pattern(page, round))
      for (const page of pages) expect(isPattern(bytesOf(area, page), page, round)).toBe(true)
      expect(area.io.free(runs)).toBe(153)
      for (const page of pages) expect(isZero(bytesOf(area, page))).toBe(true)
      expectWhole(world)
    }
  })

  it('hold zeros when that is asked for, whatever somebody wrote there before they had a frame', async () => {
    const world = await openNative({ native: { way } })
    const { area } = world
    for (const runs of [[{ page: 3, count: 8 }], [20, 31, 17].map((page) => ({ page, count: 1 }))]) {
      for (const { page, count } of runs) for (let i = 0; i < count; i++) bytesOf(area, page + i).fill(5)
      area.io.alloc(runs, { zero: true })
      for (const { page, count } of runs) for (let i = 0; i < count; i++) expect(isZero(bytesOf(area, page + i))).toBe(true)
    }
    expectWhole(world)
  })

  it('are cleared when asked for', async () => {
    const world = await openNative({ native: { way }, poolFrames: 16 })
    const { area } = world
    area.io.alloc([{ page: 0, count: 15 }])
    for (let page = 0; page < 15; page++) bytesOf(area, page).fill(0xff)
    area.io.free([{ page: 0, count: 15 }])
    expect(area.io.alloc([{ page: 100, count: 10 }, { page: 50, count: 5 }], { zero: true })).toBe(15)
    for (const page of [100, 109, 50, 54]) expect(isZero(bytesOf(area, page))).toBe(true)
    expectWhole(world)
  })

  it('move between any pages and frames, in batches larger than a hand', async () => {
    const pages = 20_000
    const world = await openNative({ native: { way }, pages, poolFrames: 3000, commands: 3000 })
    const { area } = world
    // Every third page: no two of them are neighbours. Then all in between.
    const scattered = Array.from({ length: 2500 }, (_, i) => ({ page: ((i * 7919) % 6000) * 3, count: 1 }))
    expect(area.io.alloc(scattered)).toBe(2500)
    for (const { page } of scattered) bytesOf(area, page).set(pattern(page).subarray(0, 64))
    expect(area.io.free(scattered.slice(0, 2000).reverse())).toBe(2000)
    expect(area.io.alloc([{ page: 18_100, count: 1500 }])).toBe(1500)
    for (let page = 18_100; page < 19_600; page++) bytesOf(area, page).set(pattern(page).subarray(0, 64))
    const rest = scattered.slice(2000).map(({ page }) => page)
    const all = [...rest, ...Array.from({ length: 1500 }, (_, i) => 18_100 + i)]
    for (const page of all) expect(Buffer.from(bytesOf(area, page).subarray(0, 64)).equals(pattern(page).subarray(0, 64))).toBe(true)
    for (const { page } of scattered.slice(0, 2000)) expect(isZero(bytesOf(area, page).subarray(0, 64))).toBe(true)
    expectWhole(world)
  })

  it.each([1, 2])('leave those alone that lie between them when they go, in an area of %i slots', async (slots) => {
    const [pages, poolFrames] = [4000, 900]
    const world = await openNative({ native: { way }, pages, poolFrames, slots, commands: 1000 })
    const { io } = world.area
    const random = new Random(slots)
    const resident = new Set<number>()
    const bytes = (page: number): Uint8Array => bytesOf(world.area, page).subarray(0, 64)
    for (let round = 0; round < 40; round++) {
      const wanted = new Set(Array.from({ length: random.below(400) }, () => random.below(pages)).filter((page) => !resident.has(page)))
      const coming = [...wanted].slice(0, 700 - resident.size)
      expect(io.alloc(coming.map((page) => ({ page, count: 1 })))).toBe(coming.length)
      for (const page of coming) {
        bytes(page).set(pattern(page).subarray(0, 64))
        resident.add(page)
      }
      const going = [...resident].filter(() => random.below(2) === 0).sort(() => random.below(3) - 1)
      expect(io.free(going.map((page) => ({ page, count: 1 })))).toBe(going.length)
      for (const page of going) resident.delete(page)
      for (const page of going) expect(isZero(bytes(page))).toBe(true)
      for (const page of resident) expect(Buffer.from(bytes(page)).equals(pattern(page).subarray(0, 64))).toBe(true)
    }
    expect(resident.size).toBeGreaterThan(0)
    expectWhole(world)
  })

  it('are the same for whoever attaches, whatever its own backend would choose', async () => {
    const world = await openNative({ native: { way, io: 'pread' }, slots: 2 })
    const other = await joinNative(world, 1)
    expect(other.area.info()).toMatchObject({ way, slot: 1 })
    world.area.io.alloc([{ page: 3, count: 2 }])
    bytesOf(world.area, 4).set(pattern(4))
    expect(isPattern(bytesOf(other.area, 4), 4)).toBe(true)
    expect(other.area.io.free([{ page: 3, count: 2 }])).toBe(2)
    expect(isZero(bytesOf(world.area, 4))).toBe(true)
    expectWhole(world)
  })
})

describe.each(ways)("files in the way '%s'", (way) => {
  it.each(ios)('are read and written through %s', async (io) => {
    using file = patternedFile(500 * FRAME_BYTES)
    const world = await openNative({ native: { way, io }, pages: 600, poolFrames: 512, file })
    const { area } = world
    expect(area.info()).toMatchObject({ way, io })
    const runs = [{ page: 300, count: 100 }, { page: 17, count: 1 }, { page: 0, count: 2 }, { page: 299, count: 1 }]
    expect(await area.io.read(runs)).toBe(104)
    for (const page of [300, 399, 17, 0, 1, 299]) expect(isPattern(bytesOf(area, page), page)).toBe(true)
    for (const page of [301, 302, 17]) bytesOf(area, page).set(pattern(page, 1))
    expect(await area.io.write([{ page: 301, count: 2 }])).toBe(2)
    expect(area.io.writeSync([{ page: 17, count: 1 }])).toBe(1)
    await area.sync()
    expect(area.io.free(runs)).toBe(104)
    expect(area.io.readSync([{ page: 300, count: 4 }, { page: 17, count: 1 }])).toBe(5)
    const versions = [[300, 0], [301, 1], [302, 1], [303, 0], [17, 1]]
    for (const [page, version] of versions) expect(isPattern(bytesOf(area, page), page, version)).toBe(true)
    const written = readFileSync(file.path)
    expect(written.subarray(302 * FRAME_BYTES, 303 * FRAME_BYTES).equals(pattern(302, 1))).toBe(true)
    expectWhole(world)
  })
})

describe.each(mappedWays)("a store of one's own in the way '%s'", (way) => {
  it.each(['read', 'readSync'] as const)('fills pages and gets what they hold: %s', async (method) => {
    const store = new FailingStore(patternedBytes(50 * FRAME_BYTES), { bad: new Set([21]) })
    const world = await openNative({ native: { way }, store })
    const { area } = world
    expect(area.info()).toMatchObject({ way, io: 'test' })
    expect(await area.io[method]([{ page: 3, count: 10 }, { page: 20, count: 5 }, { page: 48, count: 4 }])).toBe(13)
    expect([0, 1, 2].map((index) => area.io.result(index).status)).toEqual([0, status.IO_ERROR, status.END_OF_FILE])
    for (const page of [3, 12, 20, 49]) expect(isPattern(bytesOf(area, page), page)).toBe(true)
    bytesOf(area, 5).set(pattern(5, 1))
    expect(await area.io.write([{ page: 5, count: 1 }])).toBe(1)
    expect(isPattern(store.bytes.subarray(5 * FRAME_BYTES, 6 * FRAME_BYTES), 5, 1)).toBe(true)
    expect(isPattern(bytesOf(area, 5), 5, 1)).toBe(true)
    const single = [47, 31, 16, 21, 39].map((page) => ({ page, count: 1 }))
    expect(await area.io[method](single)).toBe(4)
    for (const { page } of single) expect(isPattern(bytesOf(area, page), page)).toBe(page !== 21)
    expect(isZero(bytesOf(area, 21))).toBe(true)
    expectWhole(world)
    area.close()
    expect(store.isOpen).toBe(false)
  })
})

describe('the way', () => {
  it.skipIf(!canMove)("is 'move' where that works, and nothing is better", async () => {
    const { area } = await openNative()
    expect([area.info().way, reasonsOf(area)]).toEqual(['move', []])
    expect(wordsOf(area)[L.headerNative] & L.nativeWay).toBe(1)
  })

  it.skipIf(!canMove)('of scattered pages may be that of runs, where the system does not drop many at once', async () => {
    using file = patternedFile(400 * FRAME_BYTES)
    const world = await openNative({ native: { way: 'move' }, pages: 400, poolFrames: 512, slots: 2, file })
    // As an opener notes it to whom process_madvise was refused.
    wordsOf(world.area)[L.headerRefusals + 2] = constants.errno.EPERM
    const other = await joinNative(world, 1)
    expect(other.area.info().whyNotBetter).toEqual([expect.stringMatching(/^batches: process_madvise .* EPERM, so that scattered/)])
    const single = [7, 300, 2, 51, 98, 250].map((page) => ({ page, count: 1 }))
    for (const [one, next] of [[world.area, other.area], [other.area, world.area]]) {
      expect(await one.io.read(single)).toBe(6)
      for (const { page } of single) expect(isPattern(bytesOf(next, page), page)).toBe(true)
      expect(next.io.free(single)).toBe(6)
      for (const { page } of single) expect(isZero(bytesOf(one, page))).toBe(true)
    }
    expectWhole(world)
  })

  it.skipIf(!canMove)('is another one for a pool that cannot be moved, and the reason is told', async () => {
    const options = { pages: 100, slots: 2 }
    const memory = await nativeMemory.create({ bytes: bytesFor(options) })
    const world = await openNative({ ...options, memory })
    expect(world.area.info().way).toBe('madvise')
    const whyNotMove = expect.stringMatching(/^move: UFFDIO_MOVE between pool and area.* EINVAL$/) as string
    expect(world.area.info().whyNotBetter).toEqual([whyNotMove])
    expect((await joinNative(world, 1)).area.info().whyNotBetter).toEqual([whyNotMove])
    world.area.io.alloc([{ page: 5, count: 50 }])
    for (let page = 5; page < 55; page++) bytesOf(world.area, page).set(pattern(page))
    world.area.io.free([{ page: 10, count: 20 }])
    expect([isPattern(bytesOf(world.area, 9), 9), isZero(bytesOf(world.area, 10))]).toEqual([true, true])
    expectWhole(world)
  })

  it.skipIf(!canMove)('that was asked for and does not work is refused, and everything is given back', async () => {
    const memory = await nativeMemory.create({ bytes: bytesFor({}) })
    await expect(openNative({ native: { way: 'move' }, memory })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it("'table' is refused for more pages than a view of the page table can have", async () => {
    const { memory, pool, frames } = await openNative()
    const config = { memory, pool, frames, name: 'large' }
    for (const pages of [2 ** 31, 2 ** 32]) {
      const opening = ExMap.open({ backend: nativeWith({ way: 'table' }), pages, ...config })
      await expect(opening).rejects.toThrow(/at most 2\^31 of them/)
    }
  })

  it('is chosen among those there are', () => {
    const depths = [0, 4097, 1.5, '64'].map((depth) => ({ depth }))
    const wrong = [{ way: 'mmap' }, { io: 'fs' }, { hugePages: 1 }, { registered: 'yes' }, ...depths]
    for (const options of wrong as unknown as NativeOptions[]) {
      expect(() => nativeWith(options)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }) as Error)
    }
    expect(native.supports).toEqual({ mapped: true, processes: false })
    expect(nativeWith({ way: 'memfd' }).supports).toEqual({ mapped: true, processes: true })
    expect(nativeWith({ way: 'table' }).supports).toEqual({ mapped: false, processes: false })
  })
})
