// A worker thread of a stress run.
import { parentPort } from 'node:worker_threads'
import { backends } from '../support/backends.ts'
import type { Job } from './job.ts'
import { run } from './run.ts'

parentPort?.once('message', (job: Job) => {
  run(job, backends[job.kind]).then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => {
      // Thrown outside of the promise: the thread's error is the test's.
      setImmediate(() => {
        throw error
      })
    },
  )
})
