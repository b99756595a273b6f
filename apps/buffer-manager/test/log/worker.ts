// One of several workers that append to one log, under a lock of the test, and wait for each record as they are told to.
import { Region, type RegionHandle } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { add, compareExchange, load, notify, store, wait } from '#atomics'
import { parentPort, workerData } from 'node:worker_threads'
import type { LogStats } from '../../src/log/log.ts'
import { Log } from '../../src/log/log.ts'
import { nodeFiles } from '../../src/log/files.ts'

export interface Work {
  directory: string
  log: RegionHandle
  /** Word 0 is the lock, word 1 the next sequence number. */
  lock: RegionHandle
  worker: number
  records: number
  form: 'async' | 'sync'
  /** A sync and a write take at least so long. */
  syncMs: number
  writeMs: number
}

export interface Done {
  stats: LogStats
  acknowledged: number[]
  /** Writes that began while another worker's had not ended. */
  overlaps: number
}

const { directory, log: handle, lock, worker, records, form, syncMs, writeMs } = workerData as Work
const random = new Random(worker)
const words = Region.from(lock).words()
const region = Region.from(handle)
let overlaps = 0
const log = Log.attach(directory, region, {
  ...nodeFiles,
  write: (fd, bytes, from, length, position) => {
    if (writeMs === 0 || bytes.buffer !== region.memory.buffer) return nodeFiles.write(fd, bytes, from, length, position)
    // What is written stands in the ring: if two do that at the same time, one may find its part used again.
    if (add(words, 3, 1) !== 0) overlaps++
    wait(words, 2, 0, writeMs)
    add(words, 3, -1)
    return nodeFiles.write(fd, bytes, from, length, position)
  },
  syncNow: (fd) => {
    wait(words, 2, 0, syncMs)
    nodeFiles.syncNow(fd)
  },
})
const acknowledged: number[] = []

/** Appends this worker's record `count`; gives its sequence number and end. */
function append(count: number): { sequence: number; end: number } {
  while (compareExchange(words, 0, 0, 1) !== 0) wait(words, 0, 1, 100)
  const sequence = load(words, 1)
  store(words, 1, sequence + 1)
  const payload = new Uint8Array(8 + (random.below(50) === 0 ? random.below(100_000) : random.below(200))).fill(worker)
  new DataView(payload.buffer).setInt32(0, worker)
  new DataView(payload.buffer).setInt32(4, count)
  const end = log.append(sequence, [payload])
  if (random.below(150) === 0) log.cut()
  store(words, 0, 0)
  notify(words, 0, 1)
  return { sequence, end }
}

const waiting: Promise<unknown>[] = []
for (let count = 0; count < records; count++) {
  const { sequence, end } = append(count)
  if (form === 'sync') {
    log.acknowledgedSync(end)
    acknowledged.push(sequence)
  } else {
    waiting.push(log.acknowledged(end).then(() => acknowledged.push(sequence)))
    if (random.below(10) === 0) await Promise.all(waiting)
  }
}
await Promise.all(waiting)
parentPort?.postMessage({ stats: log.stats(), acknowledged, overlaps } satisfies Done)
