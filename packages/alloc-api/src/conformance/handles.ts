// Handles are input: whatever does not fit is refused by its code, and no slot is taken by the attempt.
import type { ErrorCode } from '../errors.ts'
import type { FrameAllocatorHandle } from '../frame-allocator.ts'
import { Region } from '../memory/region.ts'
import { expectRejects } from './expect.ts'
import { Random } from './random.ts'
import type { Area } from './subject.ts'

const frames = 9000

/** A handle whose Region is changed. */
const regionOf = (
  handle: FrameAllocatorHandle,
  change: Partial<FrameAllocatorHandle['region']>,
): FrameAllocatorHandle => ({
  ...handle,
  region: { ...handle.region, ...change },
})

/** What another program, another version or a mistake may hand in. */
const spoiled: readonly [string, ErrorCode, (handle: FrameAllocatorHandle) => unknown][] = [
  ['null', 'BAD_HANDLE', () => null],
  ['undefined', 'BAD_HANDLE', () => undefined],
  ['a number', 'BAD_HANDLE', () => 42],
  ['a string', 'BAD_HANDLE', () => 'handle'],
  ['an empty object', 'BAD_HANDLE', () => ({})],
  ['a handle without a Region', 'BAD_HANDLE', ({ component, layoutVersion }) => ({ component, layoutVersion })],
  ['a handle whose Region is null', 'BAD_HANDLE', (handle) => ({ ...handle, region: null })],
  ['a handle whose memory is a string', 'BAD_HANDLE', (handle) => regionOf(handle, { memory: 'memory' as never })],
  ['the handle of another component', 'BAD_HANDLE', (handle) => ({ ...handle, component: 'another' })],
  [
    'a handle of another layout version',
    'BAD_VERSION',
    (handle) => ({ ...handle, layoutVersion: handle.layoutVersion + 1 }),
  ],
  [
    'a handle of an earlier layout version',
    'BAD_VERSION',
    (handle) => ({ ...handle, layoutVersion: handle.layoutVersion - 1 }),
  ],
  [
    'a Region that starts between pages',
    'BAD_SIZE',
    (handle) => regionOf(handle, { byteOffset: handle.region.byteOffset + 4 }),
  ],
  ['a Region that ends behind the memory', 'BAD_SIZE', (handle) => regionOf(handle, { byteLength: 2 ** 40 })],
  ['a Region that starts behind the memory', 'BAD_SIZE', (handle) => regionOf(handle, { byteOffset: 2 ** 40 })],
  ['a Region before the memory', 'BAD_SIZE', (handle) => regionOf(handle, { byteOffset: -4096 })],
  ['a Region whose length is no number', 'BAD_SIZE', (handle) => regionOf(handle, { byteLength: 'all' as never })],
  ['a Region that is too short for the frames', 'BAD_SIZE', (handle) => regionOf(handle, { byteLength: 256 })],
  ["the memory's directory", 'BAD_MAGIC', (handle) => regionOf(handle, { byteOffset: 0 })],
]

export const handles: Area = (rig) => [
  ...spoiled.map(([what, code, spoil]) =>
    rig.check(`attach refuses ${what}`, { frames, slots: 2 }, async (witness) => {
      const { handle } = witness.allocator
      witness.get(9)
      const attach = () => rig.attach(spoil(handle) as FrameAllocatorHandle, 1)
      await expectRejects(code, attach, `attach to ${what}`)
      const other = witness.through(await rig.attach(handle, 1))
      other.agree()
      other.allocator.close()
    }),
  ),

  {
    name: 'attach refuses bytes that are not of this component',
    run: () =>
      rig.inMemory(async (memory) => {
        const { handle } = await rig.open(memory, { frames, slots: 2 })
        const bytes = Region.from(handle.region).bytes()
        const random = new Random(1)
        for (const byte of [() => 0, () => 0xff, () => random.below(256)]) {
          for (let i = 0; i < bytes.length; i++) bytes[i] = byte()
          await expectRejects('BAD_MAGIC', () => rig.attach(handle, 1), 'attach to overwritten bytes')
        }
      }),
  },
]
