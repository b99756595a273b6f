// Starting workers, and what they answer; one that dies of an error fails the test with it.
import { Worker } from 'node:worker_threads'
import type { Answer, Job } from './jobs.ts'

export function start(job: Job): { worker: Worker; answer: Promise<Answer> } {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: job })
  const answer = new Promise<Answer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`worker ${job.worker} ended with ${code} and did not answer`)))
  })
  return { worker, answer }
}
