// A worker that reads pages of an area whether they have frames or not, until it is told to stop: the sum of what it saw.
import { parentPort, workerData } from 'node:worker_threads'

interface StrayJob {
  area: SharedArrayBuffer
  pages: number
  /** Word 0: how many rounds were made; word 1: not 0 when it is time to stop. */
  control: SharedArrayBuffer
}

const { area, pages, control } = workerData as StrayJob
const words = new Int32Array(area, 0, pages * 1024)
const flags = new Int32Array(control)
let sum = 0
while (Atomics.load(flags, 1) === 0) {
  for (let page = 0; page < pages; page++) sum = (sum + words[page * 1024 + 17]) | 0
  Atomics.add(flags, 0, 1)
}
parentPort?.postMessage(sum)
