// The main thread's end of lock-worker.ts.
import { Worker } from 'node:worker_threads'
import type { LockJob } from './lock-worker.ts'

/** A running job. */
export interface LockThread {
  /** Rejects when the thread fails. */
  result: Promise<string | number>
}

export function startLockThread(job: LockJob): LockThread {
  const thread = new Worker(new URL('lock-worker.ts', import.meta.url), { workerData: job })
  const result = new Promise<string | number>((resolve, reject) => {
    thread.on('message', (message: { result: string | number }) => resolve(message.result))
    thread.on('error', reject)
    thread.on('exit', (code) => reject(new Error(`the thread ended with code ${code} and without a result`)))
  })
  return { result }
}
