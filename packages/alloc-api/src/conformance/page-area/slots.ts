// Slots: each worker has an interface of its own to the same pages; coming and going changes no page and loses no
// frame.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import { expectEqual, expectRejects, expectThrows } from '../expect.ts'
import type { PagePart } from './subject.ts'
import { run } from './witness.ts'

const shape = { pages: 200, poolFrames: 120, slots: 4, fileBytes: 40 * FRAME_BYTES }

export const slots: PagePart = (rig) => [
  rig.check('a worker on another slot sees and changes the same pages', shape, async (witness, world) => {
    witness.alloc([run(3, 10)])
    const other = witness.through(await rig.join(world, witness.area.handle, 2))
    const { area } = other
    expectEqual([area.slot, area.slots, area.pages], [2, 4, 200], 'slot, slots and pages')
    expectEqual(area.info().slot, 2, 'the slot in info()')
    other.agree()
    other.free([run(5, 3)])
    other.alloc([run(4, 3), run(190, 12)])
    witness.agree()
    witness.readSync([run(30, 4)])
    other.fill(31)
    other.writeSync([run(30, 2)])
    witness.free([run(30, 2)])
    other.readSync([run(30, 2)])
    witness.agree()
    area.close()
  }),

  rig.check('each worker has commands of its own', shape, async (witness, world) => {
    const other = await rig.join(world, witness.area.handle, 1)
    witness.area.io.set(0, 10, 2)
    witness.area.io.set(1, 20, 2)
    other.io.set(0, 50, 5)
    other.io.set(1, 500, 5)
    const runs = [run(10, 2), run(20, 2)]
    const outcome = witness.oracle.apply('alloc', runs)
    witness.judge('alloc', runs, outcome, witness.area.io.alloc(2))
    for (const page of outcome.pages) witness.fill(page)
    other.io.free([run(60), run(61), run(62)])
    expectEqual([0, 1].map((i) => witness.area.io.result(i).done), [2, 2], 'pages done')
    other.close()
  }),

  rig.check('a page that one worker frees is free for all, its frame too', shape, async (witness, world) => {
    const other = witness.through(await rig.join(world, witness.area.handle, 3))
    const { room } = witness.pool
    for (let round = 0; round < 5; round++) {
      const [one, two] = round % 2 === 0 ? [witness, other] : [other, witness]
      one.alloc([run(round, room)])
      two.free([run(round, room)])
      two.area.trim()
      two.agree()
    }
    other.area.close()
  }),

  rig.check(
    'what a worker that has closed held ready is for the others',
    { ...shape, poolFrames: 1200, pages: 1300 },
    async (witness, world) => {
      for (let round = 0; round < 4; round++) {
        const other = witness.through(await rig.join(world, witness.area.handle, 1 + (round % 3)))
        other.alloc([run(0, 500)])
        other.free([run(20, 450)])
        other.area.close()
        witness.agree()
        witness.free([run(0, 20), run(470, 30)])
      }
      witness.alloc([run(0, 1250)])
      witness.free([run(0, 1250)])
      witness.area.trim()
      expectEqual(witness.area.stats().bundled, 0, 'bundled frames after trim')
    },
  ),

  rig.check('attaching and closing change no page', shape, async (witness, world) => {
    witness.readSync([run(0, 10)])
    for (let i = 0; i < 5; i++) {
      const other = witness.through(await rig.join(world, witness.area.handle, 1))
      other.agree()
      other.alloc([run(100 + i)])
      other.area.close()
      witness.agree()
    }
  }),

  rig.check('a handle is plain data that can be cloned, and every instance has it', shape, async (witness, world) => {
    witness.alloc([run(0, 3)])
    const handle = structuredClone(witness.area.handle)
    expectEqual(handle.component, rig.backend.component, 'the component that the handle names')
    const other = witness.through(await rig.join(world, handle, 1))
    other.agree()
    const third = witness.through(await rig.join(world, other.area.handle, 2))
    third.free([run(1)])
    third.agree()
    other.area.close()
    third.area.close()
  }),

  rig.check('two instances on one slot: the second is refused', shape, async (witness, world) => {
    const { handle } = witness.area
    await expectRejects('SLOT_BUSY', () => rig.join(world, handle, 0), 'attach to the slot of open')
    const other = await rig.join(world, handle, 1)
    await expectRejects('SLOT_BUSY', () => rig.join(world, handle, 1), 'attach to the slot of another')
    witness.alloc([run(4)])
    other.close()
  }),

  rig.check('slots that do not exist are refused', shape, async (witness, world) => {
    const frames = await rig.framesAt(world, 1)
    for (const slot of [-1, 4, 5, 0.5, NaN, 2 ** 32]) {
      const { handle } = witness.area
      await expectRejects('BAD_SLOT', () => rig.backend.attach(handle, slot, { frames }), `attach to slot ${slot}`)
      const force = () => rig.backend.attach(handle, slot, { frames, takeOver: true })
      await expectRejects('BAD_SLOT', force, `take over slot ${slot}`)
    }
  }),

  rig.check('a slot is free again after close', shape, async (witness, world) => {
    const { handle } = witness.area
    for (let i = 0; i < 3; i++) {
      const other = witness.through(await rig.join(world, handle, 1))
      other.alloc([run(10 * i, 3)])
      other.area.close()
      other.area.close()
    }
    const other = await rig.join(world, handle, 1)
    other[Symbol.dispose]()
    const last = await rig.join(world, handle, 1)
    await expectRejects('SLOT_BUSY', () => rig.join(world, handle, 1), 'attach to a slot that is held again')
    last.close()
  }),

  rig.check(
    'takeOver gets a slot whose holder is gone: pages stay, and no frame is lost',
    shape,
    async (witness, world) => {
      const { handle } = witness.area
      const gone = witness.through(await rig.join(world, handle, 1))
      gone.alloc([run(0, 60)])
      gone.free([run(10, 40)])
      gone.readSync([run(20, 5)])
      const heir = witness.through(await rig.join(world, handle, 1, { takeOver: true }))
      heir.agree()
      expectThrows('BUSY', () => gone.area.io.alloc([run(100)]), 'alloc of the one that was thought to be gone')
      expectThrows('BUSY', () => gone.area.io.free([run(0)]), 'free of the one that was thought to be gone')
      heir.agree()
      heir.alloc([run(30, 5)])
      await expectRejects('SLOT_BUSY', () => rig.join(world, handle, 1), 'attach to the slot that was taken over')
      gone.area.close()
      await expectRejects('SLOT_BUSY', () => rig.join(world, handle, 1), 'attach after the former holder has closed')
      heir.area.trim()
      witness.alloc([run(100, 90)])
      heir.area.close()
      const next = await rig.join(world, handle, 1, { takeOver: true })
      next.close()
    },
  ),

  rig.check('attach refuses an allocator that is none, or another one', shape, async (witness, world) => {
    const { handle } = witness.area
    const attach = (frames: unknown) => () => rig.backend.attach(handle, 1, { frames: frames as never })
    for (const none of [undefined, null, {}, 5]) {
      await expectRejects('BAD_OPTION', attach(none), `frames ${JSON.stringify(none)}`)
    }
    const bare = () => rig.backend.attach(handle, 1, undefined as never)
    await expectRejects('BAD_OPTION', bare, 'attach without options')
    const small = await rig.otherFrames(world, 60)
    await expectRejects('BAD_OPTION', attach(small), 'an allocator of fewer frames')
    const other = await rig.join(world, handle, 1)
    other.close()
  }),
]
