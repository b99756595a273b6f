// Taking blocks at places that the caller names; or saying that this cannot be done.
import { expectEqual, expectThrows } from './expect.ts'
import { Random } from './random.ts'
import { orders, type Area } from './subject.ts'

const frames = 4 * 1024 + 3

export const placement: Area = (rig) => (rig.backend.supports.placement ? supported(rig) : unsupported(rig))

const unsupported: Area = (rig) => [
  rig.check('without placement getAt is refused', { frames }, ({ allocator }) => {
    expectThrows('UNSUPPORTED', () => allocator.getAt(0, 0), 'getAt(0, 0)')
    expectThrows('UNSUPPORTED', () => allocator.getAt(512, 9), 'getAt(512, 9)')
  }),
]

const supported: Area = (rig) => [
  ...orders.map((order) =>
    rig.check(`getAt takes exactly the named block of order ${order}, once`, { frames }, (witness) => {
      const count = Math.floor(frames / 2 ** order)
      for (const index of new Set([count - 1, 0, Math.floor(count / 2), Math.floor(count / 3)])) {
        const frame = index * 2 ** order
        expectEqual(witness.getAt(frame, order), true, `getAt(${frame}, ${order}) of a free block`)
        witness.agree()
        expectEqual(witness.getAt(frame, order), false, `getAt(${frame}, ${order}) of the taken block`)
        expectEqual(witness.getAt(frame, 0), false, `getAt(${frame}, 0) of its first frame`)
        expectEqual(witness.getAt(frame + 2 ** order - 1, 0), false, 'getAt of its last frame')
        witness.agree()
        witness.put(frame, order)
      }
    }),
  ),

  ...orders.slice(1).map((order) =>
    rig.check(`getAt refuses a block of order ${order} of which one frame is taken`, { frames }, (witness) => {
      const size = 2 ** order
      for (const frame of new Set([0, size - 1, size / 2, Math.floor(size / 3)])) {
        expectEqual(witness.getAt(size + frame, 0), true, `getAt(${size + frame}, 0)`)
        expectEqual(witness.getAt(size, order), false, `getAt(${size}, ${order}) when frame ${size + frame} is taken`)
        witness.agree()
        witness.put(size + frame, 0)
        expectEqual(witness.getAt(size, order), true, `getAt(${size}, ${order}) when it was given back`)
        witness.put(size, order)
      }
    }),
  ),

  ...[0, 1, 3, 6, 9, 10].map((order) =>
    rig.check(`all blocks of order ${order} can be taken by name in any sequence`, { frames }, (witness) => {
      const count = Math.floor(frames / 2 ** order)
      const blocks = new Random(order + 1).shuffle(Uint32Array.from({ length: count }, (_, i) => i * 2 ** order))
      for (const block of blocks) expectEqual(witness.getAt(block, order), true, `getAt(${block}, ${order})`)
      expectEqual(witness.tryGet(order), -1, 'tryGet when all were taken')
      witness.agree()
      for (const block of blocks) witness.put(block, order)
      expectEqual(witness.allocator.stats().free, frames, 'free frames afterwards')
    }),
  ),

  rig.check('blocks taken by name are not handed out otherwise', { frames }, (witness) => {
    for (const [frame, order] of [
      [0, 0],
      [513, 0],
      [1024, 9],
      [2048, 10],
      [4096, 1],
      [4098, 0],
    ] as const) {
      expectEqual(witness.getAt(frame, order), true, `getAt(${frame}, ${order})`)
    }
    witness.fillAll()
    witness.agree()
    for (const [frame, order] of [
      [0, 0],
      [1024, 9],
      [2048, 10],
    ] as const) {
      expectEqual(witness.getAt(frame, order), false, `getAt(${frame}, ${order}) of a full allocator`)
    }
  }),

  rig.check('a part of a block that was given back can be taken by name', { frames }, (witness) => {
    witness.fillAll()
    witness.put(1024, 9)
    expectEqual(witness.getAt(1024 + 37, 0), true, 'getAt of one frame of a free huge frame')
    expectEqual(witness.getAt(1024, 9), false, 'getAt of that huge frame')
    expectEqual(witness.getAt(1024 + 256, 8), true, 'getAt of its upper half')
    expectEqual(witness.getAt(1024, 8), false, 'getAt of its lower half')
  }),

  rig.check('getAt refuses what lies beyond the end', { frames }, ({ allocator }) => {
    for (const [frame, order] of [
      [frames, 0],
      [4098, 1],
      [4096, 2],
      [4096, 9],
      [4096, 10],
      [2 ** 30, 0],
    ] as const) {
      expectThrows('BAD_FRAME', () => allocator.getAt(frame, order), `getAt(${frame}, ${order})`)
    }
  }),
]
