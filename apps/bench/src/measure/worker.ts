// A worker thread of a cell: takes its seat, does the suite's work together with the others, posts what came out.
import { parentPort, workerData } from 'node:worker_threads'
import { jobOf } from '../suites/jobs.ts'
import { Barrier } from './barrier.ts'
import type { WorkerOrder, WorkerReply } from './job.ts'

const { cell, shared, barrier: words, worker } = workerData as WorkerOrder
const barrier = new Barrier(words, worker, cell.workers)
const job = await jobOf(cell.job)
const part = await job.work(shared, cell.input, { barrier, worker, workers: cell.workers })
parentPort?.postMessage({ part } satisfies WorkerReply)
