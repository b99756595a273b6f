// Taking and giving: every order, alignment, nothing twice, nothing lost.
import { expectEqual, expectThrows } from './expect.ts'
import { orders, type Area } from './subject.ts'

/** Eight huge frames. */
const frames = 4096

export const taking: Area = (rig) => [
  ...orders.map((order) =>
    rig.check(`order ${order}: every block is handed out once, aligned, until none is left`, { frames }, (witness) => {
      const count = frames / 2 ** order
      const blocks = Array.from({ length: count }, () => witness.get(order))
      expectEqual(blocks.length, count, 'blocks')
      expectEqual(witness.tryGet(order), -1, 'tryGet of a full allocator')
      const error = expectThrows('OUT_OF_MEMORY', () => witness.allocator.get(order), 'get of a full allocator')
      expectEqual(error.name, 'OutOfMemoryError', 'the name of what get throws')
      witness.agree()
      for (const block of blocks) witness.put(block, order)
      expectEqual(witness.allocator.stats(), { frames, free: frames, freeHuge: 8 }, 'stats() when all was given back')
    }),
  ),

  ...orders.map((order) =>
    rig.check(`order ${order}: taking and giving one block a thousand times loses nothing`, { frames }, (witness) => {
      for (let i = 0; i < 1000; i++) witness.put(witness.get(order), order)
      expectEqual(witness.allocator.stats(), { frames, free: frames, freeHuge: 8 }, 'stats()')
      expectEqual(witness.fill(0).length, frames, 'frames that can be had afterwards')
    }),
  ),

  ...[9, 10].map((order) =>
    rig.check(
      `all frames taken one by one and given back can be had as blocks of order ${order}`,
      { frames },
      (witness) => {
        for (const frame of witness.fill(0)) witness.put(frame, 0)
        expectEqual(witness.fill(order).length, frames / 2 ** order, 'blocks')
      },
    ),
  ),

  rig.check('blocks of every order are taken side by side and given back in another order', { frames }, (witness) => {
    const blocks = Array.from({ length: 22 }, (_, i) => ({ order: (i * 7) % 11, frame: witness.tryGet((i * 7) % 11) }))
    const held = blocks.filter(({ frame }) => frame >= 0)
    witness.agree()
    for (const { frame, order } of [...held.filter((_, i) => i % 2), ...held.filter((_, i) => i % 2 === 0)]) {
      witness.put(frame, order)
    }
    expectEqual(witness.allocator.stats(), { frames, free: frames, freeHuge: 8 }, 'stats()')
    expectEqual(witness.fill(10).length, 4, 'blocks of order 10')
  }),

  rig.check('the only free frame is found wherever it is', { frames }, (witness) => {
    witness.fill(0)
    for (const frame of [0, 1, 31, 32, 63, 64, 511, 512, 1023, 2048, 3000, 4094, 4095]) {
      witness.put(frame, 0)
      expectEqual(witness.tryGet(1), -1, `order 1 when only frame ${frame} is free`)
      expectEqual(witness.get(0), frame, `order 0 when only frame ${frame} is free`)
    }
  }),

  ...orders.map((order) =>
    rig.check(`the only free block of order ${order} is found, and no larger one`, { frames }, (witness) => {
      witness.fill(0)
      // The second, the last but two and the last: never all of a block of the next order.
      const count = frames / 2 ** order
      for (const index of [1, count - 3, count - 1]) {
        const block = index * 2 ** order
        for (let i = 0; i < 2 ** order; i++) witness.put(block + i, 0)
        if (order < 10)
          expectEqual(witness.tryGet(order + 1), -1, `order ${order + 1} when only ${2 ** order} frames are free`)
        expectEqual(witness.get(order), block, `order ${order} when only block ${block} is free`)
      }
    }),
  ),

  rig.check('free frames that are neighbours but not aligned are not a block', { frames }, (witness) => {
    witness.fill(0)
    for (let order = 0; order < 10; order++) {
      // The upper half of one block and the lower half of the next.
      const size = 2 ** order
      for (let i = size; i < 3 * size; i++) witness.put(i, 0)
      expectEqual(witness.tryGet(order + 1), -1, `order ${order + 1} across an alignment boundary`)
      expectEqual(witness.fill(order).length, 2, `blocks of order ${order}`)
    }
  }),

  rig.check('every second frame free is half of the memory, but no block of order 1', { frames }, (witness) => {
    witness.fill(0)
    for (let frame = 0; frame < frames; frame += 2) witness.put(frame, 0)
    for (let order = 1; order <= 10; order++) expectEqual(witness.tryGet(order), -1, `order ${order}`)
    witness.agree()
    expectEqual(witness.fill(0).length, frames / 2, 'frames of order 0')
  }),
]
