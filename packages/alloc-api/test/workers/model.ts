// A worker that attaches to the model in its handle, looks, takes a huge frame and gives back that of the main thread.
import { parentPort, workerData } from 'node:worker_threads'
import type { FrameAllocatorHandle } from '../../src/index.ts'
import { modelBackend } from '../../src/model/index.ts'

using allocator = await modelBackend.attach(workerData as FrameAllocatorHandle, 1)
const stats = allocator.stats()
const got = allocator.get(9)
allocator.put(512, 9)
parentPort?.postMessage({ slot: allocator.slot, stats, got })
