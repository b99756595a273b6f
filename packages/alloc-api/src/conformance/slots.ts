// Slots: each belongs to one instance at a time; attaching and closing change nothing else.
import { expectEqual, expectRejects, expectThrows } from './expect.ts'
import type { Area } from './subject.ts'

const frames = 2 * 1024 + 5

export const slots: Area = (rig) => [
  rig.check('an instance on another slot sees and changes the same frames', { frames, slots: 4 }, async (witness) => {
    const blocks = [0, 9, 3].map((order) => ({ order, frame: witness.get(order) }))
    const other = witness.through(await rig.attach(witness.allocator.handle, 2))
    const { allocator } = other
    expectEqual([allocator.slot, allocator.slots, allocator.frames], [2, 4, frames], 'slot, slots and frames')
    expectEqual(allocator.info().slot, 2, 'the slot in info()')
    other.agree()
    for (const { frame, order } of blocks) other.put(frame, order)
    witness.agree()
    const theirs = other.get(10)
    expectThrows('NOT_ALLOCATED', () => witness.allocator.put(1024 - theirs, 10), 'put of the other block of order 10')
    witness.put(theirs, 10)
    other.agree()
    allocator.close()
  }),

  rig.check('attaching and closing change no frame', { frames, slots: 2 }, async (witness) => {
    const blocks = [witness.get(9), witness.get(0), witness.get(6)]
    witness.put(blocks[2], 6)
    for (let i = 0; i < 5; i++) {
      const other = witness.through(await rig.attach(witness.allocator.handle, 1))
      witness.agree()
      other.get(0)
      other.agree()
      other.allocator.close()
      witness.agree()
    }
  }),

  rig.check(
    'a handle is plain data that can be cloned, and every instance has it',
    { frames, slots: 3 },
    async (witness) => {
      witness.get(3)
      const handle = structuredClone(witness.allocator.handle)
      expectEqual(
        [handle.component, typeof handle.layoutVersion],
        [rig.backend.component, 'number'],
        'what the handle names',
      )
      const other = witness.through(await rig.attach(handle, 1))
      other.agree()
      const third = witness.through(await rig.attach(other.allocator.handle, 2))
      third.put(witness.get(9), 9)
      third.agree()
      other.allocator.close()
      third.allocator.close()
    },
  ),

  rig.check('two instances on one slot: the second is refused', { frames, slots: 2 }, async (witness) => {
    const { handle } = witness.allocator
    await expectRejects('SLOT_BUSY', () => rig.attach(handle, 0), 'attach to the slot of open')
    const other = await rig.attach(handle, 1)
    await expectRejects('SLOT_BUSY', () => rig.attach(handle, 1), 'attach to the slot of another')
    other.close()
    witness.get(0)
  }),

  rig.check('slots that do not exist are refused', { frames, slots: 2 }, async (witness) => {
    for (const slot of [-1, 2, 3, 0.5, NaN, 2 ** 32]) {
      await expectRejects('BAD_SLOT', () => rig.attach(witness.allocator.handle, slot), `attach to slot ${slot}`)
      const force = () => rig.attach(witness.allocator.handle, slot, { takeOver: true })
      await expectRejects('BAD_SLOT', force, `take over slot ${slot}`)
    }
  }),

  rig.check('a slot is free again after close', { frames, slots: 2 }, async (witness) => {
    const { handle } = witness.allocator
    for (let i = 0; i < 3; i++) {
      const other = witness.through(await rig.attach(handle, 1))
      other.get(i)
      other.allocator.close()
      other.allocator.close()
    }
    const other = witness.through(await rig.attach(handle, 1))
    other.allocator[Symbol.dispose]()
    const last = await rig.attach(handle, 1)
    await expectRejects('SLOT_BUSY', () => rig.attach(handle, 1), 'attach to a slot that is held again')
    last.close()
  }),

  rig.check(
    'takeOver gets a slot whose holder is gone, with everything that it had allocated',
    { frames, slots: 2 },
    async (witness) => {
      const gone = witness.through(await rig.attach(witness.allocator.handle, 1))
      const block = gone.get(5)
      gone.put(gone.get(0), 0)
      const heir = witness.through(await rig.attach(witness.allocator.handle, 1, { takeOver: true }))
      heir.agree()
      heir.put(block, 5)
      heir.fillAll()
      await expectRejects(
        'SLOT_BUSY',
        () => rig.attach(witness.allocator.handle, 1),
        'attach to the slot that was taken over',
      )
      heir.allocator.close()
      const free = await rig.attach(witness.allocator.handle, 1, { takeOver: true })
      free.close()
    },
  ),

  rig.check('a closed instance refuses everything and changes nothing', { frames, slots: 2 }, async (witness) => {
    const closed = await rig.attach(witness.allocator.handle, 1)
    const block = witness.get(0)
    closed.close()
    const some = Uint32Array.of(block)
    const calls: Record<string, () => unknown> = {
      get: () => closed.get(0),
      tryGet: () => closed.tryGet(0),
      put: () => closed.put(block, 0),
      getBatch: () => closed.getBatch(0, new Uint32Array(2)),
      putBatch: () => closed.putBatch(0, some),
      stats: () => closed.stats(),
      statsAt: () => closed.statsAt(0, 0),
      validate: () => closed.validate(),
      getAt: () => closed.getAt(0, 0),
      drain: () => closed.drain(),
      quickStats: () => closed.quickStats(),
    }
    for (const [name, call] of Object.entries(calls)) expectThrows('CLOSED', call, name)
  }),
]
