// Addresses beyond one window: what stands at an address is found through the table of windows, whatever the pool's size.
import { createMemory, FRAME_BYTES, type FrameAllocator } from '@parperos/alloc-api'
import { describe, expect, it } from 'vitest'
import { ExMap } from '../src/index.ts'
import { geometry } from '../src/geometry.ts'
import { Windows, windowMask } from '../src/windows.ts'
import { backends, kinds } from './support/backends.ts'
import { bytesOf, wrongByte, pattern } from './support/page-bytes.ts'

describe('windows', () => {
  it('have a power of two of bytes, 2^30 at most', () => {
    expect([4096, 5000, 2 ** 20, 2 ** 30, 2 ** 30 + 1, 2 ** 40].map(windowMask)).toEqual([
      ...[4095, 8191, 2 ** 20 - 1],
      ...[2 ** 30 - 1, 2 ** 30 - 1, 2 ** 30 - 1],
    ])
  })

  it('are made once, where the memory is, and end with it', () => {
    const bytes = 2 ** 31 + 3 * 4096
    const buffer = new SharedArrayBuffer(bytes + 4096, { maxByteLength: bytes + 4096 })
    const windows = new Windows(buffer, 4096, bytes)
    for (const address of [0, 2 ** 30 - 1, 2 ** 30, 2 ** 31 + 5000]) {
      const window = windows.bytes(address)
      expect(window).toBe(windows.bytes(address))
      expect(window.byteOffset + (address & windows.mask)).toBe(4096 + address)
      expect(windows.words(address).byteOffset).toBe(window.byteOffset)
    }
    expect([0, 2 ** 30, 2 ** 31].map((address) => windows.bytes(address).length)).toEqual([2 ** 30, 2 ** 30, 3 * 4096])
  })
})

describe.each(kinds)('a pool of several windows (%s)', (kind) => {
  it('has pages in all of them', async () => {
    // Frames are taken from the pool's far end; memory that nobody touches costs nothing.
    const count = 2 ** 19 + 2 ** 18 + 100
    const pool = (await createMemory({ backend: 'sab', bytes: (count + 1) * FRAME_BYTES })).region(count * FRAME_BYTES, 'p')
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    const chosen = [5, 2 ** 18 - 1, 2 ** 18, 2 ** 19 - 1, 2 ** 19 + 7, count - 1]
    const free = [0, ...chosen]
    const frames = {
      frames: count,
      get: () => free.shift(),
      getBatch(_: number, into: Uint32Array) {
        const some = free.splice(0, into.length)
        into.set(some)
        return some.length
      },
      put: (frame: number) => free.push(frame),
      statsAt: () => ({ frames: 1, free: 0, freeHuge: 0 }),
    } as unknown as FrameAllocator
    using area = await ExMap.open({ backend: backends[kind], memory, pool, frames, pages: 20 })
    expect(area.io.alloc([{ page: 3, count: chosen.length }], { zero: true })).toBe(chosen.length)
    expect(chosen.map((_, i) => area.address(3 + i))).toEqual(chosen.map((frame) => frame * FRAME_BYTES))
    chosen.forEach((_, i) => bytesOf(area, 3 + i).set(pattern(i)))
    chosen.forEach((frame, i) => {
      expect(wrongByte(pool.bytes(frame * FRAME_BYTES, FRAME_BYTES), i)).toBe(-1)
      const address = area.address(3 + i)
      expect(area.words(address)[(address & area.windowMask) >>> 2]).toBe(new Int32Array(pattern(i).buffer)[0])
    })
    area.validate()
  })
})

describe('the geometry', () => {
  it('gives every part cache lines of its own, and a table word to every page', () => {
    for (const [slots, commands, frames, pages] of [
      [1, 1, 1, 1],
      [3, 7, 100, 1000],
      [1024, 65536, 2 ** 30, 2 ** 32],
    ]) {
      const shape = geometry({ slots, commands, frames, pages })
      const starts = [shape.ownersAt, shape.shelfAt, shape.interfacesAt, shape.bundlesAt, shape.tableAt]
      for (const start of starts) expect(start % 16).toBe(0)
      expect([...starts].sort((a, b) => a - b)).toEqual(starts)
      expect(shape.wordsTotal - shape.tableAt).toBe(pages)
      expect(2 ** shape.zeroOrder).toBeGreaterThanOrEqual(slots)
      expect(shape.bundleFrames).toBeGreaterThan(0)
      // Bundle numbers, two in a word, have to leave room for "none".
      expect(shape.bundles).toBeLessThan(0xffff)
    }
  })

  it('keeps bundles small where the pool is', () => {
    expect(geometry({ pages: 1, slots: 4, commands: 1, frames: 64 }).bundleFrames).toBe(2)
    expect(geometry({ pages: 1, slots: 4, commands: 1, frames: 65536 }).bundleFrames).toBe(512)
  })
})
