// What the frames are at the start.
import { expectEqual, expectRejects } from './expect.ts'
import { orders, type Area } from './subject.ts'

const counts = [1, 511, 513, 1025, 4096, 4099]

export const initial: Area = (rig) => [
  ...counts.map((frames) =>
    rig.check(
      `${frames} frames that start as allocated can be given back, and not be had before`,
      { frames, initial: 'allocated' },
      (witness) => {
        expectEqual(witness.allocator.stats(), { frames, free: 0, freeHuge: 0 }, 'stats() at the start')
        for (const order of orders) expectEqual(witness.tryGet(order), -1, `order ${order} at the start`)
        witness.agree()
        for (let frame = 0; frame < frames; frame++) witness.put(frame, 0)
        witness.agreeInSum()
        expectEqual(witness.fill(0).length, frames, 'frames afterwards')
      },
    ),
  ),

  rig.check(
    'frames that start as allocated can be given back as the largest blocks',
    { frames: 4099, initial: 'allocated' },
    (witness) => {
      witness.put(0, 10)
      witness.put(1024, 9)
      witness.put(1536, 9)
      witness.put(3072, 10)
      witness.agree()
      for (const order of [8, 7, 6]) witness.put(2048 + 2 ** order, order)
      witness.put(4098, 0)
      witness.agree()
      expectEqual(witness.fill(10).length, 3, 'blocks of order 10')
    },
  ),

  rig.check('frames start as free when nothing is said', { frames: 1000, initial: 'free' }, async (witness, memory) => {
    const unsaid = await rig.open(memory, { frames: 1000, name: 'unsaid' })
    expectEqual(unsaid.stats(), witness.allocator.stats(), 'stats()')
  }),

  {
    name: 'an unknown initial state is refused',
    run: () =>
      rig.inMemory(async (memory) => {
        const open = () => rig.open(memory, { frames: 64, initial: 'full' as 'free' })
        await expectRejects('BAD_OPTION', open, "open with initial 'full'")
      }),
  },
]
