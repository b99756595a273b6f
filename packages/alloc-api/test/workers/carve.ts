// A worker that carves Regions as quickly as it can and fills each with the first letter of its name.
import { workerData } from 'node:worker_threads'
import { adoptMemory, type MemoryHandle } from '../../src/index.ts'

const { handle, name, count } = workerData as { handle: MemoryHandle; name: string; count: number }
const memory = adoptMemory(handle)
for (let i = 0; i < count; i++) {
  memory.region(4096, `${name}${i}`).bytes().fill(name.charCodeAt(0))
}
