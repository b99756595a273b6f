// Opening: options are checked before anything is done, and a refusal leaves nothing behind.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import type { ErrorCode } from '../../errors.ts'
import type { PageAreaConfig } from '../../page-area.ts'
import { expectEqual, expectRejects, expectWithin } from '../expect.ts'
import type { Check } from '../subject.ts'
import { PagePool } from './pool.ts'
import type { PagePart, World } from './subject.ts'
import { run } from './witness.ts'

const shape = { pages: 64, poolFrames: 32 }

type Spoil = (world: World) => Partial<PageAreaConfig> | Promise<Partial<PageAreaConfig>>

const badNumbers: [keyof PageAreaConfig, unknown[]][] = [
  ['pages', [0, -1, 1.5, NaN, 2 ** 32 + 1, Infinity, '64', undefined]],
  ['slots', [0, -1, 1.5, NaN, 2 ** 32, '1']],
  ['commands', [0, -1, 1.5, NaN, 2 ** 32, '1']],
]

const bad: [string, ErrorCode, Spoil][] = [
  ...badNumbers.flatMap(([name, values]) =>
    values.map((value): [string, ErrorCode, Spoil] => {
      const text = typeof value === 'string' ? `'${value}'` : String(value)
      return [`${name} ${text}`, 'BAD_OPTION', () => ({ [name]: value as number })]
    }),
  ),
  ['no allocator', 'BAD_OPTION', () => ({ frames: undefined as never })],
  ['no pool', 'BAD_OPTION', () => ({ pool: undefined as never })],
  ['a pool that is too small', 'TOO_SMALL', ({ memory }) => ({ pool: memory.region(31 * FRAME_BYTES, 'small') })],
  ['a file without a path', 'BAD_OPTION', () => ({ file: { path: '' } })],
  ['a file that does not exist', 'SYSTEM', ({ file }) => ({ file: { path: `${file?.path}.not` } })],
  ['a name that the memory has', 'BAD_NAME', () => ({ name: 'pool' })],
  ['more pages than the memory has room for', 'TOO_SMALL', () => ({ pages: 2 ** 24 })],
]

export const opening: PagePart = (rig) => [
  {
    name: 'the backend can run here, and says what it is',
    run: async () => {
      expectEqual(rig.backend.unavailable(), null, 'unavailable()')
      expectEqual(['sab', 'wasm', 'native'].includes(rig.backend.kind), true, `whether ${rig.backend.kind} is a kind`)
      const bits = Object.entries(rig.backend.supports).map(([name, value]) => `${name} ${typeof value}`)
      expectEqual(bits.sort(), ['mapped boolean', 'processes boolean'], 'what `supports` tells about')
    },
  },

  ...bad.map(([what, code, spoil]): Check =>
    rig.inWorldCheck(`open refuses ${what}, and leaves nothing behind`, { ...shape, fileBytes: 100 }, async (world) => {
      const change = await spoil(world)
      const [names, free] = [world.memory.names(), world.frames.stats().free]
      await expectRejects(code, () => rig.open(world, { pages: 64, ...change }), 'open')
      expectEqual(world.memory.names(), names, 'the Regions after a refusal')
      expectEqual(world.frames.stats().free, free, 'free frames after a refusal')
      const area = await rig.open(world, { pages: 64 })
      expectEqual(area.io.alloc([run(63)]), 1, 'pages allocated afterwards')
      area.close()
    }),
  ),

  rig.check('an area is what it was asked for', { ...shape, slots: 3, commands: 5 }, ({ area }) => {
    expectEqual([area.pages, area.slot, area.slots], [64, 0, 3], 'pages, slot and slots')
    expectEqual(area.kind, rig.backend.kind, 'kind')
    expectEqual([area.io.capacity, area.io.commands.length], [5, 20], 'capacity and the words of all commands')
    const { component, backend, pages, slot, slots, metadataBytes, way, whyNotBetter, io } = area.info()
    expectEqual([component, backend, pages, slot, slots], [rig.backend.component, area.kind, 64, 0, 3], 'info()')
    expectWithin(metadataBytes, 4, 2 ** 40, 'metadataBytes in info()')
    const ways = [typeof way, Array.isArray(whyNotBetter), io]
    expectEqual(ways, ['string', true, 'none'], 'way, whyNotBetter and io in info()')
    expectEqual(area.handle.file, null, 'the file in the handle')
  }),

  rig.check('an area has one slot and 1024 commands unless it is asked for others', shape, ({ area }) => {
    expectEqual([area.slots, area.io.capacity], [1, 1024], 'slots and commands')
  }),

  rig.check('an area with a file says how it gets at it', { ...shape, fileBytes: 8192 }, ({ area }) => {
    const ways = ['io_uring', 'pread', 'fs', 'opfs']
    expectEqual(ways.includes(area.info().io), true, `whether ${area.info().io} is one of ${ways.join(', ')}`)
    expectEqual(typeof area.handle.file?.path, 'string', "the path in the handle's file")
  }),

  rig.check('at the start no page is resident', { pages: 300, poolFrames: 8 }, (witness) => {
    expectEqual(witness.area.stats().resident, 0, 'resident pages')
    witness.agree()
  }),

  rig.inWorldCheck('an area can have a single page', { pages: 1, poolFrames: 8 }, async (world) => {
    const witness = await rig.witness(world, new PagePool(world.frames), { pages: 1, poolFrames: 8, commands: 1 })
    witness.alloc([run(0)])
    witness.alloc([run(0, 2)])
    witness.agree()
    witness.free([run(0)])
    witness.agree()
    witness.area.close()
  }),
]
