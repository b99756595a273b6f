// Blocks given back in other pieces than they were taken in: a block is nothing but its frames.
import { expectEqual, expectThrows } from './expect.ts'
import { orders, type Area } from './subject.ts'
import { Random } from './random.ts'

const frames = 4099

export const parts: Area = (rig) => [
  ...[1, 3, 6, 8, 9, 10].flatMap((order) =>
    orders
      .filter((part) => part < order)
      .map((part) =>
        rig.check(`a block of order ${order} can be given back in parts of order ${part}`, { frames }, (witness) => {
          const block = witness.get(order)
          const other = witness.get(order)
          const pieces = Uint32Array.from({ length: 2 ** (order - part) }, (_, i) => block + i * 2 ** part)
          for (const piece of new Random(order).shuffle(pieces)) witness.put(piece, part)
          witness.agree()
          witness.put(other, order)
          expectEqual(witness.fill(order).length, Math.floor(frames / 2 ** order), 'blocks afterwards')
        }),
      ),
  ),

  ...[1, 5, 6, 8, 9, 10].map((order) =>
    rig.check(`frames taken one by one can be given back as blocks of order ${order}`, { frames }, (witness) => {
      witness.fill(0)
      for (let block = 0; block + 2 ** order <= frames; block += 2 ** order) witness.put(block, order)
      witness.agree()
      expectEqual(witness.fill(order).length, Math.floor(frames / 2 ** order), 'blocks')
    }),
  ),

  rig.check('blocks of mixed orders can be given back as the block that they make up', { frames }, (witness) => {
    witness.fill(9)
    for (const huge of [0, 512, 1024]) {
      witness.put(huge, 8)
      expectEqual(witness.get(7) + witness.get(7), 2 * huge + 128, 'the halves of the lower half')
      witness.put(huge, 9)
      witness.agree()
      expectEqual(witness.get(9), huge, 'the huge frame')
    }
    witness.put(0, 10)
    expectEqual(witness.get(9) + witness.get(9), 512, 'the halves of a block of order 10')
  }),

  rig.check('one frame of a huge frame can be given back and had again', { frames }, (witness) => {
    witness.fill(9)
    witness.fill(0)
    for (const frame of [0, 511, 700, 4095]) {
      witness.put(frame, 0)
      witness.agreeInSum()
      expectEqual(witness.get(0), frame, 'the frame')
    }
    witness.put(512, 9)
    expectEqual(witness.get(9), 512, 'a huge frame of which one frame had been given back and taken')
  }),

  rig.check('giving back only part of a block keeps the rest allocated', { frames }, (witness) => {
    const block = witness.get(10)
    witness.put(block + 512, 9)
    witness.agree()
    witness.put(block + 256, 8)
    witness.agree()
    expectThrows('NOT_ALLOCATED', () => witness.allocator.put(block, 10), 'put of the whole block')
    expectThrows('NOT_ALLOCATED', () => witness.allocator.put(block, 9), 'put of its lower half')
    witness.agree()
    witness.put(block, 8)
    expectEqual(witness.allocator.stats().free, frames, 'free frames')
  }),
]
