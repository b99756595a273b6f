// A thread that does one thing on an allocator and reports: what the lock's tests need of another worker.
import { ParperosError, Region, type FrameAllocatorHandle, type PlacingFrameAllocator } from '@parperos/alloc-api'
import { futexWait } from '@parperos/alloc-api/native'
import { parentPort, workerData } from 'node:worker_threads'
import { Buddy } from '../../src/index.ts'
import { layout } from '../../src/layout.ts'
import { backends } from './backends.ts'

const { lockWord } = layout.values

export interface LockJob {
  kind: keyof typeof backends
  handle: FrameAllocatorHandle
  slot: number
  job: 'pairs' | 'get' | 'validate' | 'sleep' | 'futex-sleep'
  /** Pairs to do, or the lock word at which to sleep. */
  number: number
}

const pairs = (allocator: PlacingFrameAllocator, count: number): number => {
  for (let i = 0; i < count; i++) allocator.put(allocator.get(i % 3), i % 3)
  return count
}

function complaintOf(allocator: PlacingFrameAllocator): string {
  try {
    allocator.validate()
    return 'none'
  } catch (error) {
    if (error instanceof ParperosError) return `${error.code}: ${error.message}`
    throw error
  }
}

async function work({ kind, handle, slot, job, number }: LockJob): Promise<string | number> {
  const region = Region.from(handle.region)
  if (job === 'sleep') return Atomics.wait(region.words(), lockWord, number, 5000)
  if (job === 'futex-sleep') return futexWait(region, lockWord, number, 5000)
  using allocator = await Buddy.attach({ backend: backends[kind], handle, slot })
  if (job === 'pairs') return pairs(allocator, number)
  return job === 'get' ? allocator.get(0) : complaintOf(allocator)
}

parentPort?.postMessage({ result: await work(workerData as LockJob) })
