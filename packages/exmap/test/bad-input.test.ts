// What goes wrong outside of the area's control: every run says what became of it, the others are done, nothing is lost.
import { FRAME_BYTES, type PageRun, type RunResult } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { truncateSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ExMap, type ExMapArea } from '../src/index.ts'
import { backends, kinds } from './support/backends.ts'
import { FailingStore, type Faults } from './support/failing-store.ts'
import { patternedFile } from './support/file.ts'
import { join, open, type World } from './support/open.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'

const results = (area: ExMapArea, count: number): [done: number, status: number][] =>
  Array.from({ length: count }, (_, index) => area.io.result(index)).map(({ done, status }: RunResult) => [done, status])

const run = (page: number, count = 1): PageRun => ({ page, count })

const content = (pages: number): Uint8Array =>
  Buffer.concat(Array.from({ length: pages }, (_, page) => pattern(page)))

/** Every frame is somewhere, and gives itself back. */
function expectWhole({ area, frames }: World): void {
  area.validate()
  const { resident, bundled } = area.stats()
  expect(frames.stats().free + resident + bundled).toBe(frames.frames - area.slots)
}

describe.each(kinds)('an area of %s', (kind) => {
  const withStore = async (pages: number, faults: Faults): Promise<World & { store: FailingStore }> => {
    const store = new FailingStore(content(pages), faults)
    return { ...(await open(kind, { store })), store }
  }

  it('refuses pages out of range', async () => {
    const world = await open(kind, { pages: 100 })
    const { area } = world
    const bad = [100, 2 ** 32 - 1, 2 ** 32, -1, 1.5, NaN].map((page) => run(page))
    const long = [run(99, 2), run(0, 101), run(1, -1), run(0, 2 ** 32), run(1, 2 ** 32 - 1)]
    const good = run(99)
    for (const method of ['alloc', 'free'] as const) {
      expect(area.io[method]([...bad, ...long, good])).toBe(1)
      const count = bad.length + long.length
      expect(results(area, count).map(([done]) => done)).toEqual(Array<number>(count).fill(0))
      expect(new Set(results(area, count).map(([, found]) => found))).toEqual(new Set([status.BAD_PAGE]))
      expect(area.io.result(count)).toEqual({ done: 1, status: 0 })
    }
    expectWhole(world)
  })

  it('refuses batches and commands that cannot be', async () => {
    const { area } = await open(kind, { commands: 2 })
    const badOption = expect.objectContaining({ code: 'BAD_OPTION' }) as Error
    expect(() => area.io.alloc([run(0), run(1), run(2)])).toThrow(badOption)
    for (const count of [3, -1, 0.5]) expect(() => area.io.alloc(count)).toThrow(badOption)
    for (const index of [2, -1, 0.5]) {
      expect(() => area.io.set(index, 0, 1)).toThrow(badOption)
      expect(() => area.io.result(index)).toThrow(badOption)
    }
  })

  it('says which pages were freed twice, or never had a frame', async () => {
    const world = await open(kind)
    const { area } = world
    area.io.alloc([run(0, 10)])
    expect(area.io.free([run(2, 3), run(0, 10), run(5, 9), run(200)])).toBe(10)
    expect(results(area, 4)).toEqual([
      [3, 0],
      [2, status.NOT_RESIDENT],
      [5, status.NOT_RESIDENT],
      [0, status.NOT_RESIDENT],
    ])
    expectWhole(world)
  })

  it('writes only what is resident', async () => {
    const world = await withStore(10, {})
    const { area } = world
    area.io.alloc([run(1, 2)])
    expect(area.io.writeSync([run(0), run(1, 4), run(2)])).toBe(3)
    expect(results(area, 3)).toEqual([
      [0, status.NOT_RESIDENT],
      [2, status.NOT_RESIDENT],
      [1, 0],
    ])
    expectWhole(world)
  })

  it.each(['read', 'readSync'] as const)('%s past the end of the file stops there', async (method) => {
    using file = patternedFile(10 * FRAME_BYTES + 100)
    const world = await open(kind, { file })
    const { area } = world
    expect(await area.io[method]([run(8, 5), run(20, 2), run(3)])).toBe(4)
    expect(results(area, 3)).toEqual([
      [3, status.END_OF_FILE],
      [0, status.END_OF_FILE],
      [1, 0],
    ])
    const cut = bytesOf(area, 10)
    expect(Buffer.from(cut.slice(0, 100)).equals(pattern(10).subarray(0, 100))).toBe(true)
    expect(cut.subarray(100).every((byte) => byte === 0)).toBe(true)
    expect(area.isResident(11)).toBe(false)
    expectWhole(world)
  })

  it('notices that a file shrinks', async () => {
    using file = patternedFile(20 * FRAME_BYTES)
    const world = await open(kind, { file })
    const { area } = world
    expect(await area.io.read([run(0, 20)])).toBe(20)
    area.io.free([run(0, 20)])
    truncateSync(file.path, 5 * FRAME_BYTES)
    expect(await area.io.read([run(0, 20), run(19)])).toBe(5)
    expect(results(area, 2)).toEqual([
      [5, status.END_OF_FILE],
      [0, status.END_OF_FILE],
    ])
    expectWhole(world)
  })

  it.each([1, 100, 4096, 5000])('goes on after short reads and writes of %i bytes', async (atMost) => {
    const world = await withStore(12, { atMost })
    const { area, store } = world
    expect(await area.io.read([run(2, 3), run(7)])).toBe(4)
    for (const page of [2, 3, 4, 7]) expect(Buffer.from(bytesOf(area, page)).equals(pattern(page))).toBe(true)
    bytesOf(area, 3).set(pattern(3, 1))
    expect(area.io.writeSync([run(2, 3)])).toBe(3)
    expect(Buffer.from(store.bytes.subarray(3 * FRAME_BYTES, 4 * FRAME_BYTES)).equals(pattern(3, 1))).toBe(true)
    expectWhole(world)
  })

  it.each(['read', 'readSync'] as const)('%s stops a run at a page that cannot be read', async (method) => {
    const world = await withStore(40, { bad: new Set([4, 20]) })
    const { area } = world
    expect(await area.io[method]([run(2, 6), run(20), run(21, 2), run(8, 3), run(5)])).toBe(8)
    expect(results(area, 5)).toEqual([
      [2, status.IO_ERROR],
      [0, status.IO_ERROR],
      [2, 0],
      [3, 0],
      [1, 0],
    ])
    expect([2, 3, 4, 5, 6].map((page) => area.isResident(page))).toEqual([true, true, false, true, false])
    expectWhole(world)
    world.store.faults = {}
    expect(await area.io[method]([run(4), run(20)])).toBe(2)
    expectWhole(world)
  })

  it.each(['write', 'writeSync'] as const)('%s stops a run at a page that cannot be written', async (method) => {
    const world = await withStore(0, { bad: new Set([4]) })
    const { area, store } = world
    area.io.alloc([run(2, 6)], { zero: true })
    expect(await area.io[method]([run(2, 6), run(6, 2)])).toBe(4)
    expect(results(area, 2)).toEqual([
      [2, status.IO_ERROR],
      [2, 0],
    ])
    expectWhole(world)
    store.faults = { stuck: true }
    expect(await area.io[method]([run(2, 2)])).toBe(0)
    expect(results(area, 1)).toEqual([[0, status.IO_ERROR]])
    expect(area.io.free([run(2, 6)])).toBe(6)
    expectWhole(world)
  })

  it('a read whose every page fails gives all frames back', async () => {
    const world = await withStore(0, { bad: new Set(Array.from({ length: 256 }, (_, page) => page)) })
    const { area } = world
    for (let round = 0; round < 5; round++) {
      expect(await area.io.read([run(0, 40), run(100, 20), run(50)])).toBe(0)
      expect(results(area, 3).map(([done, found]) => [done, found])).toEqual(Array(3).fill([0, status.IO_ERROR]))
      expectWhole(world)
    }
    expect(area.io.alloc([run(0, 63)])).toBe(63)
    expectWhole(world)
  })

  it('goes on behind the run at which the pool is exhausted', async () => {
    const world = await withStore(100, {})
    const { area, frames } = world
    expect(area.io.alloc([run(0, 60), run(100, 10), run(300), run(120), run(10)])).toBe(63)
    expect(results(area, 5)).toEqual([
      [60, 0],
      [3, status.OUT_OF_MEMORY],
      [0, status.BAD_PAGE],
      [0, status.OUT_OF_MEMORY],
      [0, status.RESIDENT],
    ])
    expect(frames.stats().free).toBe(0)
    expect(await area.io.read([run(70, 2)])).toBe(0)
    expect(results(area, 1)).toEqual([[0, status.OUT_OF_MEMORY]])
    expectWhole(world)
    expect(area.io.free([run(0, 1)])).toBe(1)
    expect(await area.io.read([run(70, 2)])).toBe(1)
    expect(results(area, 1)).toEqual([[1, status.OUT_OF_MEMORY]])
    expectWhole(world)
  })

  it('a batch while another one is in flight is refused', async () => {
    const gate = Promise.withResolvers<undefined>()
    const world = await withStore(10, { gate: gate.promise })
    const { area } = world
    const busy = expect.objectContaining({ code: 'BUSY' }) as Error
    const reading = area.io.read([run(0, 4)])
    expect(area.isResident(0)).toBe(false)
    expect(bytesOf(area, 0).every((byte) => byte === 0)).toBe(true)
    expect(area.io.result(0)).toEqual({ done: 0, status: status.PENDING })
    expect(() => area.io.alloc([run(20)])).toThrow(busy)
    expect(() => area.io.free([run(20)])).toThrow(busy)
    expect(() => area.trim()).toThrow(busy)
    await expect(area.io.read([run(20)])).rejects.toThrow(busy)
    await expect(area.io.write([run(20)])).rejects.toThrow(busy)
    gate.resolve(undefined)
    expect(await reading).toBe(4)
    expectWhole(world)
  })

  it('an interface that two workers use is refused to one of them', async () => {
    const gate = Promise.withResolvers<undefined>()
    const world = await open(kind, { slots: 2, store: new FailingStore(content(10)) })
    const { area, frames } = await join(kind, world, 1, { store: new FailingStore(content(10), { gate: gate.promise }) })
    await expect(join(kind, world, 1)).rejects.toThrow(expect.objectContaining({ code: 'SLOT_BUSY' }))
    const second = await join(kind, world, 1, { takeOver: true })
    const busy = expect.objectContaining({ code: 'BUSY' }) as Error
    expect(() => area.io.alloc([run(1)])).toThrow(busy)
    await expect(area.io.read([run(1)])).rejects.toThrow(busy)
    expect(second.area.io.alloc([run(1)])).toBe(1)
    area.close()
    frames.close()
    expect(second.area.io.free([run(1)])).toBe(1)
    world.area.validate()
  })

  it('a page that another batch works on is left alone', async () => {
    const gate = Promise.withResolvers<undefined>()
    const world = await open(kind, { slots: 2, store: new FailingStore(content(10), { gate: gate.promise }) })
    const other = await join(kind, world, 1, { store: new FailingStore(content(10)) })
    const { area } = world
    const reading = area.io.read([run(2, 3)])
    for (const method of ['alloc', 'free', 'readSync', 'writeSync'] as const) {
      expect(other.area.io[method]([run(1), run(3), run(2, 2)])).toBe(1)
      expect(other.area.io.result(1)).toEqual({ done: 0, status: status.PAGE_BUSY })
    }
    gate.resolve(undefined)
    expect(await reading).toBe(3)
    expect(other.area.io.free([run(2, 3)])).toBe(3)
    other.area.validate()
  })

  it('a page that is being written stays resident and readable', async () => {
    const gate = Promise.withResolvers<undefined>()
    const world = await open(kind, { slots: 2, store: new FailingStore(content(10), { gate: gate.promise }) })
    const other = await join(kind, world, 1, { store: new FailingStore(content(10)) })
    const { area } = world
    area.io.alloc([run(2, 3)])
    bytesOf(area, 3).fill(9)
    const writing = area.io.write([run(2, 3)])
    expect([area.isResident(3), bytesOf(area, 3)[0]]).toEqual([true, 9])
    expect(other.area.io.free([run(3)])).toBe(0)
    expect(other.area.io.result(0)).toEqual({ done: 0, status: status.PAGE_BUSY })
    expect(other.area.io.writeSync([run(3)])).toBe(0)
    expect(other.area.io.alloc([run(3)])).toBe(0)
    expect(other.area.io.result(0)).toEqual({ done: 0, status: status.RESIDENT })
    gate.resolve(undefined)
    expect(await writing).toBe(3)
    expect(other.area.io.free([run(2, 3)])).toBe(3)
    other.area.validate()
  })

  it('close ends what is in flight, and gives the slot back when nobody writes to the pool any more', async () => {
    const gate = Promise.withResolvers<undefined>()
    const store = new FailingStore(content(200), { gate: gate.promise })
    const world = await open(kind, { slots: 2, store, poolFrames: 256 })
    const { area, frames } = world
    const other = await join(kind, world, 1)
    const { commands } = area.io
    const reading = area.io.read(Array.from({ length: 100 }, (_, i) => run(2 * i)))
    area.close()
    expect(store.isOpen).toBe(true)
    await expect(join(kind, world, 0)).rejects.toThrow(expect.objectContaining({ code: 'SLOT_BUSY' }))
    gate.resolve(undefined)
    const done = await reading
    const statuses = Array.from({ length: 100 }, (_, i) => commands[i * 4 + 3])
    expect(statuses.filter((found) => found === 0).length).toBe(done)
    expect(statuses.every((found) => found === 0 || found === status.CANCELLED)).toBe(true)
    expect(statuses).toContain(status.CANCELLED)
    expect(store.isOpen).toBe(false)
    expect(other.area.stats().resident).toBe(done)
    other.area.validate()
    const closed = expect.objectContaining({ code: 'CLOSED' }) as Error
    expect(() => area.io.alloc([run(1)])).toThrow(closed)
    expect(() => area.io.commands).toThrow(closed)
    expect(() => area.stats()).toThrow(closed)
    expect(() => area.trim()).toThrow(closed)
    expect(() => area.validate()).toThrow(closed)
    expect(() => area.info()).toThrow(closed)
    await expect(area.sync()).rejects.toThrow(closed)
    await expect(area.io.read([run(1)])).rejects.toThrow(closed)
    area.close()
    const again = await ExMap.attach({ backend: backends[kind], handle: area.handle, slot: 0, frames })
    expect(again.io.alloc([run(199)])).toBe(1)
    expect(again.io.free([run(199)])).toBe(1)
    expect(frames.stats().free + other.area.stats().resident + other.area.stats().bundled).toBe(254)
  })

  it('an area without a file does no input and output', async () => {
    const { area } = await open(kind)
    const unsupported = expect.objectContaining({ code: 'UNSUPPORTED' }) as Error
    expect(() => area.io.readSync([run(1)])).toThrow(unsupported)
    expect(() => area.io.writeSync([run(1)])).toThrow(unsupported)
    await expect(area.io.read([run(1)])).rejects.toThrow(unsupported)
    await expect(area.io.write([run(1)])).rejects.toThrow(unsupported)
    await area.sync()
  })

  it('a file that is only read is not written', async () => {
    using file = patternedFile(4 * FRAME_BYTES)
    const world = await open(kind, { file: { path: file.path, readOnly: true } })
    const { area } = world
    expect(await area.io.read([run(0, 2)])).toBe(2)
    expect(await area.io.write([run(0, 2), run(9)])).toBe(0)
    expect(results(area, 2)).toEqual([
      [0, status.IO_ERROR],
      [0, status.NOT_RESIDENT],
    ])
    expectWhole(world)
  })

  it('an allocator that throws ends the batch, and nothing is lost', async () => {
    const world = await withStore(100, {})
    const { area, frames } = world
    expect(area.io.alloc([run(0, 3)])).toBe(3)
    frames.close()
    const closed = expect.objectContaining({ code: 'CLOSED' }) as Error
    expect(() => area.io.alloc([run(10, 50), run(70)])).toThrow(closed)
    expect(results(area, 2)).toEqual([
      [5, status.CANCELLED],
      [0, status.CANCELLED],
    ])
    await expect(area.io.read([run(60, 50)])).rejects.toThrow(closed)
    expect(area.stats().resident).toBe(8)
    expect(area.io.free([run(0, 3)])).toBe(3)
    expect(() => area.trim()).toThrow(closed)
    expect(area.stats()).toMatchObject({ resident: 5, bundled: 3 })
  })
})
