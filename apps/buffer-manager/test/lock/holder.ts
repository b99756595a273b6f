// A worker that takes the commit lock, keeps it for a while, and gives it back; it shows life meanwhile, or does not.
import { Region, type RegionHandle } from '@parperos/alloc-api'
import { parentPort, workerData } from 'node:worker_threads'
import { layoutOf, word } from '../../src/store/layout.ts'
import { Shared } from '../../src/store/shared.ts'

export interface HolderJob {
  region: RegionHandle
  showsLife: boolean
}

export const shape = { pages: 64, workers: 2 }
const LOOKS = 12
const LOOK_MS = 50

if (parentPort) {
  const { region, showsLife } = workerData as HolderJob
  const parts = { region: Region.from(region), layout: layoutOf(shape), worker: 1, patienceMs: 10_000, onDeath: () => undefined }
  const shared = new Shared(parts)
  shared.lock(word.lock)
  parentPort.postMessage('held')
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  for (let look = 0; look < LOOKS; look++) {
    Atomics.wait(nobody, 0, 0, LOOK_MS)
    if (showsLife) shared.showLife()
  }
  shared.unlock(word.lock)
}
