// A worker thread that has a pool of its own over the pages of all.
import { parentPort } from 'node:worker_threads'
import { joinWorld } from '../support/pool-world.ts'
import type { Job } from './job.ts'
import { PoolWork } from './work.ts'

async function obey(job: Job): Promise<void> {
  const member = await joinWorld(job.world, job.worker)
  const { pool, areas } = member
  if (job.what === 'work') {
    const answer = await new PoolWork(pool, job).run()
    await member.close()
    parentPort?.postMessage(answer)
    return
  }
  if (job.what === 'hold' && !pool.tryLock(0)) throw new Error('page 0 cannot be latched')
  if (job.what === 'block') void areas[1].io.read([{ page: 0, count: 1 }])
  parentPort?.postMessage('now')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

parentPort?.once('message', (job: Job) => {
  obey(job).catch((error: unknown) => {
    // Thrown outside of the promise: the thread's error is the test's.
    setImmediate(() => {
      throw error
    })
  })
})
