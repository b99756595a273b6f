// A worker's part of a stress run, in Node and in browsers: attaches, works, and tells how much it did.
import type { PageRun } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { statusName } from '@parperos/alloc-api/driver'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { ExMap, type ExMapArea, type ExMapBackend } from '../../src/index.ts'
import { expectTrue } from './expect.ts'
import { Board, noCounts, type Answer, type Counts, type Job } from './job.ts'
import { BufferManager } from './latched.ts'

/** How many times the batches workers go on that have not met: a machine may run them one after the other for long. */
const PATIENCE = 20

/** Everybody gives frames to all pages and takes them away, whoever uses them: a race for every word. */
async function wild(area: ExMapArea, batches: number, random: Random, board: Board): Promise<Counts> {
  const counts = noCounts()
  const { io } = area
  for (let batch = 0; batch < batches || (batch < PATIENCE * batches && !board.haveMet()); batch++) {
    const runs: PageRun[] = Array.from({ length: 1 + random.below(6) }, () => ({
      page: random.below(area.pages),
      count: random.below(9),
    }))
    const what = random.weighted([4, 6, 2, 1, 2, 1])
    if (what === 0) counts.allocated += io.alloc(runs)
    else if (what === 1) counts.freed += io.free(runs)
    else if (what === 2) counts.read += io.readSync(runs)
    else if (what === 3) counts.read += await io.read(runs)
    else if (what === 4) counts.written += io.writeSync(runs)
    else area.trim()
    for (let i = 0; what < 5 && i < runs.length; i++) {
      const found = statusName(io.result(i).status)
      const allowed = [undefined, 'RESIDENT', 'NOT_RESIDENT', 'OUT_OF_MEMORY', 'BAD_PAGE', 'END_OF_FILE', 'PAGE_BUSY']
      expectTrue(allowed.includes(found), `status ${found}`)
      if (found === 'OUT_OF_MEMORY') counts.exhausted++
      if (found === 'PAGE_BUSY') counts.busy++
    }
    if (counts.busy > 0) board.meet()
  }
  return counts
}

async function latched(area: ExMapArea, batches: number, random: Random, board: Board): Promise<Counts> {
  const manager = new BufferManager(area, board, random)
  for (let batch = 0; batch < batches; batch++) await manager.batch()
  return manager.counts
}

async function flush(area: ExMapArea, board: Board): Promise<Counts> {
  const dirty = Array.from({ length: area.pages }, (_, page) => page).filter((page) => board.isDirty(page))
  const written = await area.io.write(dirty.map((page) => ({ page, count: 1 })))
  await area.sync()
  return { ...noCounts(), written }
}

export async function run(job: Job, backend: ExMapBackend): Promise<Answer> {
  const { slot } = job
  using frames = await LLFree.attach({ backend: llfreeSab, handle: job.frames, slot })
  using area = await ExMap.attach({ backend, handle: job.area, slot, frames })
  const random = new Random(job.seed)
  const board = new Board(job.board)
  if (job.what === 'wild') return { slot, counts: await wild(area, job.batches, random, board) }
  if (job.what === 'flush') return { slot, counts: await flush(area, board) }
  return { slot, counts: await latched(area, job.batches, random, board) }
}
