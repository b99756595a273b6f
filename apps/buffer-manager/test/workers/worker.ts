// A worker thread: does the job that it is given, and answers.
import { parentPort, workerData } from 'node:worker_threads'
import { attach } from '../../src/index.ts'
import { keyOf } from '../support/entries.ts'
import { Board } from './board.ts'
import type { Answer, Job } from './jobs.ts'
import { runTransactions } from './transactions.ts'
import { VersionsRun } from './versions.ts'

const job = workerData as Job
const answer: Answer = { counts: {}, history: [] }
const store = await attach(job.handle, { worker: job.worker })
if (job.what === 'versions') {
  const run = new VersionsRun(store, job.worker, new Board(job.board), job.seed)
  await run.run(job.operations)
  answer.counts = { ...run.counts, evictions: store.stats().evictions }
} else if (job.what === 'history') {
  answer.history = await runTransactions(store, job)
} else if (job.what === 'letters') {
  for (let i = 0; i < job.operations; i++) store.putSync(`letters ${i % 20}`, String.fromCharCode(97 + (i % 26)).repeat(20 + (i % 57)))
} else if (job.what === 'rounds') {
  for (let round = 1; round <= job.operations; round++) {
    // Of the same length, so that it can be done in place.
    const value = String(round).padStart(400, '0')
    store.batchSync(Array.from({ length: 30 }, (_, i) => ({ type: 'put', key: keyOf(i), value })))
  }
} else {
  await store.put(`worker ${job.worker}`, 'was here')
  store.snapshot()
  if (!job.closes) {
    parentPort?.postMessage(answer)
    // Until it is terminated.
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  }
}
await store.close()
parentPort?.postMessage(answer)
