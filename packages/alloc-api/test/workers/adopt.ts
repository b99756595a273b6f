// A worker that adopts a memory, looks at what its parent wrote, and writes itself.
import { parentPort, workerData } from 'node:worker_threads'
import { adoptMemory, type MemoryHandle } from '../../src/index.ts'

const memory = adoptMemory(workerData as MemoryHandle)
memory.region(4096, 'theirs').words()[0] = 7
const words = memory.find('words')?.words() ?? new Int32Array(4)
const found = Atomics.add(words, 3, 1)
parentPort?.postMessage({ kind: memory.kind, bytes: memory.bytes, names: memory.names(), found })
