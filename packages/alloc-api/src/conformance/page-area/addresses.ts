// Where pages are: every resident page has bytes of its own, every other one is zeros, and `window` and `words` show
// the same.
import { FRAME_BYTES, type FrameAllocator } from '../../frame-allocator.ts'
import { expectEqual, expectWithin, fail } from '../expect.ts'
import { bytesOf, wordsOf } from './bytes.ts'
import { PagePool } from './pool.ts'
import type { PagePart } from './subject.ts'
import { run, type PageWitness } from './witness.ts'

const shape = { pages: 700, poolFrames: 600 }

/** More than a window can have. */
const BORDER = 2 ** 18

function expectWindow({ area }: PageWitness, page: number): void {
  const address = area.address(page)
  expectWithin(address, 0, 2 ** 53, `address(${page})`)
  expectEqual(address % FRAME_BYTES, 0, `address(${page}) within its frame`)
  const at = address & area.windowMask
  const [window, words] = [area.window(address), area.words(address)]
  expectWithin(window.length, at + FRAME_BYTES, area.windowMask + 1, `bytes of window(${address})`)
  expectEqual(words.length, window.length / 4, `words of words(${address})`)
  expectEqual(window.buffer instanceof SharedArrayBuffer, true, 'whether a window is shared memory')
  const [bytes, same] = [bytesOf(area, page), wordsOf(area, page)]
  for (const i of [0, 1, 511, 1023]) {
    const word = bytes[4 * i] | (bytes[4 * i + 1] << 8) | (bytes[4 * i + 2] << 16) | (bytes[4 * i + 3] << 24)
    expectEqual(same[i], word, `word ${i} of page ${page} in words() and in window()`)
  }
}

/** Takes all frames but those beside the border. */
function onlyBeside(frames: FrameAllocator): void {
  for (let order = 10; order >= 0; order--) while (frames.tryGet(order) >= 0) continue
  frames.put(BORDER - 8, 3)
  frames.put(BORDER, 3)
}

export const addresses: PagePart = (rig) => [
  rig.check('windows have a power of two of bytes, 2^30 at most', shape, ({ area }) => {
    const bytes = area.windowMask + 1
    expectEqual(Math.log2(bytes) % 1, 0, `whether ${bytes} is a power of two`)
    expectWithin(bytes, FRAME_BYTES, 2 ** 30, 'bytes of a window')
  }),

  rig.check('window and words show the same bytes of every page', shape, (witness) => {
    witness.alloc([run(0, 300), run(650, 50)])
    for (const page of [0, 1, 255, 256, 299, 300, 500, 650, 699]) expectWindow(witness, page)
    bytesOf(witness.area, 299).fill(0x5a)
    expectEqual(wordsOf(witness.area, 299)[1023], 0x5a5a5a5a, 'a word that was written as bytes')
    witness.fill(299)
  }),

  rig.check('no two resident pages are at the same address', shape, (witness) => {
    witness.alloc([run(0, witness.pool.room)])
    const all = Array.from({ length: witness.pool.room }, (_, page) => witness.area.address(page))
    expectEqual(new Set(all).size, all.length, 'different addresses')
  }),

  rig.check('a page that is not resident is zeros, before and after', { pages: 60, poolFrames: 40 }, (witness) => {
    witness.agree()
    for (let round = 0; round < 3; round++) {
      witness.alloc([run(10 * round, 30)])
      witness.free([run(10 * round, 30)])
      for (let page = 0; page < 60; page++) witness.expectBytes(page)
    }
  }),

  rig.check(
    'a page stays where it is as long as it is resident',
    { pages: 60, poolFrames: 40, fileBytes: 9 * FRAME_BYTES },
    async (witness) => {
      witness.alloc([run(20, 3)])
      const before = [20, 21, 22].map((page) => witness.area.address(page))
      witness.alloc([run(30, 20)])
      witness.readSync([run(0, 5)])
      await witness.write([run(20, 3)])
      witness.free([run(30, 20), run(0, 5)])
      witness.area.trim()
      expectEqual([20, 21, 22].map((page) => witness.area.address(page)), before, 'their addresses')
    },
  ),

  rig.check('supports.mapped is true exactly if pages have addresses of their own', shape, (witness) => {
    const { area } = witness
    expectEqual(area.supports.mapped, rig.backend.supports.mapped, 'supports.mapped of the instance and of its backend')
    expectEqual(area.handle.area !== null, area.supports.mapped, "whether the handle has the area's own bytes")
    expectEqual(area.info().way !== 'table', area.supports.mapped, `whether the way (${area.info().way}) maps pages`)
    if (!area.supports.mapped) {
      witness.alloc([run(5, 3)])
      const last = (shape.poolFrames - 1) * FRAME_BYTES
      for (const page of [5, 6, 7, 8]) expectWithin(area.address(page), 0, last, `address(${page})`)
      return
    }
    const before = [5, 6, 699].map((page) => area.address(page))
    const views = before.map((address) => area.words(address).subarray((address & area.windowMask) >>> 2))
    for (let round = 0; round < 2; round++) {
      witness.alloc([run(0, 3 + round), run(5, 2), run(699)])
      expectEqual([5, 6, 699].map((page) => area.address(page)), before, 'addresses of pages that are resident')
      const words = [5, 6, 699].map((page) => wordsOf(area, page)[7])
      expectEqual(words, views.map((view) => view[7]), 'a word of each, in views of before')
      witness.free([run(5, 2), run(699), run(0, 3 + round)])
      expectEqual([5, 6, 699].map((page) => area.address(page)), before, 'addresses of pages that are not resident')
      expectEqual(views.map((view) => view[7]), [0, 0, 0], 'a word of each when they are not resident')
    }
  }),

  rig.check(
    'supports.processes is true only where another process can get at the bytes',
    shape,
    ({ area }, { memory }) => {
      if (area.supports.processes && memory.kind !== 'native' && area.info().way !== 'memfd') {
        const found = `a memory of kind ${memory.kind}, in the way ${area.info().way}`
      fail(`supports.processes is true for a page area in ${found}`)
      }
    },
  ),

  rig.inWorldCheck(
    'pages on both sides of a window’s border',
    { pages: BORDER + 16, poolFrames: BORDER + 1024 },
    async (world) => {
      const pool = new PagePool(world.frames)
      const witness = await rig.witness(world, pool, { pages: BORDER + 16, poolFrames: BORDER + 1024 })
      onlyBeside(world.frames)
      pool.recount()
      witness.alloc([run(BORDER - 8, 16)])
      witness.agree()
      for (let page = BORDER - 8; page < BORDER + 8; page++) expectWindow(witness, page)
      bytesOf(witness.area, BORDER - 1).fill(1)
      bytesOf(witness.area, BORDER).fill(2)
      const beside = [bytesOf(witness.area, BORDER - 1)[4095], bytesOf(witness.area, BORDER)[0]]
      expectEqual(beside, [1, 2], 'bytes beside the border')
      witness.free([run(BORDER - 2, 4)])
      witness.area.close()
    },
  ),
]
