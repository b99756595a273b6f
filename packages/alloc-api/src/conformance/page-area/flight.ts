// Batches in flight: nobody sees a page before its bytes are there, nobody gets between, and every promise settles.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import { COMMAND_DONE, COMMAND_STATUS, COMMAND_WORDS, type PageArea } from '../../page-area.ts'
import { status } from '../../status.ts'
import { ConformanceError, expectEqual, expectRejects, expectThrows, fail } from '../expect.ts'
import { firstDifference, pageOfFile, wordsOf } from './bytes.ts'
import type { PagePart } from './subject.ts'
import { run, type PageWitness } from './witness.ts'

const shape = { pages: 300, poolFrames: 200, fileBytes: 250 * FRAME_BYTES, slots: 3 }

/** Nothing that is done to a file of this size takes so long. */
const PATIENCE_MS = 5000

/** The promise has to settle. */
async function settled<Result>(promise: Promise<Result>, what: string): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConformanceError(`${what} did not settle in ${PATIENCE_MS} ms`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The promise has to be fulfilled. */
const fulfilled = <Result>(promise: Promise<Result>, what: string): Promise<Result> =>
  settled(promise.catch((error: unknown) => fail(`${what} was rejected with ${String(error)}`)), what)

/** A batch whose answer will be looked at later, if the check comes so far. */
function started<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined)
  return promise
}

/** A page that is resident has to have the file's bytes. */
function expectReadOrAbsent({ area, oracle }: PageWitness, page: number): void {
  if (!area.isResident(page)) return
  const at = firstDifference(wordsOf(area, page), pageOfFile(oracle.file ?? new Uint8Array(0), page))
  if (at >= 0) fail(`page ${page} is resident before its bytes are there: word ${at} is not the file's`)
}

const statusesOf = (commands: Int32Array, runs: number): number[] =>
  Array.from({ length: runs }, (_, i) => commands[i * COMMAND_WORDS + COMMAND_STATUS])

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)

/** Every call of an interface that is refused while another batch is in flight. */
async function expectBusy(area: PageArea): Promise<void> {
  const { io } = area
  expectThrows('BUSY', () => io.alloc([run(280)]), 'alloc')
  expectThrows('BUSY', () => io.alloc(1), 'alloc of commands')
  expectThrows('BUSY', () => io.free([run(280)]), 'free')
  expectThrows('BUSY', () => io.readSync([run(200)]), 'readSync')
  expectThrows('BUSY', () => io.writeSync([run(200)]), 'writeSync')
  expectThrows('BUSY', () => area.trim(), 'trim')
  // All are asked before any of them, or the batch, can end.
  const later = [() => io.read([run(200)]), () => io.write([run(200)])].map((call) => {
    const answer = call()
    return expectRejects('BUSY', () => answer, 'read or write')
  })
  await Promise.all(later)
}

