// What an area does, on each backend of page tables: pages get frames and lose them, from the pool, from a file, to a file.
import { FRAME_BYTES, type RunResult } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ExMap, type ExMapArea } from '../src/index.ts'
import { backends, kinds } from './support/backends.ts'
import { FailingStore } from './support/failing-store.ts'
import { patternedFile } from './support/file.ts'
import { open } from './support/open.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'

const results = (area: ExMapArea, count: number): RunResult[] =>
  Array.from({ length: count }, (_, index) => area.io.result(index))

const isPage = (area: ExMapArea, page: number, version = 0): boolean =>
  Buffer.from(bytesOf(area, page)).equals(Buffer.from(pattern(page, version)))

describe.each(kinds)('an area of %s', (kind) => {
  it('gives pages frames of their own, and takes them away', async () => {
    const { area, frames } = await open(kind, { pages: 100 })
    expect(area.io.alloc([{ page: 3, count: 4 }, { page: 50, count: 1 }])).toBe(5)
    const addresses = [3, 4, 5, 6, 50].map((page) => area.address(page))
    expect(new Set(addresses).size).toBe(5)
    expect([2, 3, 6, 7, 50].map((page) => area.isResident(page))).toEqual([false, true, true, false, true])
    expect(area.stats().resident).toBe(5)
    area.validate()
    expect(area.io.free([{ page: 3, count: 4 }, { page: 50, count: 1 }])).toBe(5)
    expect(area.isResident(3)).toBe(false)
    expect(area.stats().resident).toBe(0)
    area.trim()
    expect(area.stats().bundled).toBe(0)
    expect(frames.stats().free).toBe(63)
    area.validate()
  })

  it('gives a run of pages a run of frames, also those that were used before', async () => {
    const { area } = await open(kind, { poolFrames: 512, pages: 100 })
    for (let round = 0; round < 3; round++) {
      area.io.alloc([{ page: 10, count: 32 }])
      const first = area.address(10)
      for (let i = 0; i < 32; i++) expect(area.address(10 + i)).toBe(first + i * FRAME_BYTES)
      area.io.free([{ page: 10, count: 32 }])
    }
  })

  it('has zeros where a page is not resident', async () => {
    const { area } = await open(kind, { slots: 3 })
    expect(bytesOf(area, 7).every((byte) => byte === 0)).toBe(true)
    expect(bytesOf(area, 7).length).toBe(FRAME_BYTES)
    expect(area.address(1e9)).toBe(area.address(7))
  })

  it('clears frames only when asked to', async () => {
    const { area } = await open(kind, { poolFrames: 8 })
    area.io.alloc([{ page: 0, count: 7 }])
    for (let page = 0; page < 7; page++) bytesOf(area, page).fill(page + 1)
    area.io.free([{ page: 0, count: 7 }])
    area.io.alloc([{ page: 0, count: 7 }])
    expect(bytesOf(area, 0)[0]).not.toBe(0)
    area.io.free([{ page: 0, count: 7 }])
    expect(area.io.alloc([{ page: 20, count: 3 }, { page: 40, count: 4 }], { zero: true })).toBe(7)
    for (const page of [20, 21, 22, 40, 43]) expect(bytesOf(area, page).every((byte) => byte === 0)).toBe(true)
    area.validate()
  })

  it('reads pages from a file, and writes them', async () => {
    using file = patternedFile(64 * FRAME_BYTES)
    const { area } = await open(kind, { file })
    expect(await area.io.read([{ page: 0, count: 20 }, { page: 40, count: 1 }, { page: 30, count: 2 }])).toBe(23)
    for (const page of [0, 19, 40, 30, 31]) expect(isPage(area, page)).toBe(true)
    area.validate()
    bytesOf(area, 5).set(pattern(5, 1))
    bytesOf(area, 6).set(pattern(6, 1))
    expect(await area.io.write([{ page: 5, count: 1 }])).toBe(1)
    await area.sync()
    area.io.free([{ page: 5, count: 2 }])
    expect(area.io.readSync([{ page: 5, count: 2 }])).toBe(2)
    expect([isPage(area, 5, 1), isPage(area, 6)]).toEqual([true, true])
    bytesOf(area, 6).set(pattern(6, 2))
    expect(area.io.writeSync([{ page: 6, count: 1 }])).toBe(1)
    expect(readFileSync(file.path).subarray(6 * FRAME_BYTES, 7 * FRAME_BYTES).equals(pattern(6, 2))).toBe(true)
    area.validate()
  })

  it('reads a file through the page cache that cannot be read past it, and tells the reason', async () => {
    const { area } = await open(kind, { file: { path: '/proc/self/mem', readOnly: true, direct: true } })
    expect(area.info().whyNotBetter).toContainEqual(expect.stringMatching(/^direct: .* has no O_DIRECT/))
  })

  it('closes its file when what is being made durable is', async () => {
    const gate = Promise.withResolvers<undefined>()
    const store = new FailingStore(new Uint8Array(100), { gate: gate.promise })
    const { area, frames } = await open(kind, { store })
    const attach = () => ExMap.attach({ backend: backends[kind], handle: area.handle, slot: 0, frames, store })
    const syncs = [area.sync(), area.sync()]
    area.close()
    expect(store.isOpen).toBe(true)
    await expect(attach()).rejects.toMatchObject({ code: 'SLOT_BUSY' })
    // Whoever was refused has closed it.
    store.isOpen = true
    gate.resolve(undefined)
    await Promise.all(syncs)
    expect([store.isOpen, store.syncs]).toEqual([false, 2])
    ;(await attach()).close()
  })

  it('makes a file longer when it writes beyond its end', async () => {
    using file = patternedFile(FRAME_BYTES)
    const { area } = await open(kind, { file })
    area.io.alloc([{ page: 4, count: 1 }])
    bytesOf(area, 4).set(pattern(4))
    expect(await area.io.write([{ page: 4, count: 1 }])).toBe(1)
    const written = readFileSync(file.path)
    expect(written.length).toBe(5 * FRAME_BYTES)
    expect(written.subarray(4 * FRAME_BYTES).equals(pattern(4))).toBe(true)
  })

  it('does more in one batch than its hand can hold', async () => {
    using file = patternedFile(3000 * FRAME_BYTES)
    const { area } = await open(kind, { poolFrames: 4000, pages: 5000, file })
    expect(await area.io.read([{ page: 0, count: 2500 }, { page: 2600, count: 400 }])).toBe(2900)
    for (let page = 0; page < 2500; page += 7) expect(isPage(area, page)).toBe(true)
    for (let page = 2600; page < 3000; page += 7) expect(isPage(area, page)).toBe(true)
    area.validate()
    expect(area.io.writeSync([{ page: 0, count: 2500 }])).toBe(2500)
    expect(area.io.free([{ page: 0, count: 2500 }, { page: 2600, count: 400 }])).toBe(2900)
    area.validate()
    expect(area.io.alloc([{ page: 0, count: 3999 }], { zero: true })).toBe(3999)
    area.validate()
  })

  it('runs commands that have been written already, as often as one likes', async () => {
    const { area } = await open(kind, { commands: 4 })
    for (let i = 0; i < 4; i++) area.io.set(i, i * 10, 2)
    expect(area.io.alloc(3)).toBe(6)
    expect(area.isResident(30)).toBe(false)
    expect(area.io.free(3)).toBe(6)
    expect(area.io.alloc(4)).toBe(8)
    expect([...area.io.commands.subarray(12, 16)]).toEqual([30, 2, 2, 0])
  })

  it('does what a batch asks for in its order, the same page twice included', async () => {
    using file = patternedFile(64 * FRAME_BYTES)
    const { area } = await open(kind, { file })
    area.io.alloc([{ page: 1, count: 1 }, { page: 1, count: 1 }, { page: 0, count: 3 }])
    expect(results(area, 3)).toEqual([
      { done: 1, status: 0 },
      { done: 0, status: status.RESIDENT },
      { done: 1, status: status.RESIDENT },
    ])
    area.io.free([{ page: 0, count: 2 }, { page: 1, count: 1 }, { page: 0, count: 1 }])
    expect(results(area, 3)).toEqual([
      { done: 2, status: 0 },
      { done: 0, status: status.NOT_RESIDENT },
      { done: 0, status: status.NOT_RESIDENT },
    ])
    await area.io.read([{ page: 8, count: 2 }, { page: 9, count: 1 }, { page: 7, count: 3 }])
    expect(results(area, 3)).toEqual([
      { done: 2, status: 0 },
      { done: 0, status: status.RESIDENT },
      { done: 1, status: status.RESIDENT },
    ])
    expect(area.io.writeSync([{ page: 8, count: 1 }, { page: 7, count: 2 }])).toBe(3)
    area.validate()
  })

  it('says what it is', async () => {
    const { area } = await open(kind, { slots: 2 })
    expect(area.info()).toMatchObject({ component: 'exmap', backend: kind, pages: 256, slot: 0, slots: 2, way: 'table' })
    expect(area.info()).toMatchObject({ whyNotBetter: [], io: 'none' })
    expect(inspect(area)).toBe(`exmap/${kind} { slot 0 of 2, 0 of 256 pages resident, 0 frames ready }`)
  })

  it('empty batches and empty runs are done', async () => {
    const { area } = await open(kind)
    expect(area.io.alloc([])).toBe(0)
    expect(area.io.alloc([{ page: 5, count: 0 }, { page: 6, count: 1 }])).toBe(1)
    expect(results(area, 2)).toEqual([{ done: 0, status: 0 }, { done: 1, status: 0 }])
  })
})
