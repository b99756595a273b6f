// Workers of different kinds on one area at the same time, with a pool that is too small for all pages: every byte is the one
// that it has to be, in memory and in the file, and every frame is somewhere.
import { FRAME_BYTES } from '@parperos/alloc-api'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Board, type Answer, type Counts, type Job } from './stress/job.ts'
import { kinds, type Kind } from './support/backends.ts'
import { patternedFile } from './support/file.ts'
import { open, type World } from './support/open.ts'
import { soak } from './support/soak.ts'
import { pattern } from './support/page-bytes.ts'

const PAGES = 500
const seed = 20_261_121

type Team = readonly Kind[]

const teams: Team[] = [['sab', 'wasm'], ...(kinds.includes('native') ? [['wasm', 'native'], ['native', 'sab']] : [])] as Team[]

async function runTeam(team: Team, world: World, rest: Pick<Job, 'what' | 'batches' | 'board'>): Promise<Counts[]> {
  const jobs = team.map(async (kind, i) => {
    const worker = new Worker(new URL('stress/worker.ts', import.meta.url))
    const handles = { area: world.area.handle, frames: world.frames.handle }
    const job: Job = { ...rest, ...handles, kind, slot: i + 1, seed: seed + i }
    worker.postMessage(job)
    try {
      // An error of the thread rejects.
      return ((await once(worker, 'message')) as [Answer])[0].counts
    } finally {
      await worker.terminate()
    }
  })
  return await Promise.all(jobs)
}

/** After everybody has left: what is resident is what the table says, and nothing is lost. */
function expectWhole({ area, frames }: World): void {
  area.validate()
  area.trim()
  const { resident, bundled } = area.stats()
  expect(bundled).toBe(0)
  const zeros = 2 ** Math.ceil(Math.log2(area.slots))
  expect(frames.stats().free + resident + zeros).toBe(frames.frames)
}

describe.each(teams.map((team) => ({ team })))('workers $team', ({ team }) => {
  it.each([{ poolFrames: 128 }, { poolFrames: 300 }])(
    'a buffer manager with a pool of $poolFrames frames: every byte is right',
    async ({ poolFrames }) => {
      using file = patternedFile(PAGES * FRAME_BYTES)
      const world = await open('sab', { pages: PAGES, poolFrames, slots: team.length + 1, file })
      const { area } = world
      const words = Board.words(PAGES)
      const all = await runTeam(team, world, { what: 'latched', batches: 1500 * soak, board: words })
      for (const counts of all) {
        expect(counts.read).toBeGreaterThan(300)
        expect(counts.written).toBeGreaterThan(100)
        expect(counts.allocated).toBeGreaterThan(50)
      }
      expect(all.some(({ exhausted }) => exhausted > 0) || poolFrames > 200).toBe(true)
      expectWhole(world)
      // What is in memory is newer than the file: write all of it, and compare the file with what it has to be.
      const board = new Board(words)
      const dirty = Array.from({ length: PAGES }, (_, page) => page).filter((page) => board.isDirty(page))
      expect(await area.io.write(dirty.map((page) => ({ page, count: 1 })))).toBe(dirty.length)
      const content = readFileSync(file.path)
      for (let page = 0; page < PAGES; page++) {
        const is = content.subarray(page * FRAME_BYTES, (page + 1) * FRAME_BYTES)
        expect(is.equals(pattern(page, board.version(page))), `page ${page} in the file`).toBe(true)
      }
      area.close()
    },
  )

  it('all on the same pages without latches: every frame is somewhere', async () => {
    using file = patternedFile(60 * FRAME_BYTES)
    const world = await open('sab', { pages: 64, poolFrames: 60, slots: team.length + 1, file })
    const all = await runTeam(team, world, { what: 'wild', batches: 12_000 * soak, board: Board.words(0) })
    for (const { allocated, freed, read, written } of all) {
      expect(Math.min(allocated, freed, read, written)).toBeGreaterThan(300)
    }
    expect(all.some(({ busy }) => busy > 0), 'workers have met').toBe(true)
    expectWhole(world)
  })
})
