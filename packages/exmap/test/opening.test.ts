// Opening and attaching: what is refused and with which words, what a handle has to be, whose slot is whose.
import { createMemory, FRAME_BYTES, Region, type FrameAllocator, type PageAreaHandle } from '@parperos/alloc-api'
import { STACK_BYTES } from '@parperos/alloc-api/driver'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { geometry } from '../src/geometry.ts'
import { ExMap, type ExMapConfig, type OpenOptions } from '../src/index.ts'
import * as L from '../src/layout.ts'
import { backends, kinds } from './support/backends.ts'
import { patternedFile } from './support/file.ts'
import { join, open, wordsOf } from './support/open.ts'
import { bytesOf } from './support/page-bytes.ts'

const coded = (code: string, message = /./): Error =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error

async function parts(frameCount = 64): Promise<Pick<ExMapConfig, 'memory' | 'pool' | 'frames'>> {
  const memory = await createMemory({ backend: 'wasm', bytes: 4 << 20 })
  const pool = memory.region(frameCount * FRAME_BYTES, 'pool')
  return { memory, pool, frames: await LLFree.open({ backend: llfreeSab, memory, frames: frameCount, slots: 4 }) }
}

describe.each(kinds)('opening an area of %s', (kind) => {
  const backend = backends[kind]

  it('refuses options that cannot be, and takes nothing then', async () => {
    const given = await parts()
    const names = given.memory.names()
    const refused = async (options: Record<string, unknown>, code: string, message?: RegExp): Promise<void> => {
      const wrong = { backend, ...given, pages: 10, ...options } as unknown as OpenOptions
      await expect(ExMap.open(wrong)).rejects.toThrow(coded(code, message))
    }
    for (const pages of [0, -1, 1.5, 2 ** 32 + 1, NaN, '10', undefined]) await refused({ pages }, 'BAD_OPTION', /pages is a/)
    for (const slots of [0, 1025, 1.5]) await refused({ slots }, 'BAD_OPTION', /slots is a whole number/)
    for (const commands of [0, 65537]) await refused({ commands }, 'BAD_OPTION', /commands is a whole number/)
    await refused({ name: '' }, 'BAD_NAME')
    await refused({ memory: undefined }, 'BAD_OPTION', /memory is/)
    await refused({ frames: {} }, 'BAD_OPTION', /frames is a frame allocator/)
    await refused({ pool: {} }, 'BAD_OPTION', /pool is a Region/)
    await refused({ pool: given.memory.find('llfree') }, 'TOO_SMALL', /has no room for 64 frames/)
    await refused({ pages: 1 << 20 }, 'TOO_SMALL', /page table has 4 bytes for each page/)
    await refused({ pages: 2 ** 32 }, kind === 'sab' ? 'TOO_SMALL' : 'TOO_SMALL')
    await refused({ file: {} }, 'BAD_OPTION', /file is \{ path/)
    await refused({ file: { path: 'a' }, store: {} }, 'BAD_OPTION', /not both/)
    await refused({ file: { path: '/nowhere/pages.bin' } }, 'SYSTEM', /ENOENT/)
    await refused({ slots: 128 }, 'OUT_OF_MEMORY')
    await refused({ backend: {} }, 'BAD_OPTION', /backend is an object/)
    expect(given.memory.names()).toEqual(names)
    expect(given.frames.stats().free).toBe(64)
    using area = await ExMap.open({ backend, ...given, pages: 10 })
    await refused({}, 'BAD_NAME', /already has a Region named exmap/)
    expect(area.io.alloc([{ page: 0, count: 10 }])).toBe(10)
  })

  it('two areas share one pool', async () => {
    const given = await parts()
    using first = await ExMap.open({ backend, ...given, pages: 100 })
    using second = await ExMap.open({ backend, ...given, pages: 100, name: 'second' })
    expect(first.io.alloc([{ page: 0, count: 20 }])).toBe(20)
    expect(second.io.alloc([{ page: 0, count: 20 }], { zero: true })).toBe(20)
    for (let page = 0; page < 20; page++) bytesOf(first, page).fill(1)
    for (let page = 0; page < 20; page++) bytesOf(second, page).fill(2)
    for (let page = 0; page < 20; page++) expect([bytesOf(first, page)[9], bytesOf(second, page)[9]]).toEqual([1, 2])
    second.io.alloc([{ page: 20, count: 80 }])
    expect(second.io.result(0).status).toBe(-1)
    first.io.free([{ page: 0, count: 20 }])
    first.trim()
    expect(second.io.alloc([{ page: 60, count: 18 }])).toBeGreaterThan(10)
    first.validate()
    second.validate()
  })

  it('an area whose table and pool are in different memories works', async () => {
    const { frames, pool } = await parts()
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    using area = await ExMap.open({ backend, memory, pool, frames, pages: 10 })
    area.io.alloc([{ page: 3, count: 2 }], { zero: true })
    bytesOf(area, 3).fill(5)
    expect(pool.bytes(area.address(3), FRAME_BYTES).every((byte) => byte === 5)).toBe(true)
    area.validate()
  })

  it('attaches by a handle that was posted, and sees the same pages', async () => {
    using file = patternedFile(10 * FRAME_BYTES)
    const world = await open(kind, { slots: 2, file })
    world.area.io.alloc([{ page: 5, count: 1 }])
    bytesOf(world.area, 5).fill(77)
    const { port1, port2 } = new MessageChannel()
    const received = new Promise<PageAreaHandle>((resolve) => port2.once('message', resolve))
    port1.postMessage(world.area.handle)
    const handle = await received
    port1.close()
    const frames = await LLFree.attach({ backend: llfreeSab, handle: world.frames.handle, slot: 1 })
    using other = await ExMap.attach({ backend, handle, slot: 1, frames })
    expect([other.slot, other.slots, other.pages]).toEqual([1, 2, 256])
    expect(bytesOf(other, 5).every((byte) => byte === 77)).toBe(true)
    expect(await other.io.read([{ page: 0, count: 2 }])).toBe(2)
    expect(world.area.isResident(1)).toBe(true)
    expect(world.area.io.free([{ page: 0, count: 2 }])).toBe(2)
    other.validate()
  })

  it('a slot has one holder; when it goes, the next one finds its frames on the shelf', async () => {
    const world = await open(kind, { slots: 3, poolFrames: 480 })
    await expect(join(kind, world, 0)).rejects.toThrow(coded('SLOT_BUSY'))
    for (const slot of [3, -1, 0.5]) {
      const attach = ExMap.attach({ backend, handle: world.area.handle, slot, frames: world.frames })
      await expect(attach).rejects.toThrow(coded('BAD_SLOT'))
    }
    const second = await join(kind, world, 1)
    second.area.io.alloc([{ page: 0, count: 1 }])
    second.area.io.free([{ page: 0, count: 1 }])
    const { bundled } = world.area.stats()
    expect(bundled).toBeGreaterThan(0)
    second.area.close()
    second.area.close()
    expect(world.area.stats().bundled).toBe(bundled)
    const third = await join(kind, world, 2)
    third.area.io.alloc([{ page: 1, count: bundled }])
    expect(world.area.stats().bundled).toBe(0)
    world.area.validate()
  })

  it('trim gives back what nobody holds', async () => {
    const world = await open(kind, { slots: 2, poolFrames: 480 })
    const second = await join(kind, world, 1)
    second.area.io.alloc([{ page: 0, count: 100 }])
    second.area.io.free([{ page: 0, count: 100 }])
    second.area.close()
    expect(world.area.stats().bundled).toBeGreaterThan(50)
    world.area.trim()
    expect(world.area.stats().bundled).toBe(0)
    expect(world.frames.stats().free).toBe(478)
  })

  it('refuses handles that are none, and an allocator of another size', async () => {
    const { area, frames, memory } = await open(kind, { slots: 2 })
    const { handle } = area
    const refused = async (wrong: unknown, code: string, message?: RegExp): Promise<void> => {
      const options = { backend, handle: wrong as PageAreaHandle, slot: 1, frames }
      await expect(ExMap.attach(options)).rejects.toThrow(coded(code, message))
    }
    for (const wrong of [null, undefined, 5, {}, { ...handle, component: 'llfree' }]) await refused(wrong, 'BAD_HANDLE')
    await refused({ ...handle, pool: undefined }, 'BAD_HANDLE')
    await refused({ ...handle, pool: {} }, 'BAD_HANDLE')
    await refused({ ...handle, layoutVersion: 99 }, 'BAD_VERSION')
    await refused({ ...handle, region: handle.pool }, 'BAD_MAGIC')
    await refused({ ...handle, pool: handle.stacks }, 'BAD_SIZE')
    await refused({ ...handle, region: { ...handle.region, byteLength: 4096 } }, 'BAD_SIZE')
    await refused({ ...handle, area: new SharedArrayBuffer(8) }, 'BAD_HANDLE')
    const elsewhere = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    await refused({ ...handle, stacks: elsewhere.region(2 * STACK_BYTES, 'stacks').handle }, 'BAD_HANDLE')
    const others: unknown[] = [undefined, {}, await LLFree.open({ backend: llfreeSab, memory, frames: 63, name: 'other' })]
    for (const wrong of others) {
      const attach = ExMap.attach({ backend, handle, slot: 1, frames: wrong as FrameAllocator })
      await expect(attach).rejects.toThrow(coded('BAD_OPTION'))
    }
    using second = await ExMap.attach({ backend, handle, slot: 1, frames })
    expect(second.slot).toBe(1)
  })

  it('refuses a header of which any word is wrong', async () => {
    const { area, frames } = await open(kind, { slots: 2 })
    const { handle } = area
    const words = wordsOf(area)
    const attach = () => ExMap.attach({ backend, handle, slot: 1, frames })
    const codes = /^BAD_(MAGIC|VERSION|SIZE|HANDLE)$/
    for (let index = 0; index <= L.headerTableAt; index++) {
      const was = words[index]
      for (const value of [was ^ 1, was ^ 0x40000000, -1, 0]) {
        // Fewer pages than there are is no contradiction; how the native backend maps them is nobody's but its own.
        if (value === was || (index === L.headerLastPage && value >>> 0 < was)) continue
        // Any frames that are a multiple of their number can be the zeros.
        if (index === L.headerZeroFrame && value >>> 0 < 64 && value % 2 === 0) continue
        words[index] = value
        const error = await attach().then(
          () => null,
          (thrown: unknown) => thrown as { code: string },
        )
        expect(error?.code, `word ${index} is ${value >>> 0} for ${was >>> 0}`).toMatch(codes)
        words[index] = was
      }
    }
    ;(await attach()).close()
    const shape = geometry({ pages: 256, slots: 2, commands: 1024, frames: 64 })
    expect(Region.from(handle.region).byteLength).toBeGreaterThanOrEqual(shape.wordsTotal * 4)
  })
})

it("'auto' takes what can run here, and says why nothing else", async () => {
  const given = await parts()
  using area = await ExMap.open({ backend: 'auto', ...given, pages: 10, slots: 2 })
  expect(kinds).toContain(area.kind)
  using second = await ExMap.attach({ backend: 'auto', handle: area.handle, slot: 1, frames: given.frames })
  expect(second.kind).toBe(area.kind)
  await expect(ExMap.attach({ backend: 'auto', handle: null as never, slot: 1, ...given })).rejects.toThrow(coded('BAD_HANDLE'))
})
