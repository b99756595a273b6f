// Statistics: of everything and of single blocks, after each step.
import { expectEqual } from './expect.ts'
import { orders, type Area } from './subject.ts'
import type { Witness } from './witness.ts'

const frames = 4 * 512 + 77

/** Compares `statsAt` with the oracle for every block that lies inside of the memory. */
function agreeAboutBlocks({ allocator, oracle }: Witness): void {
  for (const order of orders) {
    const size = 2 ** order
    for (let frame = 0; frame + size <= frames; frame += size) {
      expectEqual(allocator.statsAt(frame, order), oracle.statsAt(frame, order), `statsAt(${frame}, ${order})`)
    }
  }
}

export const statistics: Area = (rig) => [
  rig.check('stats() counts frames and whole free huge frames after every operation', { frames }, (witness) => {
    witness.agreeInSum()
    const blocks = [10, 9, 0, 1, 8, 5, 0, 9].map((order) => {
      const frame = witness.tryGet(order)
      witness.agreeInSum()
      return { frame, order }
    })
    for (const { frame, order } of blocks.filter((block) => block.frame >= 0)) {
      witness.put(frame, order)
      witness.agreeInSum()
    }
    expectEqual(witness.allocator.stats(), { frames, free: frames, freeHuge: 4 }, 'stats() at the end')
  }),

  rig.check('a huge frame counts as free only when all of it is free', { frames }, (witness) => {
    const taken = witness.fill(0)
    for (const frame of taken.filter((frame) => frame !== 700)) witness.put(frame, 0)
    expectEqual(
      witness.allocator.stats(),
      { frames, free: frames - 1, freeHuge: 3 },
      'stats() with one frame allocated',
    )
    expectEqual(witness.allocator.statsAt(512, 9), { frames: 512, free: 511, freeHuge: 0 }, 'statsAt of its huge frame')
    witness.put(700, 0)
    expectEqual(witness.allocator.stats().freeHuge, 4, 'free huge frames when it was given back')
  }),

  rig.check('the incomplete huge frame at the end never counts as a huge one', { frames: 511 }, (witness) => {
    expectEqual(witness.allocator.stats(), { frames: 511, free: 511, freeHuge: 0 }, 'stats()')
    for (const frame of witness.fill(0)) witness.put(frame, 0)
    expectEqual(witness.allocator.stats(), { frames: 511, free: 511, freeHuge: 0 }, 'stats() after use')
  }),

  rig.check('statsAt tells the state of every block of every order', { frames }, (witness) => {
    agreeAboutBlocks(witness)
    const blocks = [9, 0, 1, 4, 6, 8, 0].map((order) => ({ order, frame: witness.get(order) }))
    agreeAboutBlocks(witness)
    for (const { frame, order } of blocks.filter((_, i) => i % 2 === 0)) witness.put(frame, order)
    agreeAboutBlocks(witness)
    witness.fillAll()
    agreeAboutBlocks(witness)
  }),

  rig.check('info() tells what runs on how much', { frames, slots: 3 }, ({ allocator }) => {
    const { metadataBytes, chosen, ...info } = allocator.info()
    const { kind, component } = rig.backend
    expectEqual(info, { component, backend: kind, frames, slot: 0, slots: 3 }, 'info()')
    expectEqual(
      metadataBytes > 0 && metadataBytes <= allocator.handle.region.byteLength,
      true,
      'metadata within the Region',
    )
    expectEqual(chosen, undefined, 'why it was chosen, when nobody chose')
    expectEqual(
      [allocator.kind, allocator.frames, allocator.slot, allocator.slots],
      [kind, frames, 0, 3],
      'the properties',
    )
    expectEqual(allocator.supports, rig.backend.supports, 'supports of the instance')
  }),

  rig.check(
    'info() says why the backend was chosen, as it was told',
    { frames, slots: 2, chosen: 'the first' },
    async ({ allocator }) => {
      expectEqual(allocator.info().chosen, 'the first', 'what open was told')
      const other = await rig.attach(allocator.handle, 1, { chosen: 'the other' })
      expectEqual(other.info().chosen, 'the other', 'what attach was told')
      other.close()
    },
  ),
]
