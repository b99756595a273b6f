// A worker without an event loop to speak of: it attaches to an area, reads and evicts pages with blocking calls only, and
// compares them with what they should be. Or it begins a read and never comes back to it.
import type { FrameAllocatorHandle, PageAreaHandle } from '@parperos/alloc-api'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { parentPort, workerData } from 'node:worker_threads'
import { ExMap } from '../../src/index.ts'
import { native } from '../../src/native.ts'
import { bytesOf, pattern } from './page-bytes.ts'

export interface IoJob {
  what: 'sync' | 'hang'
  area: PageAreaHandle
  frames: FrameAllocatorHandle
  slot: number
  filePages: number
  /** Pages of a run, at most. */
  longest: number
  batches: number
  seed: number
}

const job = workerData as IoJob
const frames = await LLFree.attach({ backend: llfreeSab, handle: job.frames, slot: job.slot })
const area = await ExMap.attach({ backend: native, handle: job.area, slot: job.slot, frames })
let state = job.seed
const draw = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

if (job.what === 'hang') {
  for (;;) {
    // Answered by nobody: the worker is ended while it waits.
    void area.io.read([{ page: draw(job.filePages - 200), count: 200 }])
    parentPort?.postMessage('reading')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
}

let compared = 0
for (let batch = 0; batch < job.batches; batch++) {
  const runs = Array.from({ length: 32 }, () => ({ page: draw(job.filePages - 4), count: 1 + draw(job.longest) }))
  area.io.readSync(runs)
  const done = runs.map(({ page }, index) => ({ page, count: area.io.result(index).done }))
  for (const { page, count } of done) {
    for (let i = 0; i < count; i++, compared++) {
      if (!Buffer.from(bytesOf(area, page + i)).equals(pattern(page + i))) throw new Error(`page ${page + i} is wrong`)
    }
  }
  if (area.io.free(done) !== done.reduce((sum, { count }) => sum + count, 0)) throw new Error('a page was gone')
}
area.close()
frames.close()
parentPort?.postMessage(compared)
