// Seeded batches on one area, through several workers in turn, each judged as it comes and every byte compared: with
// the oracle, and, by what the trace answers with, between backends. Any two implementations answer alike: what
// becomes of a run is settled by the contract, and only which frames pages get is not.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import type { PageRun, RunResult } from '../../page-area.ts'
import { ConformanceError, expectEqual } from '../expect.ts'
import { Random } from '../random.ts'
import { wordsOf } from './bytes.ts'
import { PagePool } from './pool.ts'
import type { PageConfig, PageRig, World } from './subject.ts'
import { run, type PageWitness } from './witness.ts'

/** What a trace does. */
export interface PageTrace {
  seed: number
  batches: number
  pages: number
  /** How many pages can have a frame at the same time. */
  room: number
  slots: number
  fileBytes: number
  /** The most pages of a run. */
  longest: number
}

const COMMANDS = 16

/** So many frames an area may keep for itself. */
const SPARE_FRAMES = 64

/** What an area for a trace is opened with. */
export const configOf = ({ pages, room, slots, fileBytes }: PageTrace): PageConfig => ({
  ...{ pages, slots, fileBytes, commands: COMMANDS },
  poolFrames: room + SPARE_FRAMES,
})

/** How often: alloc, alloc of zeros, free, read, readSync, write, writeSync, trim, new bytes. */
const mix = [4, 2, 8, 3, 4, 2, 2, 1, 3]

/** Does the trace in a world; what every batch came to, and at the end a number for each page's bytes. */
export async function runTrace(rig: PageRig, world: World, trace: PageTrace): Promise<number[]> {
  const { seed, batches, slots, pages, room } = trace
  const pool = new PagePool(world.frames)
  const first = await rig.witness(world, pool, configOf(trace))
  // What the area has kept for itself must make no difference.
  for (let surplus = pool.room - room; surplus > 0; surplus--) world.frames.get(0)
  pool.recount()
  expectEqual(pool.room, room, 'frames that pages can have')
  const team = [first]
  for (let slot = 1; slot < slots; slot++) team.push(first.through(await rig.join(world, first.area.handle, slot)))
  const random = new Random(seed)
  const answers: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    try {
      for (const { done, status } of await step(team, random, trace)) answers.push(done, status)
      if (batch % 32 === 0) team[batch % slots].agree()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new ConformanceError(`batch ${batch}: ${message}`, { cause: error })
    }
  }
  for (const one of team) one.agree()
  const file = await world.file?.read()
  if (file) first.agreeAboutFile(file)
  for (let page = 0; page < pages; page++) {
    answers.push(wordsOf(first.area, page).reduce((sum, word) => Math.imul(sum ^ word, 0x01000193), 0x811c9dc5))
  }
  for (const { area } of team) area.close()
  return answers
}

async function step(team: PageWitness[], random: Random, trace: PageTrace): Promise<RunResult[]> {
  const one = team[random.below(team.length)]
  const runs = runsOf(random, trace)
  const what = random.weighted(mix)
  if (what === 7) one.area.trim()
  if (what === 8) renew(one, random)
  if (what >= 7) return []
  const asked = runs.reduce((sum, { count }) => sum + count, 0)
  const isScarce = one.pool.left < asked
  // What other workers hold ready could be had by nobody else.
  if (isScarce) for (const other of team) if (other !== one) other.area.trim()
  const readable = isScarce ? runs.map((each) => withinFile(each, one.oracle.fileBytes)) : runs
  switch (what) {
    case 0:
      return one.alloc(runs)
    case 1:
      return one.allocZeros(runs)
    case 2:
      return one.free(runs)
    case 3:
      return await one.read(readable)
    case 4:
      return one.readSync(readable)
    case 5:
      return await one.write(runs)
    default:
      return one.writeSync(runs)
  }
}

function runsOf(random: Random, { pages, longest }: PageTrace): PageRun[] {
  return Array.from({ length: random.below(COMMANDS + 1) }, () => {
    const most = random.chance(0.2) ? longest : 4
    // Now and then one that reaches beyond the end.
    return run(random.below(pages + 2), random.below(most + 1))
  })
}

/**
 * While a batch is under way, pages that the file does not have hold frames, for how long is each implementation's
 * affair: so there are none where frames are scarce.
 */
function withinFile({ page, count }: PageRun, fileBytes: number): PageRun {
  const filePages = Math.ceil(fileBytes / FRAME_BYTES)
  return run(page, Math.max(0, Math.min(count, filePages - page)))
}

/** Some resident pages get new bytes. */
function renew(one: PageWitness, random: Random): void {
  for (const page of one.oracle.resident.keys()) if (random.chance(0.2)) one.fill(page)
}
