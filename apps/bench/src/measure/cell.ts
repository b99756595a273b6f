// The program of a cell's process, started by spawn.ts: one message in, the cell; one message out, its reply. The main
// thread only waits; all measuring happens in worker threads, also when there is one, so that one and two compare.
import { Worker } from 'node:worker_threads'
import { jobOf } from '../suites/jobs.ts'
import { newBarrierWords } from './barrier.ts'
import type { Cell, CellReply, WorkerOrder, WorkerReply } from './job.ts'

async function run(cell: Cell): Promise<CellReply> {
  const job = await jobOf(cell.job)
  const shared = await job.open(cell.input, cell.workers)
  const barrier = newBarrierWords()
  const workers = Array.from({ length: cell.workers }, (_, worker) => seat({ cell, shared, barrier, worker }))
  const replies = await Promise.all(workers)
  const outcome = await job.close(
    shared,
    cell.input,
    replies.map(({ part }) => part),
  )
  return { outcome }
}

const seat = (workerData: WorkerOrder): Promise<WorkerReply> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./worker.js', import.meta.url), { workerData })
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) => {
      reject(new Error(`worker ${workerData.worker} ended with exit code ${code} and no result`))
    })
  })

function reply(message: CellReply): void {
  // Ends the process at once: the other workers of a failed one would wait for it forever.
  process.send?.(message, undefined, undefined, () => process.exit(0))
}

process.once('disconnect', () => process.exit(1))
process.once('message', (cell) => {
  run(cell as Cell).then(reply, (error: unknown) => {
    reply({ error: error instanceof Error ? error.message : String(error) })
  })
})
