// The main thread's end of lock-worker.ts.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { LockJob } from './lock-worker.ts'

/** A running job; both promises reject when the thread fails. */
export interface LockThread {
  /** It has attached, and goes on to its operations. */
  ready: Promise<unknown>
  result: Promise<string | number>
}

export function startLockThread(job: LockJob): LockThread {
  const thread = new Worker(new URL('lock-worker.ts', import.meta.url), { workerData: job })
  const result = new Promise<string | number>((resolve, reject) => {
    thread.on('message', (message: 'ready' | { result: string | number }) => {
      if (message !== 'ready') resolve(message.result)
    })
    thread.on('error', reject)
    thread.on('exit', (code) => reject(new Error(`the thread ended with code ${code} and without a result`)))
  })
  return { ready: Promise.race([once(thread, 'message'), result]), result }
}