export const flight: PagePart = (rig) => [
  rig.check('a page is resident only when its bytes are there', shape, async (witness) => {
    const { area } = witness
    const { room } = witness.pool
    witness.alloc([run(50, room)])
    witness.free([run(50, room)])
    const reading = started(area.io.read([run(0, 40), run(60, 30)]))
    const pages = [0, 1, 20, 39, 60, 89]
    for (const page of pages) expectReadOrAbsent(witness, page)
    const answer = settled(reading, 'read')
    let over = false
    void answer.finally(() => (over = true)).catch(() => undefined)
    while (!over) {
      for (const page of pages) expectReadOrAbsent(witness, page)
      await Promise.resolve()
      await new Promise((resolve) => setTimeout(resolve))
    }
    const runs = [run(0, 40), run(60, 30)]
    witness.judge('read', runs, witness.oracle.apply('read', runs), await answer)
  }),

  rig.check(
    'while a batch is in flight its interface refuses others, and does it undisturbed',
    shape,
    async (witness) => {
      const { area } = witness
      const runs = [run(0, 30), run(240, 20), run(300), run(100)]
      const reading = started(area.io.read(runs))
      await Promise.all([expectBusy(area), settled(reading, 'read')])
      witness.judge('read', runs, witness.oracle.apply('read', runs), await reading)
      witness.agree()
      witness.fill(3)
      const writing = started(area.io.write([run(3), run(299)]))
      await Promise.all([expectBusy(area), settled(writing, 'write')])
      witness.judge('write', [run(3), run(299)], witness.oracle.apply('write', [run(3), run(299)]), await writing)
      witness.free([run(0, 30)])
    },
  ),

  rig.check('the runs of a batch in flight are pending until they are done', shape, async (witness) => {
    const { io } = witness.area
    const runs = [run(0, 20), run(40, 20)]
    const reading = started(io.read(runs))
    for (const found of statusesOf(io.commands, 2)) {
      expectEqual([status.PENDING, 0].includes(found), true, `whether status ${found} is PENDING or none`)
    }
    await settled(reading, 'read')
    witness.judge('read', runs, witness.oracle.apply('read', runs), await reading)
  }),

  rig.check('a page that another batch works on is left alone', shape, async (witness, world) => {
    const other = await rig.join(world, witness.area.handle, 1)
    const runs = [run(0, 30)]
    const reading = started(witness.area.io.read(runs))
    // The first page at least is claimed by now; it may be resident already.
    other.io.alloc([run(200), run(0), run(201)])
    const { done, status: found } = other.io.result(1)
    const asItIs = found === status.PAGE_BUSY || found === status.RESIDENT
    expectEqual([done, asItIs], [0, true], `done, and whether status ${found} is PAGE_BUSY or RESIDENT`)
    expectEqual(other.io.free([run(200, 2)]), 2, 'pages freed beside it')
    other.io.writeSync([run(0)])
    const written = other.io.result(0).status
    expectEqual([status.PAGE_BUSY, 0].includes(written), true, `whether status ${written} is PAGE_BUSY or none`)
    await settled(reading, 'read')
    witness.judge('read', runs, witness.oracle.apply('read', runs), await reading)
    other.trim()
    witness.agree()
    other.close()
  }),

  rig.check('a page that is being written is resident, and has its bytes', shape, async (witness, world) => {
    const other = witness.through(await rig.join(world, witness.area.handle, 1))
    witness.alloc([run(0, 20)])
    const writing = started(witness.area.io.write([run(0, 20)]))
    for (const page of [0, 10, 19]) {
      expectEqual(witness.area.isResident(page), true, `isResident(${page}) while it is written`)
      other.expectBytes(page)
      other.area.io.alloc([run(page)])
      expectEqual(other.area.io.result(0), { done: 0, status: status.RESIDENT }, 'alloc of a page that is written')
    }
    await settled(writing, 'write')
    witness.judge('write', [run(0, 20)], witness.oracle.apply('write', [run(0, 20)]), await writing)
    other.free([run(0, 20)])
    other.area.close()
  }),

  rig.check('batches of several workers are in flight at the same time', shape, async (witness, world) => {
    const team = [witness]
    for (const slot of [1, 2]) team.push(witness.through(await rig.join(world, witness.area.handle, slot)))
    for (let round = 0; round < 3; round++) {
      const batches = team.map((one, i) => ({ one, runs: [run(80 * i + 5, 30), run(80 * i + 40, 3 + round)] }))
      const reads = batches.map(({ one, runs }) => settled(one.area.io.read(runs), 'read'))
      const answers = await Promise.all(reads)
      batches.forEach(({ one, runs }, i) => one.judge('read', runs, witness.oracle.apply('read', runs), answers[i]))
      witness.agree()
      for (const { one, runs } of batches) for (const { page } of runs) one.fill(page + round)
      const writes = batches.map(({ one, runs }) => settled(one.area.io.write(runs), 'write'))
      const written = await Promise.all(writes)
      batches.forEach(({ one, runs }, i) => one.judge('write', runs, witness.oracle.apply('write', runs), written[i]))
      for (const { one, runs } of batches) one.free(runs)
    }
    for (const one of team.slice(1)) one.area.close()
  }),

  ...(['read', 'write'] as const).map((method) =>
    rig.check(
      `close ends a ${method} in flight: it settles, every run says what became of it, and the slot is free`,
      shape,
      async (witness, world) => {
        const other = witness.through(await rig.join(world, witness.area.handle, 1))
        const runs = Array.from({ length: 60 }, (_, i) => run(4 * i, 2))
        if (method === 'write') other.alloc(runs)
        const leaving = await rig.join(world, witness.area.handle, 2)
        const { commands } = leaving.io
        const moving = started(leaving.io[method](runs))
        leaving.close()
        leaving.close()
        const total = await settled(moving, `${method} of an area that is closed`)
        const statuses = statusesOf(commands, runs.length)
        const ended = statuses.every((found) => found === 0 || found === status.CANCELLED)
        expectEqual(ended, true, `whether every status of ${statuses.join(', ')} is none or CANCELLED`)
        const done = Array.from({ length: runs.length }, (_, i) => commands[i * COMMAND_WORDS + COMMAND_DONE])
        expectEqual(sumOf(done), total, 'pages done in all commands')
        if (method === 'read') {
          runs.forEach(({ page }, i) => witness.oracle.apply('read', [run(page, done[i])]))
        } else {
          // Which of the others have been written nobody says.
          if (world.file) witness.oracle.file = Uint8Array.from(await world.file.read())
        }
        witness.agree()
        const again = await rig.join(world, witness.area.handle, 2)
        again.close()
        other.area.close()
      },
    ),
  ),

  ...(['read', 'write'] as const).map((method) =>
    rig.check(
      `a ${method} that is aborted settles, every run says what became of it, and the interface goes on`,
      shape,
      async (witness, world) => {
        const { io } = witness.area
        const runs = Array.from({ length: 60 }, (_, i) => run(4 * i, 2))
        if (method === 'write') witness.alloc(runs)
        const refused = await fulfilled(io[method](runs, { signal: AbortSignal.abort() }), `a ${method} aborted before it began`)
        const cancelled = statusesOf(io.commands, runs.length).filter((found) => found === status.CANCELLED)
        expectEqual([refused, cancelled.length], [0, runs.length], 'pages done and runs CANCELLED, aborted before it began')
        witness.agree()
        const aborting = new AbortController()
        const moving = started(io[method](runs, { signal: aborting.signal }))
        aborting.abort()
        const total = await fulfilled(moving, `a ${method} that is aborted`)
        const done = runs.map((_, i) => io.result(i).done)
        expectEqual(sumOf(done), total, 'pages done in all commands')
        runs.forEach(({ count }, i) => {
          const { status: found } = io.result(i)
          expectEqual(found, done[i] === count ? 0 : status.CANCELLED, `status of run ${i}, of which ${done[i]} of ${count} pages are done`)
        })
        if (method === 'read') runs.forEach(({ page }, i) => witness.oracle.apply('read', [run(page, done[i])]))
        else if (world.file) witness.oracle.file = Uint8Array.from(await world.file.read())
        witness.agree()
        // What has ended cannot be aborted any more, nor what comes after it.
        const late = new AbortController()
        await settled(io[method]([], { signal: late.signal }), method)
        witness.alloc([run(290, 4)])
        const writing = started(io.write([run(290, 4)]))
        late.abort()
        await settled(writing, 'write')
        witness.judge('write', [run(290, 4)], witness.oracle.apply('write', [run(290, 4)]), await writing)
      },
    ),
  ),

  rig.check('a closed area refuses everything, and changes nothing', shape, async (witness, world) => {
    witness.alloc([run(5, 3)])
    const closed = await rig.join(world, witness.area.handle, 1)
    const { io } = closed
    closed.close()
    const calls: Record<string, () => unknown> = {
      commands: () => io.commands,
      set: () => io.set(0, 1, 1),
      result: () => io.result(0),
      alloc: () => io.alloc([run(1)]),
      free: () => io.free([run(5)]),
      readSync: () => io.readSync([run(1)]),
      writeSync: () => io.writeSync([run(5)]),
      trim: () => closed.trim(),
      stats: () => closed.stats(),
      validate: () => closed.validate(),
      info: () => closed.info(),
    }
    for (const [name, call] of Object.entries(calls)) expectThrows('CLOSED', call, name)
    const later: [string, () => Promise<unknown>][] = [
      ['read', () => io.read([run(1)])],
      ['write', () => io.write([run(5)])],
      ['sync', () => closed.sync()],
    ]
    for (const [name, call] of later) await expectRejects('CLOSED', call, name)
    closed.close()
    closed[Symbol.dispose]()
  }),
]
