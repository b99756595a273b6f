// A process that is to be killed: starts its two workers ahead, then does one job, until the kill. It ends by itself when
// its parent has gone or has forgotten it.
import type { BackendKind } from '@parperos/alloc-api'
import { flushCompileCache } from 'node:module'
import { Worker } from 'node:worker_threads'
import { WORKERS } from './journal.ts'
import { recoverAgainAndAgain } from './recovering.ts'
import type { WorkerJob } from './worker.ts'

/** Two workers churn. */
export interface ChurnJob {
  type: 'churn'
  path: string
  /** The backend of each worker. */
  kinds: BackendKind[]
  seed: number
  /** When the process ends itself: milliseconds since 1970. */
  untilMs: number
}

/** The process recovers, from the same wreck over and over. */
export interface RecoverJob {
  type: 'recover'
  path: string
  kind: BackendKind
  untilMs: number
}

export type Job = ChurnJob | RecoverJob

/** What the process says: it can be given a job; its job is going on. */
export type Word = 'ready' | 'busy'

const say = (word: Word): void => void process.send?.(word)

const workers = Array.from({ length: WORKERS }, () => new Worker(new URL('worker.ts', import.meta.url)))

/** Says the word when every worker has said something. */
function sayWhenAll(word: Word): void {
  let missing = workers.length
  for (const worker of workers) {
    worker.once('message', () => {
      if (--missing === 0) say(word)
    })
  }
}

for (const worker of workers) {
  worker.on('error', (error) => {
    console.error(error)
    process.exit(1)
  })
}

process.on('disconnect', () => process.exit())
process.on('message', (job: Job) => {
  if (job.type === 'recover') {
    void recoverAgainAndAgain(job, () => say('busy'))
    return
  }
  sayWhenAll('busy')
  for (const [member, worker] of workers.entries()) worker.postMessage({ ...job, member } satisfies WorkerJob)
})
sayWhenAll('ready')
flushCompileCache()
