// Batches: each run has its own result, a bad one stops nobody else, and all are done in their order.
import type { PageRun } from '../../page-area.ts'
import { COMMAND_COUNT, COMMAND_PAGE, COMMAND_WORDS } from '../../page-area.ts'
import { status } from '../../status.ts'
import { expectEqual, expectRejects, expectThrows } from '../expect.ts'
import type { PagePart } from './subject.ts'
import { run, type PageWitness } from './witness.ts'

const shape = { pages: 100, poolFrames: 80, fileBytes: 100 * 4096 }

/** Runs that cannot be, whatever the pages are. */
const impossible: [string, PageRun][] = [
  ['behind the last page', run(100)],
  ['cut by the end', run(95, 6)],
  ['longer than the area', run(0, 101)],
  ['so long that its end is beyond 32 bits', run(2, 2 ** 32 - 1)],
  ['at the last page of 32 bits', run(2 ** 32 - 1)],
  ['beyond 32 bits', run(2 ** 32)],
  ['at 2^32 + 5, which is 5 in 32 bits', run(2 ** 32 + 5)],
  ['of a negative page', run(-1)],
  ['of no whole page', run(1.5)],
  ['of no number', run(NaN)],
  ['of a negative count', run(5, -1)],
  ['of no whole count', run(5, 1.5)],
  ['empty, behind the last page', run(100, 0)],
]

/** Good runs of pages that are not resident, and of some that are. */
const absent = [run(40), run(42, 3), run(50, 2), run(60), run(62, 4), run(70), run(72, 2)]
const resident = [run(0), run(2, 3), run(10, 2), run(20), run(22, 4), run(30), run(32, 2)]

interface Doer {
  good: PageRun[]
  bad: PageRun
  do: (witness: PageWitness, runs: PageRun[]) => unknown
}

const doers: Record<string, Doer> = {
  alloc: { good: absent, bad: run(38, 5), do: (witness, runs) => witness.alloc(runs) },
  'alloc of zeros': { good: absent, bad: run(1), do: (witness, runs) => witness.allocZeros(runs) },
  free: { good: resident, bad: run(36, 10), do: (witness, runs) => witness.free(runs) },
  readSync: { good: absent, bad: run(39, 5), do: (witness, runs) => witness.readSync(runs) },
  read: { good: absent, bad: run(35, 3), do: (witness, runs) => witness.read(runs) },
  writeSync: { good: resident, bad: run(37, 10), do: (witness, runs) => witness.writeSync(runs) },
  write: { good: resident, bad: run(45, 3), do: (witness, runs) => witness.write(runs) },
}

