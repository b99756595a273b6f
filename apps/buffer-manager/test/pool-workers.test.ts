// Several workers at once, with a pool that is too small for what they do: every byte is the one that it has to be, in
// memory and in the file. And workers that die, or do not turn their event loop.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { isSealed } from '../src/pages/page.ts'
import { MISS } from '../src/pool/pool.ts'
import { valueOf } from './support/page-content.ts'
import { coded } from './support/pool-use.ts'
import { kinds, openWorld, type World } from './support/pool-world.ts'
import { Board, type Answer, type Job } from './pool-workers/job.ts'
import { OWN } from './pool-workers/work.ts'

const soak = Number(process.env.PARPEROS_SOAK ?? 1)
const seed = 20_261_121
const PAGES = 300

function start(job: Job): Worker {
  const worker = new Worker(new URL('pool-workers/worker.ts', import.meta.url))
  worker.postMessage(job)
  return worker
}

const jobOf = (world: World, job: Partial<Job>): Job => ({
  ...{ what: 'work', world: world.handle, worker: 1, workers: 2, pages: PAGES, seed, deeds: 0, board: Board.words(0) },
  ...job,
})

describe.each(kinds)('workers on %s', (kind) => {
  it.each([24, 80])('with a pool of %i pages: every byte is right', async (frames) => {
    await using world = await openWorld(kind, { pages: PAGES, frames, workers: 3 })
    const words = Board.words(PAGES)
    const answers = await Promise.all(
      [1, 2].map(async (worker) => {
        const job = jobOf(world, { worker, workers: 3, seed: seed + worker, deeds: 1500 * soak, board: words })
        const thread = start(job)
        try {
          // An error of the thread rejects.
          return ((await once(thread, 'message')) as [Answer])[0]
        } finally {
          await thread.terminate()
        }
      }),
    )
    for (const answer of answers) {
      expect(answer.read).toBeGreaterThan(500 * soak)
      expect(answer.locked).toBeGreaterThan(250 * soak)
      expect(answer.evictions).toBeGreaterThan(250 * soak)
      expect(answer.made).toBeGreaterThan(25 * soak)
    }
    // Everything that is newer than the file is written, and then the file is as it has to be.
    const board = new Board(words)
    world.pool.writeBackSync(() => true)
    expect(world.pool.stats().dirty).toBe(0)
    for (let page = 0; page < PAGES; page++) {
      const isUnknown = page >= PAGES - OWN && board.value(page) === 0
      if (isUnknown) continue
      const content = world.inFile(page)
      expect(isSealed(content, 0, page), `page ${page} is sealed`).toBe(true)
      expect(valueOf(content, 0, page), `page ${page} in the file`).toBe(board.value(page))
    }
    const [area] = world.areas
    area.validate()
    // What was read for somebody who did not ask again has a frame that nobody has shown; whoever wants the page finds
    // it.
    expect(world.pool.stats().resident).toBeLessThanOrEqual(area.stats().resident)
    expect(area.stats().resident).toBeLessThanOrEqual(frames + 4 * area.slots)
  })

  it('notice that one has died with a latch: the store has failed', async () => {
    await using world = await openWorld(kind, { workers: 2, patienceMs: 100 })
    const { pool } = world
    const ticket = pool.beginSync(0)
    const worker = start(jobOf(world, { what: 'hold' }))
    await once(worker, 'message')
    await worker.terminate()
    expect(pool.isUnchanged(0, ticket)).toBe(false)
    expect(pool.isFailed).toBe(false)
    expect(() => pool.begin(0)).toThrow(coded('WRITER_DIED'))
    expect(pool.isFailed).toBe(true)
    // From now on nobody waits at all.
    expect(() => pool.tryLock(0)).toThrow(coded('WRITER_DIED'))
    expect(() => pool.create(0)).toThrow(coded('WRITER_DIED'))
    expect(() => pool.drop([0])).toThrow(coded('WRITER_DIED'))
    expect(() => pool.requireAlive()).toThrow(coded('WRITER_DIED'))
    expect(() => pool.beginSync(1)).toThrow(coded('WRITER_DIED'))
    await expect(pool.fetch(1)).rejects.toThrow(coded('WRITER_DIED'))
  })

  it('notice it also when they write back', async () => {
    await using world = await openWorld(kind, { workers: 2, patienceMs: 50 })
    const { pool } = world
    pool.tryLock(0)
    pool.unlock(0)
    const worker = start(jobOf(world, { what: 'hold' }))
    await once(worker, 'message')
    await worker.terminate()
    await expect(pool.writeBack(() => true)).rejects.toThrow(coded('WRITER_DIED'))
    expect(pool.isFailed).toBe(true)
  })

  it('do not depend on each other’s event loops, nor on those who have died reading', async () => {
    await using world = await openWorld(kind, { workers: 2 })
    const { pool } = world
    const worker = start(jobOf(world, { what: 'block' }))
    await once(worker, 'message')
    for (const isAlive of [true, false]) {
      if (!isAlive) await worker.terminate()
      // Others go on, and this page can be read all the same.
      await Promise.all([pool.fetch(0), pool.fetch(1)])
      expect(pool.begin(1)).not.toBe(MISS)
      const ticket = pool.begin(0)
      expect(ticket).not.toBe(MISS)
      expect(valueOf(pool.words, pool.base >>> 2, 0)).toBe(0)
      expect(pool.beginSync(0)).toBe(ticket)
      expect(pool.tryLock(0)).toBe(false)
    }
    expect(pool.isFailed).toBe(false)
  })
})
