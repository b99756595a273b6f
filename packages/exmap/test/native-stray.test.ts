// Accesses to pages that have no frame: they see zeros and end nobody's life, and whatever they leave behind is no obstacle to
// the page's next use.
import { FRAME_BYTES } from '@parperos/alloc-api'
import { once } from 'node:events'
import { closeSync, constants, openSync, write as writeLater } from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { patternedFile } from './support/file.ts'
import { expectWhole, openNative } from './support/native-open.ts'
import { mappedWays } from './support/native-probe.ts'
import { soak } from './support/soak.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)

describe.each(mappedWays)("stray accesses in the way '%s'", (way) => {
  it('read zeros everywhere, in an area far larger than any memory', async () => {
    const pages = 2 ** 22
    const { area } = await openNative({ native: { way }, pages })
    for (let page = 0; page < pages; page += 4099) {
      const address = area.address(page)
      expect(area.window(address)[(address & area.windowMask) + (page % 4096)]).toBe(0)
    }
  })

  it('before a page has a frame do not keep it from getting one', async () => {
    const world = await openNative({ native: { way }, pages: 2000, poolFrames: 1024 })
    const { area } = world
    // Frames with something in them, so that a page that kept its zeros would be noticed.
    area.io.alloc([{ page: 1000, count: 900 }])
    for (let page = 1000; page < 1900; page++) bytesOf(area, page).fill(0xaa)
    area.io.free([{ page: 1000, count: 900 }])
    for (let page = 0; page < 900; page += 7) expect(bytesOf(area, page)[5]).toBe(0)
    bytesOf(area, 100)[0] = 9
    expect(area.io.alloc([{ page: 0, count: 900 }])).toBe(900)
    for (let page = 0; page < 900; page++) bytesOf(area, page).set(pattern(page))
    for (let page = 0; page < 900; page++) expect(Buffer.from(bytesOf(area, page)).equals(pattern(page))).toBe(true)
    area.io.free([{ page: 0, count: 900 }])
    for (let page = 0; page < 900; page++) expect(isZero(bytesOf(area, page))).toBe(true)
    expectWhole(world)
  })

  it.each([1, 2])('before scattered pages have frames are undone where zeros are asked for, with %i slots', async (slots) => {
    using file = patternedFile(600 * FRAME_BYTES)
    const world = await openNative({ native: { way }, pages: 2000, poolFrames: 1024, slots, file: { path: file.path } })
    const { area } = world
    const runs = Array.from({ length: 300 }, (_, i) => ({ page: ((i * 101) % 300) * 2, count: 1 }))
    const meddle = (): void => {
      for (let page = 0; page < 600; page += 6) expect(bytesOf(area, page)[9]).toBe(0)
      for (let page = 0; page < 600; page += 10) bytesOf(area, page).fill(0xbb)
    }
    meddle()
    expect(area.io.alloc(runs, { zero: true })).toBe(300)
    for (const { page } of runs) expect(isZero(bytesOf(area, page)), `page ${page}`).toBe(true)
    for (const { page } of runs) bytesOf(area, page).set(pattern(page, 1))
    for (const { page } of runs) expect(Buffer.from(bytesOf(area, page)).equals(pattern(page, 1))).toBe(true)
    expect(area.io.free(runs)).toBe(300)
    meddle()
    expect(area.io.readSync(runs)).toBe(300)
    for (const { page } of runs) expect(Buffer.from(bytesOf(area, page)).equals(pattern(page)), `page ${page}`).toBe(true)
    expect(area.io.free(runs)).toBe(300)
    expectWhole(world)
  })

  it('by the kernel, which is still writing a page to a file, do not keep the page from being taken away', async () => {
    using file = patternedFile(0)
    const count = 2048
    const world = await openNative({ native: { way }, pages: 4096, poolFrames: 4096 })
    const { area } = world
    // Past the page cache the file system works on the pages themselves.
    const target = openSync(file.path, constants.O_WRONLY | constants.O_DIRECT)
    const write = promisify(writeLater)
    try {
      for (let round = 0; round < 4; round++) {
        area.io.alloc([{ page: 1000, count }])
        const bytes = area.window(area.address(1000)).subarray(1000 * FRAME_BYTES, (1000 + count) * FRAME_BYTES)
        bytes.fill(round + 1)
        const writing = write(target, bytes, 0, bytes.length, 0)
        await new Promise((resolve) => setTimeout(resolve, round))
        expect(area.io.free([{ page: 1000, count }])).toBe(count)
        expect(isZero(bytes)).toBe(true)
        expect(area.io.alloc([{ page: 0, count: 4000 }], { zero: true })).toBe(4000)
        for (let page = 0; page < 4000; page++) if (!isZero(bytesOf(area, page))) throw new Error(`page ${page} is not clear`)
        area.io.free([{ page: 0, count: 4000 }])
        await writing
        expectWhole(world)
      }
    } finally {
      closeSync(target)
    }
  })

  it('by another thread, all the time, do no harm', async () => {
    const pages = 1024
    const world = await openNative({ native: { way }, pages, poolFrames: 600 })
    const { area } = world
    const control = new SharedArrayBuffer(8)
    const flags = new Int32Array(control)
    const worker = new Worker(new URL('support/stray-reader.ts', import.meta.url), {
      workerData: { area: area.handle.area, pages, control },
    })
    const told = once(worker, 'message')
    const began = Date.now()
    let rounds = 0
    // Long enough for the reader to come along often, whoever else uses the processors.
    for (; Date.now() - began < 1000 * soak || Atomics.load(flags, 0) < 20; rounds++) {
      const first = (rounds * 37) % 400
      const runs = [{ page: first, count: 500 }, { page: 1000, count: 1 }, { page: 1002, count: 1 }]
      expect(area.io.alloc(runs)).toBe(502)
      for (const page of [first, first + 250, first + 499, 1000, 1002]) bytesOf(area, page).set(pattern(page, rounds))
      for (const page of [first, first + 250, first + 499, 1000, 1002]) {
        expect(Buffer.from(bytesOf(area, page)).equals(pattern(page, rounds))).toBe(true)
      }
      expect(area.io.free(runs)).toBe(502)
    }
    Atomics.store(flags, 1, 1)
    await told
    expect(rounds).toBeGreaterThan(5)
    for (let page = 0; page < pages; page++) expect(isZero(bytesOf(area, page))).toBe(true)
    expectWhole(world)
    await worker.terminate()
  })
})
