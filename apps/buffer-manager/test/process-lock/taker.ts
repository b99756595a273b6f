// A worker that takes a store's lock again and again, each time from a process that is gone: before it lets others have it, it
// puts such a one's lock in the place of its own. Tells how often it had the lock, and how often it was not alone with it.
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { StoreError } from '../../src/errors.ts'
import { ProcessLock } from '../../src/store/process-lock.ts'

export interface TakerJob {
  directory: string
  worker: number
  untilMs: number
}

export interface TakerCounts {
  taken: number
  shared: number
}

const { directory, worker, untilMs } = workerData as TakerJob
const inside = join(directory, 'inside')
const pause = new Int32Array(new SharedArrayBuffer(4))
const counts: TakerCounts = { taken: 0, shared: 0 }

function die(): void {
  const own = join(directory, `dead.${worker}`)
  writeFileSync(own, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), began: '1', id: `${worker}.${counts.taken}` }))
  renameSync(own, join(directory, 'lock'))
}

while (Date.now() < untilMs) {
  try {
    new ProcessLock(directory)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'LOCKED') continue
    throw error
  }
  counts.taken++
  try {
    closeSync(openSync(inside, 'wx'))
    // Long enough for somebody else to come in.
    Atomics.wait(pause, 0, 0, 1)
    rmSync(inside)
  } catch {
    counts.shared++
  }
  die()
}
parentPort?.postMessage(counts)
