// Damaged words: validate names the place; a batch that meets damage says so, and neither hangs nor hands anything out twice.
import { describe, expect, it } from 'vitest'
import { status } from '@parperos/alloc-api/driver'
import { Random } from '@parperos/alloc-api/conformance'
import { ExMap } from '../src/index.ts'
import { checkedHandle } from '../src/header.ts'
import type { Geometry } from '../src/geometry.ts'
import * as L from '../src/layout.ts'
import { backends, kinds } from './support/backends.ts'
import { open, wordsOf, type World } from './support/open.ts'
import { soak } from './support/soak.ts'
import { bytesOf } from './support/page-bytes.ts'

const corrupt = (message: RegExp): Error =>
  expect.objectContaining({ code: 'CORRUPT', message: expect.stringMatching(message) as string }) as Error

interface Damaged extends World {
  words: Int32Array
  shape: Geometry
}

/** Pages 0 … 9 are resident; the current bundle has frames. */
async function opened(kind: (typeof kinds)[number]): Promise<Damaged> {
  const world = await open(kind, { poolFrames: 480, slots: 2 })
  world.area.io.alloc([{ page: 0, count: 10 }])
  world.area.validate()
  return { ...world, words: wordsOf(world.area), shape: checkedHandle(world.area.handle).geometry }
}

const damages: [what: string, damage: (damaged: Damaged) => unknown, message: RegExp][] = [
  ['a page with a frame of another', ({ words, shape: { tableAt } }) => (words[tableAt + 5] = words[tableAt + 3]), /page 5 has frame \d+, and so has another/],
  ['a page with a frame beyond the pool', ({ words, shape }) => (words[shape.tableAt + 5] = 0x3ffffff0), /page 5 has frame \d+ of 480/],
  ['a page with a frame of zeros', ({ words, shape }) => (words[shape.tableAt + 5] = 1), /page 5 has frame 1, one of the zeros/],
  ['a page that is lost', ({ words, shape }) => (words[shape.tableAt + 5] = 0), /9 pages have frames, 10 are counted/],
  ['a claim that nobody works on', ({ words, shape }) => (words[shape.tableAt + 77] = L.tableBusy | 1), /page 77 is claimed by slot 1/],
  ['a mark that nobody works on', ({ words, shape }) => (words[shape.tableAt + 5] |= L.tableWriting), /page 5 is marked as being written/],
  ['a bundle with a page’s frame', ({ words, shape }) => (words[shape.bundlesAt + L.bundleHeaderWords + 25] = (words[shape.tableAt + 3] & L.tableFrame) ^ words[L.headerZeroFrame]), /bundle 0 has frame \d+, and so has another/],
  ['a bundle that contradicts itself', ({ words, shape }) => (words[shape.bundlesAt] = 9 | (3 << L.bundleEndShift)), /bundle 0 has frames 9 to 3/],
  ['a bundle of nobody with frames', ({ words, shape }) => (words[shape.shelfAt] = 0), /bundle 0 of nobody has \d+ frames/],
  ['a bundle of an impossible owner', ({ words, shape }) => (words[shape.shelfAt] = L.shelfOwned | 99), /bundle 0 is in state/],
  ['a frame that the allocator has as free', ({ frames, area }) => frames.put(area.address(4) / 4096, 0), /page 4 has frame \d+, which the allocator knows as free/],
  ['a write to a page that is not resident', ({ area }) => bytesOf(area, 99).set([1], 8), /somebody wrote to a page that is not resident: byte 8/],
]

describe.each(kinds)('%s', (kind) => {
  it.each(damages)('validate finds %s', async (_what, damage, message) => {
    const damaged = await opened(kind)
    damage(damaged)
    expect(() => damaged.area.validate()).toThrow(corrupt(message))
  })

  it('a batch on bundles that contradict themselves says so', async () => {
    for (const value of [9 | (3 << L.bundleEndShift), 600 | (600 << L.bundleEndShift), -1]) {
      const { area, words, shape } = await opened(kind)
      words[shape.bundlesAt] = value
      expect(() => area.io.alloc([{ page: 50, count: 1 }])).toThrow(corrupt(/contradicts itself/))
      expect(() => area.io.free([{ page: 0, count: 1 }])).toThrow(corrupt(/contradicts itself/))
    }
    const { area, words, shape } = await opened(kind)
    words[shape.interfacesAt + L.interfaceBundles] = 7 | (500 << L.spareShift)
    expect(() => area.io.alloc([{ page: 50, count: 1 }])).toThrow(corrupt(/contradicts itself/))
  })

  it('a page whose frame cannot be is not freed', async () => {
    const { area, words, shape } = await opened(kind)
    words[shape.tableAt + 5] = 0x3ffffff0
    words[shape.tableAt + 6] = 1
    expect(area.io.free([{ page: 4, count: 3 }, { page: 6, count: 1 }, { page: 9, count: 1 }])).toBe(2)
    expect([0, 1].map((index) => area.io.result(index).status)).toEqual([status.CORRUPT, status.CORRUPT])
  })

  it('an allocator that hands out frames beyond the pool is found out', async () => {
    const { area, frames } = await opened(kind)
    const { area: other } = await open(kind, { poolFrames: 480 })
    Object.assign(frames, { getBatch: (_: number, into: Uint32Array) => into.fill(5000).length })
    expect(other.io.alloc([{ page: 0, count: 1 }])).toBe(1)
    expect(() => area.io.alloc([{ page: 50, count: 100 }])).toThrow(corrupt(/contradicts itself/))
  })

  it(`flipped bits anywhere but in the header end in a coded error or in nothing (${200 * soak} seeds)`, async () => {
    for (let seed = 0; seed < 200 * soak; seed++) {
      const { area, frames, words, shape } = await opened(kind)
      area.io.free([{ page: 3, count: 3 }])
      const random = new Random(seed)
      for (let flips = 1 + random.below(4); flips > 0; flips--) {
        const from = random.chance(0.5) ? shape.shelfAt : shape.tableAt
        const to = from === shape.shelfAt ? shape.interfacesAt + 16 : shape.tableAt + 20
        const anywhere = random.chance(0.3) ? random.below(shape.wordsTotal - shape.shelfAt) + shape.shelfAt : 0
        words[anywhere || from + random.below(to - from)] ^= 1 << random.below(32)
      }
      const attempt = async (body: () => unknown): Promise<void> => {
        try {
          await body()
        } catch (error) {
          expect((error as { code?: string }).code, `seed ${seed}: ${String(error)}`).toMatch(/^[A-Z_]+$/)
        }
      }
      await attempt(() => area.io.alloc([{ page: 2, count: 12 }, { page: 100, count: 3 }]))
      await attempt(() => area.io.free([{ page: 0, count: 4 }, { page: 100, count: 3 }]))
      await attempt(() => area.stats())
      await attempt(() => area.validate())
      await attempt(() => area.trim())
      const { handle } = area
      await attempt(() => ExMap.attach({ backend: backends[kind], handle, slot: 0, frames, takeOver: true }))
    }
  })
})
