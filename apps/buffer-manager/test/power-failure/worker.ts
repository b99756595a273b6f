// A thread that examines power failures, with the errors planted that it was started with.
import { unplanted } from '@parperos/observe'
import { parentPort, workerData } from 'node:worker_threads'
import { examine, type Job, type Outcome } from './scenario.ts'

export type Answer = { outcome: Outcome } | { failed: string }

async function answer(job: Job): Promise<Answer> {
  try {
    const outcome = await examine(job)
    if (unplanted().length > 0)
      throw new Error(`${unplanted().length} errors were planted in sources that nobody loads`)
    return { outcome }
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

parentPort?.postMessage(await answer((workerData as { job: Job }).job))
