// Frame counts that are no multiple of anything: the last frame is handed out, the one behind it never.
import { expectEqual, expectThrows } from './expect.ts'
import { orders, type Area } from './subject.ts'

const counts = [
  1, 2, 3, 31, 33, 63, 64, 65, 127, 511, 512, 513, 1000, 1023, 1024, 1025, 1535, 1537, 4099, 8191, 16_385, 33_333,
]

export const frameCounts: Area = (rig) => [
  ...counts.map((frames) =>
    rig.check(`of ${frames} frames every one is handed out, and none beyond the end`, { frames }, (witness) => {
      const { allocator } = witness
      expectEqual(allocator.frames, frames, 'frames')
      expectEqual(
        allocator.stats(),
        { frames, free: frames, freeHuge: Math.floor(frames / 512) },
        'stats() at the start',
      )
      for (const order of [0, 9, 10, 1, 5, 6, 8]) {
        const blocks = witness.fill(order)
        expectEqual(blocks.length, Math.floor(frames / 2 ** order), `blocks of order ${order}`)
        witness.agreeInSum()
        witness.putBatch(order, blocks)
      }
    }),
  ),

  ...counts.map((frames) =>
    rig.check(`of ${frames} frames what no large block covers is had as smaller ones`, { frames }, (witness) => {
      const blocks = witness.fillAll()
      witness.agree()
      for (const order of orders) witness.putBatch(order, blocks[order])
      expectEqual(witness.fill(0).length, frames, 'frames of order 0 afterwards')
    }),
  ),

  rig.check('blocks that reach beyond the last frame are refused', { frames: 1537 }, ({ allocator }) => {
    for (const [frame, order] of [
      [1537, 0],
      [1536, 1],
      [1536, 9],
      [1024, 10],
      [2048, 10],
      [1538, 1],
    ] as const) {
      expectThrows('BAD_FRAME', () => allocator.put(frame, order), `put(${frame}, ${order})`)
      expectThrows('BAD_FRAME', () => allocator.statsAt(frame, order), `statsAt(${frame}, ${order})`)
    }
  }),
]
