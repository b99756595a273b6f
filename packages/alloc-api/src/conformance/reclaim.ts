// Memory that one worker has reserved for itself is there for the others, with drain and without; or nothing can be
// drained.
import { expectEqual, expectThrows, expectWithin } from './expect.ts'
import type { Area } from './subject.ts'
import type { Witness } from './witness.ts'

/** More blocks of the highest order than any check here holds blocks, wherever they may lie. */
const frames = 20 * 1024 + 77

export const reclaim: Area = (rig) => [
  ...(rig.backend.supports.reclaim ? supported(rig) : unsupported(rig)),

  ...[0, 3, 9, 10].map((order) =>
    rig.check(
      `another worker can have every free block of order ${order} while the first keeps its own`,
      { frames, slots: 3 },
      async (witness) => {
        const other = witness.through(await rig.attach(witness.allocator.handle, 2))
        used(witness)
        const mine = witness.get(order)
        const blocks = other.fill(order)
        expectEqual(witness.tryGet(order), -1, 'tryGet of the first worker when the other has taken all')
        other.put(mine, order)
        expectEqual(witness.get(order), mine, 'what the other gave back')
        witness.putBatch(order, blocks)
        other.agree()
        other.allocator.close()
      },
    ),
  ),
]

/** Leaves a few blocks allocated and, in allocators that reserve, memory reserved. */
function used(witness: Witness): void {
  for (const order of [0, 0, 4, 9, 2, 7, 10]) {
    const [kept, given] = [witness.get(order), witness.get(order)]
    expectEqual(kept === given, false, 'whether two blocks are the same')
    witness.put(given, order)
  }
}

const unsupported: Area = (rig) => [
  rig.check('without reclaim drain and quickStats are refused', { frames }, ({ allocator }) => {
    expectThrows('UNSUPPORTED', () => allocator.drain(), 'drain()')
    expectThrows('UNSUPPORTED', () => allocator.quickStats(), 'quickStats()')
  }),
]

const supported: Area = (rig) => [
  rig.check('drain keeps what is allocated', { frames, slots: 2 }, async (witness) => {
    const other = witness.through(await rig.attach(witness.allocator.handle, 1))
    witness.allocator.drain()
    witness.agree()
    for (const one of [witness, other]) {
      used(one)
      one.allocator.drain()
      one.agree()
    }
    witness.fillAll()
    witness.allocator.drain()
    witness.agree()
    other.allocator.close()
  }),

  rig.check('what one worker had reserved can be had by another after drain', { frames, slots: 2 }, async (witness) => {
    const other = witness.through(await rig.attach(witness.allocator.handle, 1))
    used(witness)
    witness.allocator.drain()
    const free = witness.oracle.free
    expectEqual(
      other.fillAll().reduce((sum, blocks, order) => sum + blocks.length * 2 ** order, 0),
      free,
      'frames',
    )
    other.allocator.close()
  }),

  rig.check('workers go on taking and giving after drain', { frames, slots: 2 }, async (witness) => {
    const other = witness.through(await rig.attach(witness.allocator.handle, 1))
    for (let round = 0; round < 20; round++) {
      const blocks = [witness, other].map((one) => one.get(round % 11))
      witness.allocator.drain()
      other.put(blocks[0], round % 11)
      other.allocator.drain()
      witness.put(blocks[1], round % 11)
    }
    expectEqual(witness.allocator.stats().free, frames, 'free frames')
    other.allocator.close()
  }),

  rig.check('quickStats counts the same frames, and no more huge ones', { frames }, (witness) => {
    const compare = () => {
      const [quick, exact] = [witness.allocator.quickStats(), witness.allocator.stats()]
      expectEqual([quick.frames, quick.free], [frames, exact.free], 'quickStats()')
      expectWithin(quick.freeHuge, 0, exact.freeHuge, 'free huge frames of quickStats()')
    }
    compare()
    used(witness)
    compare()
    const blocks = witness.fill(0)
    compare()
    witness.putBatch(0, blocks.subarray(1000))
    compare()
  }),
]
