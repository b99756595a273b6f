// The interface's lock: whoever finds another worker there that does not come to its end gives up, with who it is.
import { describe, expect, it } from 'vitest'
import { checkedHandle } from '../src/header.ts'
import * as L from '../src/layout.ts'
import { lockAfter, lockInterface, unlockInterface } from '../src/lock.ts'
import { kinds } from './support/backends.ts'
import { join, open, wordsOf } from './support/open.ts'

const words = new Int32Array(new SharedArrayBuffer(8))

it('is had by one at a time', () => {
  expect(lockInterface(words, 1)).toBe(0)
  expect(lockInterface(words, 1)).toBe(L.lockOwner)
  expect(lockAfter(words, 1)).toBe(0)
  unlockInterface(words, 1)
  expect(lockInterface(words, 1)).toBe(0)
  words[1] = L.lockGathering | 5
  expect(lockInterface(words, 1, 10)).toBe((L.lockGathering | 5) | 0)
  expect(lockAfter(words, 1)).toBe((L.lockGathering | 5) | 0)
})

describe.each(kinds)('%s', (kind) => {
  it('a worker that died while it took idle frames locks nobody out for good', async () => {
    const world = await open(kind, { slots: 2 })
    const other = await join(kind, world, 1)
    const { geometry: shape } = checkedHandle(world.area.handle)
    wordsOf(world.area)[shape.interfacesAt + shape.interfaceWords + L.interfaceLock] = L.lockGathering | 0
    const busy = expect.objectContaining({ code: 'BUSY', message: expect.stringMatching(/slot 0 takes/) as string }) as Error
    expect(() => other.area.io.alloc([{ page: 1, count: 1 }])).toThrow(busy)
    await expect(join(kind, world, 1, { takeOver: true })).rejects.toThrow(busy)
    await join(kind, world, 0, { takeOver: true })
    const again = await join(kind, world, 1, { takeOver: true })
    expect(again.area.io.alloc([{ page: 1, count: 1 }])).toBe(1)
    again.area.validate()
  })

  it('"out of memory" is said only of frames that are in use', async () => {
    const world = await open(kind, { slots: 3, poolFrames: 480 })
    const others = [await join(kind, world, 1), await join(kind, world, 2)]
    for (const { area } of others) {
      area.io.alloc([{ page: 100 * area.slot, count: 70 }])
      area.io.free([{ page: 100 * area.slot, count: 70 }])
    }
    expect(world.area.stats().bundled).toBeGreaterThan(60)
    expect(world.area.io.alloc([{ page: 0, count: 256 }])).toBe(256)
    expect(world.area.io.free([{ page: 0, count: 256 }])).toBe(256)
    const [{ area }] = others
    expect(area.io.alloc([{ page: 0, count: 256 }])).toBe(256)
    world.area.validate()
    area.io.free([{ page: 0, count: 256 }])
    for (const one of [world, ...others]) one.area.trim()
    expect(world.area.stats()).toMatchObject({ resident: 0, bundled: 0 })
    expect(world.frames.stats().free).toBe(476)
  })
})
