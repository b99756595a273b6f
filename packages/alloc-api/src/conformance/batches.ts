// Batches: as many as were asked for, exactly to the end of the memory, and a bad element stops one where it stands.
import type { ErrorCode } from '../errors.ts'
import { expectEqual, expectThrows } from './expect.ts'
import { orders, type Area } from './subject.ts'
import type { Witness } from './witness.ts'

const frames = 5003
/** A frame number that none of the memories here has. */
const UNTOUCHED = 0xffff_ffff

/** What can stand in a batch of order 3 that does not belong there, given the block in whose place it stands. */
const bad: readonly [string, ErrorCode, (witness: Witness, block: number) => number][] = [
  ['free', 'NOT_ALLOCATED', ({ oracle }) => oracle.firstFree(3)],
  ['unaligned', 'UNALIGNED', (_, block) => block + 4],
  ['behind the last frame', 'BAD_FRAME', () => Math.ceil(frames / 8) * 8],
  ['cut by the end', 'BAD_FRAME', () => Math.floor(frames / 8) * 8],
  ['beyond 31 bits', 'BAD_FRAME', () => 0xffff_fff8],
]

export const batches: Area = (rig) => [
  ...orders.map((order) =>
    rig.check(
      `a batch of order ${order} is filled as far as there is memory, and given back`,
      { frames },
      (witness) => {
        const most = Math.floor(frames / 2 ** order)
        const asked = Math.min(3, most)
        const blocks = witness.getBatch(order, asked)
        expectEqual(blocks.length, asked, 'blocks of a batch that fits')
        const rest = witness.getBatch(order, frames)
        expectEqual(rest.length, most - asked, 'blocks of a batch that is too large')
        expectEqual(witness.getBatch(order, 5).length, 0, 'blocks of a batch from a full allocator')
        witness.agree()
        witness.putBatch(order, rest)
        witness.putBatch(order, blocks)
      },
    ),
  ),

  rig.check('a batch of exactly all frames leaves none', { frames }, (witness) => {
    const all = witness.getBatch(0, frames)
    expectEqual(all.length, frames, 'blocks')
    expectEqual(witness.tryGet(0), -1, 'tryGet afterwards')
    witness.putBatch(0, all)
    expectEqual(witness.allocator.stats().free, frames, 'free frames afterwards')
  }),

  rig.check('an empty batch takes and gives nothing', { frames }, (witness) => {
    expectEqual(witness.allocator.getBatch(0, new Uint32Array(0)), 0, 'getBatch')
    witness.allocator.putBatch(0, new Uint32Array(0))
    witness.agreeInSum()
  }),

  rig.check('a batch stays within its view', { frames }, (witness) => {
    const around = new Uint32Array(20).fill(UNTOUCHED)
    const view = around.subarray(4, 12)
    expectEqual(witness.allocator.getBatch(2, view), 8, 'getBatch')
    for (const frame of view) witness.oracle.took(frame, 2)
    const outside = [...around.subarray(0, 4), ...around.subarray(12)]
    expectEqual(outside, new Array(12).fill(UNTOUCHED), 'the elements outside of the view')
    witness.putBatch(2, around.subarray(6, 9))
    witness.agreeInSum()
  }),

  rig.check('a batch may stand in shared memory', { frames }, (witness) => {
    const shared = new Uint32Array(new SharedArrayBuffer(400), 40, 50)
    expectEqual(witness.allocator.getBatch(1, shared), 50, 'getBatch')
    for (const frame of shared) witness.oracle.took(frame, 1)
    witness.putBatch(1, shared)
    witness.agreeInSum()
  }),

  rig.check('a batch that is given back may consist of parts', { frames }, (witness) => {
    const block = witness.get(9)
    witness.putBatch(
      5,
      Uint32Array.from({ length: 16 }, (_, i) => block + i * 32),
    )
    expectEqual(witness.allocator.stats().free, frames, 'free frames')
  }),

  ...[0, 1, 7, 14].flatMap((at) =>
    bad.map(([what, code, spoil]) =>
      rig.check(`putBatch stops at element ${at} when it is ${what}`, { frames }, (witness) => {
        const blocks = witness.getBatch(3, 15)
        const spoiled = Uint32Array.from(blocks)
        // The block that stood here stays allocated.
        spoiled[at] = spoil(witness, blocks[at])
        const error = expectThrows(code, () => witness.allocator.putBatch(3, spoiled), 'putBatch')
        expectEqual(error.done, at, 'error.done')
        for (const block of blocks.subarray(0, at)) witness.oracle.gave(block, 3)
        witness.agree()
        witness.putBatch(3, blocks.subarray(at))
      }),
    ),
  ),

  rig.check('putBatch stops at a block that it has given back itself', { frames }, (witness) => {
    const [one, two, three] = witness.getBatch(4, 3)
    const put = () => witness.allocator.putBatch(4, Uint32Array.of(one, two, one, three))
    expectEqual(expectThrows('NOT_ALLOCATED', put, 'putBatch').done, 2, 'error.done')
    witness.oracle.gave(one, 4)
    witness.oracle.gave(two, 4)
    witness.agree()
  }),
]
