// Handles are input: whatever does not fit is refused by its code, and no slot is taken by the attempt.
import type { ErrorCode } from '../../errors.ts'
import { Region, type RegionHandle } from '../../memory/region.ts'
import type { PageAreaHandle } from '../../page-area.ts'
import { expectRejects } from '../expect.ts'
import { Random } from '../random.ts'
import type { PagePart } from './subject.ts'
import { run } from './witness.ts'

const shape = { pages: 4000, poolFrames: 40, slots: 2 }

/** A handle one of whose Regions is changed. */
const changed = (handle: PageAreaHandle, which: 'region' | 'pool', change: Partial<RegionHandle>): PageAreaHandle => ({
  ...handle,
  [which]: { ...handle[which], ...change },
})

/** What another program, another version or a mistake may hand in. */
const spoiled: readonly [string, ErrorCode, (handle: PageAreaHandle) => unknown][] = [
  ['null', 'BAD_HANDLE', () => null],
  ['undefined', 'BAD_HANDLE', () => undefined],
  ['a number', 'BAD_HANDLE', () => 42],
  ['a string', 'BAD_HANDLE', () => 'handle'],
  ['an empty object', 'BAD_HANDLE', () => ({})],
  ['a handle whose Region is null', 'BAD_HANDLE', (handle) => ({ ...handle, region: null })],
  ['a handle whose pool is null', 'BAD_HANDLE', (handle) => ({ ...handle, pool: null })],
  [
    'a handle whose memory is a string',
    'BAD_HANDLE',
    (handle) => changed(handle, 'region', { memory: 'memory' as never }),
  ],
  ['a handle whose pool is nowhere', 'BAD_HANDLE', (handle) => changed(handle, 'pool', { memory: undefined as never })],
  ['the handle of another component', 'BAD_HANDLE', (handle) => ({ ...handle, component: 'another' })],
  [
    'the handle of an area of the other sort, as to addresses',
    'BAD_HANDLE',
    (handle) => ({ ...handle, area: handle.area ? null : new SharedArrayBuffer(4096) }),
  ],
  [
    'a handle of another layout version',
    'BAD_VERSION',
    (handle) => ({ ...handle, layoutVersion: handle.layoutVersion + 1 }),
  ],
  [
    'a Region that starts between pages',
    'BAD_SIZE',
    (handle) => changed(handle, 'region', { byteOffset: handle.region.byteOffset + 4 }),
  ],
  ['a Region that ends behind the memory', 'BAD_SIZE', (handle) => changed(handle, 'region', { byteLength: 2 ** 40 })],
  ['a Region before the memory', 'BAD_SIZE', (handle) => changed(handle, 'region', { byteOffset: -4096 })],
  ['a Region that is too short for the pages', 'BAD_SIZE', (handle) => changed(handle, 'region', { byteLength: 4096 })],
  ['a Region that is too short for anything', 'BAD_SIZE', (handle) => changed(handle, 'region', { byteLength: 16 })],
  ['a pool that ends behind the memory', 'BAD_SIZE', (handle) => changed(handle, 'pool', { byteLength: 2 ** 40 })],
  [
    'a pool that is too short for its frames',
    'BAD_SIZE',
    (handle) => changed(handle, 'pool', { byteLength: 39 * 4096 }),
  ],
  ["the memory's directory", 'BAD_MAGIC', (handle) => changed(handle, 'region', { byteOffset: 0 })],
  ['a file that does not exist', 'SYSTEM', (handle) => ({ ...handle, file: { path: 'no/such/file' } })],
]

export const handles: PagePart = (rig) => [
  ...spoiled.map(([what, code, spoil]) =>
    rig.check(`attach refuses ${what}`, shape, async (witness, world) => {
      const { handle } = witness.area
      witness.alloc([run(0, 3)])
      const attach = () => rig.join(world, spoil(handle) as PageAreaHandle, 1)
      await expectRejects(code, attach, `attach to ${what}`)
      const other = witness.through(await rig.join(world, handle, 1))
      other.agree()
      other.area.close()
    }),
  ),

  rig.inWorldCheck('attach refuses bytes that are not of this component', shape, async (world) => {
    const { handle } = await rig.open(world, { pages: 4000, slots: 2 })
    const bytes = Region.from(handle.region).bytes()
    const random = new Random(1)
    for (const byte of [() => 0, () => 0xff, () => random.below(256)]) {
      for (let i = 0; i < bytes.length; i++) bytes[i] = byte()
      await expectRejects('BAD_MAGIC', () => rig.join(world, handle, 1), 'attach to overwritten bytes')
    }
  }),
]
