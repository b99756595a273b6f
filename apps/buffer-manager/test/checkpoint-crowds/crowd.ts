// Many who wait for checkpoints at the same time, in this worker and, where this is a worker thread, in that one.
import { setImmediate as turn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { attach, type Store, type StoreHandle } from '../../src/index.ts'
import { pagesPath } from '../../src/store/directory.ts'
import { double } from '../../src/store/layout.ts'
import { PageFile, readMeta } from '../../src/store/meta.ts'
import { engineOf } from '../durability/engine.ts'
import { keyOf } from '../support/entries.ts'
import { randomFrom } from '../support/random.ts'

export interface CrowdJob {
  handle: StoreHandle
  path: string
}

export const CALLERS = 50
/** With as many bytes of log a checkpoint begins by itself; with four times as many commits wait. */
export const CHECKPOINT_BYTES = 1 << 16

/** A checkpoint whose caller is answered once all that was committed before the call is in the file; throws if it is not. */
export async function checkedCheckpoint(store: Store, path: string): Promise<void> {
  const committed = engineOf(store).shared.doubles[double.sequence]
  await store.checkpoint()
  const file = new PageFile(pagesPath(path), 'r')
  const { sequence } = readMeta(file)
  file.close()
  if (sequence < committed) throw new Error(`${committed} commits were there, and the checkpoint has ${sequence}`)
}

/** Calls for checkpoints, and commits that are large enough to wait for some, now and then in the same turn. */
export async function crowd(store: Store, path: string, worker: number): Promise<void> {
  const random = randomFrom(worker)
  const waiting: Promise<void>[] = []
  for (let i = 0; i < CALLERS; i++) {
    waiting.push(store.put(`${worker} ${keyOf(i)}`, 'x'.repeat(random(CHECKPOINT_BYTES))), checkedCheckpoint(store, path))
    if (random(4) === 0) await turn()
  }
  await Promise.all(waiting)
}

if (parentPort) {
  const { handle, path } = workerData as CrowdJob
  const store = await attach(handle, { worker: 1 })
  await crowd(store, path, 1)
  await store.close()
}
