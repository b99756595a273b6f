// Reading: pages get the file's bytes, exactly; what the file does not have is not there, and costs no frame.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import type { PageRun } from '../../page-area.ts'
import { status } from '../../status.ts'
import { expectEqual, expectRejects, expectThrows } from '../expect.ts'
import type { Check } from '../subject.ts'
import { bytesOf } from './bytes.ts'
import type { PagePart } from './subject.ts'
import { run, type PageWitness } from './witness.ts'

const PAGES = 20
const shape = { pages: 100, poolFrames: 40, fileBytes: PAGES * FRAME_BYTES }

/** Makes every frame of the pool dirty: what is not overwritten would be seen. */
function dirty(witness: PageWitness): void {
  const { room } = witness.pool
  witness.alloc([run(0, room)])
  witness.free([run(0, room)])
}

type Read = (witness: PageWitness, runs: PageRun[]) => Promise<unknown>

export const reading: PagePart = (rig) =>
  (['read', 'readSync'] as const).flatMap((method): Check[] => {
    const read: Read = async (witness, runs) => await witness[method](runs)
    return [
      rig.check(`${method}: pages get the bytes of the file`, shape, async (witness) => {
        dirty(witness)
        await read(witness, [run(0), run(19), run(3, 5)])
        witness.agree()
        await read(witness, [run(12, 4), run(11), run(1, 2), run(18)])
        witness.agree()
      }),

      rig.check(`${method}: a page that has a frame keeps the bytes that it has`, shape, async (witness) => {
        witness.alloc([run(4)])
        await read(witness, [run(2, 5), run(4), run(6, 2)])
        witness.agree()
        witness.fill(7)
        await read(witness, [run(7), run(5, 3)])
        witness.agree()
      }),

      ...[0, 1, 100, 4095, 4096, 4097].map((tail) =>
        rig.check(
          `${method}: a file that ends ${tail} bytes behind page 10 has zeros from there on`,
          { ...shape, fileBytes: 10 * FRAME_BYTES + tail },
          async (witness) => {
            dirty(witness)
            await read(witness, [run(8, 5), run(20), run(11, 0), run(3), run(99)])
            witness.agree()
            await read(witness, [run(10), run(12), run(4, 2)])
            witness.agree()
          },
        ),
      ),

      rig.check(`${method}: an empty file has no page`, { ...shape, fileBytes: 0 }, async (witness) => {
        await read(witness, [run(0), run(5, 3)])
        witness.agree()
      }),

      rig.check(`${method}: a run that ends with the file, and one that begins behind it`, shape, async (witness) => {
        await read(witness, [run(PAGES - 3, 3), run(PAGES, 3), run(PAGES - 5, 2)])
        witness.agree()
      }),

      rig.check(`${method}: a file that shrinks has what is left`, shape, async (witness, { file }) => {
        await read(witness, [run(0, PAGES)])
        witness.free([run(0, PAGES)])
        await file?.truncate(5 * FRAME_BYTES + 7)
        witness.oracle.truncated(5 * FRAME_BYTES + 7)
        await read(witness, [run(2, 10), run(19), run(0, 2)])
        witness.agree()
      }),

      rig.check(`${method}: reads that fail in the middle of a run cost no frame`, shape, async (witness) => {
        for (let round = 0; round < 30; round++) {
          await read(witness, [run(PAGES - 2, 4), run(PAGES + 5, 3), run(5, 2)])
          witness.free([run(PAGES - 2, 2), run(5, 2)])
          witness.agreeInSum()
        }
        witness.alloc([run(0, witness.pool.room)])
        witness.agree()
      }),

      rig.check(`${method}: an exhausted pool stops a run where it is, and loses nothing`, shape, async (witness) => {
        const { room } = witness.pool
        witness.alloc([run(30, room - 4)])
        await read(witness, [run(2, 3), run(8, 3), run(12), run(100), run(2)])
        witness.agree()
        witness.free([run(30, 2)])
        await read(witness, [run(15), run(17, 3)])
        witness.agree()
      }),

      rig.check(`${method}: a page that is freed and read again has the file's bytes again`, shape, async (witness) => {
        await read(witness, [run(3, 4)])
        witness.fill(5)
        witness.free([run(5)])
        await read(witness, [run(5)])
        witness.agree()
        expectEqual(bytesOf(witness.area, 5).length, FRAME_BYTES, 'bytes of a page')
      }),

      rig.check(
        `${method}: one batch can have more pages than anything can hold at a time`,
        { pages: 2000, poolFrames: 1700, fileBytes: 1600 * FRAME_BYTES },
        async (witness) => {
          await read(witness, [run(400, 1150), run(0, 300), run(1590, 100)])
          witness.agree()
          witness.free([run(100, 150), run(400, 1150)])
          await read(witness, [...Array.from({ length: 300 }, (_, i) => run(1500 - 3 * i)), run(0, 10)])
          witness.agree()
        },
      ),

      rig.check(`${method}: a file that is only read is read`, { ...shape, readOnly: true }, async (witness) => {
        await read(witness, [run(3, 5)])
        witness.writeSync([run(3, 2), run(9), run(100)])
        await witness.write([run(4)])
        expectEqual(witness.area.io.result(0), { done: 0, status: status.IO_ERROR }, 'the result of writing')
        witness.agree()
      }),

      rig.check(
        `${method}: an area without a file has nothing to read or write`,
        { pages: 10, poolFrames: 8 },
        async (witness) => {
          const { area } = witness
          witness.alloc([run(1)])
          const before = area.io.commands.slice()
          if (method === 'read') {
            await expectRejects('UNSUPPORTED', () => area.io.read([run(2)]), 'read')
            await expectRejects('UNSUPPORTED', () => area.io.write([run(1)]), 'write')
          } else {
            expectThrows('UNSUPPORTED', () => area.io.readSync([run(2)]), 'readSync')
            expectThrows('UNSUPPORTED', () => area.io.writeSync([run(1)]), 'writeSync')
          }
          await area.sync()
          expectEqual(area.io.commands, before, 'the commands')
        },
      ),
    ]
  })
