// Opening: options are checked before anything is done, and two allocators in one memory never meet.
import { FrameOracle } from '../model/oracle.ts'
import { expectEqual, expectRejects } from './expect.ts'
import { Random } from './random.ts'
import type { Area, CheckConfig } from './subject.ts'
import { Witness } from './witness.ts'

const badOptions: readonly CheckConfig[] = [
  ...[0, -1, 1.5, NaN, 2 ** 30 + 1, 2 ** 32, Infinity, '64' as never].map((frames) => ({ frames })),
  ...[0, -1, 1.5, NaN, 2 ** 32, Infinity, '1' as never].map((slots) => ({ frames: 64, slots })),
]

export const opening: Area = (rig) => [
  {
    name: 'the backend can run here, and says what it is',
    run: async () => {
      expectEqual(rig.backend.unavailable(), null, 'unavailable()')
      expectEqual(['sab', 'wasm', 'native'].includes(rig.backend.kind), true, `whether ${rig.backend.kind} is a kind`)
      const bits = ['classes', 'placement', 'reclaim', 'recovery']
      expectEqual(Object.keys(rig.backend.supports).sort(), bits, 'the capabilities that `supports` tells about')
    },
  },

  ...badOptions.map((config) => ({
    name: `open refuses ${Object.entries(config)
      .map(([name, value]) => `${name} ${typeof value === 'string' ? `'${value}'` : value}`)
      .join(', ')}`,
    run: () =>
      rig.inMemory(async (memory) => {
        await expectRejects('BAD_OPTION', () => rig.open(memory, config), 'open')
        expectEqual(memory.names(), [], 'the Regions after a refusal')
        const allocator = await rig.open(memory, { frames: 64 })
        expectEqual(allocator.stats().free, 64, 'free frames of the next open')
      }),
  })),

  {
    name: 'open refuses a memory that is too small, and carves nothing from it',
    run: () =>
      rig.inMemory(async (memory) => {
        const freeBytes = memory.freeBytes
        await expectRejects('TOO_SMALL', () => rig.open(memory, { frames: 2 ** 28 }), 'open with 2^28 frames')
        expectEqual([memory.names(), memory.freeBytes], [[], freeBytes], 'Regions and free bytes after the refusal')
        const allocator = await rig.open(memory, { frames: 64 })
        expectEqual(allocator.stats().free, 64, 'free frames of the next open')
      }, 1 << 20),
  },

  rig.check(
    'the Region is found by its name, and a name is taken once',
    { frames: 600, slots: 2, name: 'frames' },
    async (witness, memory) => {
      witness.get(9)
      await expectRejects(
        'BAD_NAME',
        () => rig.open(memory, { frames: 64, name: 'frames' }),
        'open under the same name',
      )
      const region = memory.find('frames')
      expectEqual(region?.byteOffset, witness.allocator.handle.region.byteOffset, 'where the Region named frames is')
      if (!region) return
      // So another process puts the handle together.
      const handle = { ...witness.allocator.handle, region: region.handle }
      const other = witness.through(await rig.attach(handle, 1))
      other.agree()
      other.allocator.close()
    },
  ),

  rig.check("without a name the Region has the component's", { frames: 64 }, ({ allocator }, memory) => {
    const { region } = allocator.handle
    expectEqual(memory.find(rig.backend.component)?.byteOffset, region.byteOffset, 'where the Region of that name is')
  }),

  rig.check(
    'two allocators in one memory do not disturb each other',
    { frames: 1500, name: 'one' },
    async (one, memory) => {
      const allocator = await rig.open(memory, { frames: 2600, slots: 2, initial: 'allocated', name: 'two' })
      const two = new Witness(allocator, new FrameOracle(2600, 'allocated'))
      const all = Array.from({ length: 2600 }, (_, frame) => frame)
      for (const frame of new Random(7).shuffle(all)) {
        one.tryGet(frame % 4)
        two.put(frame, 0)
        if (frame % 100 === 0) {
          one.agreeInSum()
          two.agreeInSum()
        }
      }
      one.agree()
      two.agree()
      const blocks = two.fill(9)
      one.agree()
      expectEqual(blocks.length, 5, 'huge frames of the second')
      two.putBatch(9, blocks)
    },
  ),
]