export const batches: PagePart = (rig) => [
  ...Object.entries(doers).flatMap(([name, { good, bad, do: perform }]) => [
    ...[0, 3, 7].map((at) =>
      rig.check(`a bad run at place ${at} of a batch stops nobody else: ${name}`, shape, async (witness) => {
        witness.alloc([run(0, 40)])
        await perform(witness, [...good.slice(0, at), bad, ...good.slice(at)])
        witness.agree()
      }),
    ),

    rig.check(`several bad runs, of every kind, among good ones: ${name}`, shape, async (witness) => {
      witness.alloc([run(0, 40)])
      const runs = good.flatMap((one, i) => [impossible[2 * (i % 6)][1], one, impossible[2 * (i % 6) + 1][1]])
      await perform(witness, [bad, ...runs, impossible[12][1], bad])
      witness.agree()
    }),

    rig.check(`runs that overlap are done in their order: ${name}`, shape, async (witness) => {
      witness.alloc([run(0, 40)])
      const [first] = good
      await perform(witness, [first, first, ...good, run(first.page, 12), run(first.page + 11, 3), first])
      witness.agree()
    }),
  ]),

  ...impossible.map(([what, bad]) =>
    rig.check(`a run that is ${what} is not begun`, shape, (witness) => {
      witness.alloc([run(0, 10)])
      const [result] = witness.alloc([bad])
      expectEqual(result, { done: 0, status: status.BAD_PAGE }, 'the result')
      witness.free([bad, run(3)])
      witness.readSync([bad, run(3)])
      witness.writeSync([bad, run(3)])
    }),
  ),

  rig.check('an empty run is done, whatever its page is', shape, (witness) => {
    witness.alloc([run(5, 2)])
    witness.alloc([run(5, 0), run(8, 0), run(99, 0)])
    witness.free([run(5, 0), run(8, 0)])
    witness.readSync([run(5, 0), run(8, 0)])
    witness.writeSync([run(5, 0), run(8, 0)])
  }),

  rig.check('an empty batch is done, and touches no command', shape, async (witness) => {
    witness.alloc([run(99, 5), run(1, 2)])
    const before = witness.area.io.commands.slice()
    witness.alloc([])
    witness.free([])
    witness.readSync([])
    witness.writeSync([])
    await witness.read([])
    await witness.write([])
    expectEqual(witness.area.io.alloc(0), 0, 'alloc(0)')
    expectEqual(witness.area.io.commands, before, 'the commands')
  }),

  rig.check(
    'a batch has as many runs as the interface has commands, and no more',
    { ...shape, commands: 6 },
    async (witness) => {
      const { io } = witness.area
      witness.alloc(Array.from({ length: 6 }, (_, i) => run(3 * i, 2)))
      const seven = Array.from({ length: 7 }, (_, i) => run(50 + i))
      for (const runs of [seven, 7, -1, 0.5, NaN, 2 ** 32]) {
        const before = io.commands.slice()
        expectThrows('BAD_OPTION', () => io.alloc(runs), 'alloc')
        expectThrows('BAD_OPTION', () => io.free(runs), 'free')
        expectThrows('BAD_OPTION', () => io.readSync(runs), 'readSync')
        expectThrows('BAD_OPTION', () => io.writeSync(runs), 'writeSync')
        await expectRejects('BAD_OPTION', () => io.read(runs), 'read')
        await expectRejects('BAD_OPTION', () => io.write(runs), 'write')
        expectEqual(io.commands, before, 'the commands after a batch that is refused')
      }
      witness.agree()
      witness.free([run(0, 2)])
    },
  ),

  rig.check(
    'commands can be written first and run then, as often as one likes',
    { ...shape, commands: 4 },
    (witness) => {
      const { io } = witness.area
      const runs = [run(0, 2), run(10, 3), run(200), run(30)]
      runs.forEach(({ page, count }, i) => io.set(i, page, count))
      for (let round = 0; round < 2; round++) {
        for (const count of [2, 3, 4]) {
          const outcome = witness.oracle.apply('alloc', runs.slice(0, count))
          witness.judge('alloc', runs, outcome, io.alloc(count))
          for (const page of outcome.pages) witness.fill(page)
        }
        witness.agree()
        witness.judge('free', runs, witness.oracle.apply('free', runs.slice(0, 2)), io.free(2))
        witness.agree()
      }
    },
  ),

  rig.check('commands can be written as plain words', { ...shape, commands: 4 }, (witness) => {
    const { io } = witness.area
    const runs = [run(90, 10), run(5, 3)]
    runs.forEach(({ page, count }, i) => {
      io.commands[i * COMMAND_WORDS + COMMAND_PAGE] = page
      io.commands[i * COMMAND_WORDS + COMMAND_COUNT] = count
      // Whatever stands in the two words of the area before is nothing to it.
      io.commands.fill(-77, i * COMMAND_WORDS + 2, (i + 1) * COMMAND_WORDS)
    })
    const outcome = witness.oracle.apply('alloc', runs)
    witness.judge('alloc', runs, outcome, io.alloc(2))
    for (const page of outcome.pages) witness.fill(page)
    expectEqual([...io.commands.subarray(0, 8)], [90, 10, 10, 0, 5, 3, 3, 0], 'the commands')
  }),

  rig.check('a batch writes results into its own commands only, and each anew', shape, (witness) => {
    const { io } = witness.area
    witness.alloc([run(0, 3), run(100), run(1), run(20, 4)])
    const before = io.commands.slice(2 * COMMAND_WORDS)
    witness.alloc([run(100), run(10, 3)])
    expectEqual(io.commands.slice(2 * COMMAND_WORDS), before, 'the commands that are not of the batch')
    witness.free([run(10, 3), run(0, 3), run(20, 4)])
    witness.free([run(10), run(0), run(20)])
    witness.alloc([run(10), run(0), run(20)])
  }),

  rig.check('commands that do not exist are refused', { ...shape, commands: 4 }, ({ area: { io } }) => {
    for (const index of [4, -1, 0.5, NaN, 2 ** 32]) {
      expectThrows('BAD_OPTION', () => io.set(index, 0, 1), `set(${index}, 0, 1)`)
      expectThrows('BAD_OPTION', () => io.result(index), `result(${index})`)
    }
  }),
]
