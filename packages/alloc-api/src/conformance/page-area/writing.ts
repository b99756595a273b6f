// Writing: exactly the bytes of the pages that are named go to exactly their places in the file.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import type { PageRun } from '../../page-area.ts'
import type { Check } from '../subject.ts'
import type { PagePart } from './subject.ts'
import { run, type PageWitness } from './witness.ts'

const shape = { pages: 100, poolFrames: 60, fileBytes: 20 * FRAME_BYTES }

type Write = (witness: PageWitness, runs: PageRun[]) => Promise<unknown>

export const writing: PagePart = (rig) =>
  (['write', 'writeSync'] as const).flatMap((method): Check[] => {
    const write: Write = async (witness, runs) => await witness[method](runs)
    return [
      rig.check(`${method}: pages go to their places in the file, and no others`, shape, async (witness, { file }) => {
        witness.alloc([run(0, 20)])
        await write(witness, [run(3), run(7, 4), run(19), run(0)])
        witness.agree()
        if (file) witness.agreeAboutFile(await file.read())
      }),

      rig.check(`${method}: what was written is read again`, shape, async (witness) => {
        witness.readSync([run(2, 10)])
        for (const page of [3, 4, 9]) witness.fill(page)
        await write(witness, [run(3), run(9)])
        await witness.area.sync()
        witness.free([run(2, 10)])
        witness.readSync([run(2, 10)])
        witness.agree()
      }),

      rig.check(`${method}: pages stay resident, and can be written again and again`, shape, async (witness) => {
        witness.alloc([run(5, 3)])
        for (let round = 0; round < 5; round++) {
          witness.fill(6)
          await write(witness, [run(5, 3), run(6)])
          witness.agree()
        }
      }),

      rig.check(`${method}: only what is resident is written`, shape, async (witness) => {
        witness.alloc([run(4, 2), run(8)])
        await write(witness, [run(3), run(4, 4), run(8, 2), run(7, 2)])
        witness.agree()
      }),

      ...[0, 1, 4095].map((tail) =>
        rig.check(
          `${method}: a file that ends ${tail} bytes behind page 20 grows to the end of what is written`,
          { ...shape, fileBytes: 20 * FRAME_BYTES + tail },
          async (witness, { file }) => {
            witness.alloc([run(18, 5), run(30)])
            await write(witness, [run(30)])
            if (file) witness.agreeAboutFile(await file.read())
            await write(witness, [run(20, 2)])
            if (file) witness.agreeAboutFile(await file.read())
            witness.readSync([run(25, 3), run(31)])
            witness.agree()
          },
        ),
      ),

      rig.check(`${method}: an empty file becomes what is written`, { ...shape, fileBytes: 0 }, async (witness) => {
        witness.allocZeros([run(0, 3)])
        witness.fill(1)
        await write(witness, [run(0, 2)])
        witness.agree()
      }),

      rig.check(
        `${method}: pages in any order and many of them`,
        { pages: 2000, poolFrames: 1700, fileBytes: 0 },
        async (witness) => {
          witness.alloc([run(100, 1600)])
          await write(witness, [run(900, 800), ...Array.from({ length: 400 }, (_, i) => run(899 - 2 * i)), run(100, 3)])
          witness.agree()
        },
      ),
    ]
  })
