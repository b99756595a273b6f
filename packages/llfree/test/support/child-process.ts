// Another process on the same memory, which it inherits as descriptor 3: attaches by name, churns together with the
// others on the shadow that stands in the same memory, and prints what came of it.
import { churn, Shadow, type ChurnJob } from '@parperos/alloc-api/conformance'
import { openMemory } from '@parperos/alloc-api/native'
import { LLFree } from '../../src/index.ts'
import { backends } from './backends.ts'

export interface ChildJob {
  kind: keyof typeof backends
  slot: number
  name: string
  workers: number
  churn: ChurnJob
}

const job = JSON.parse(process.argv[2]) as ChildJob
const memory = await openMemory({ fd: 3 })
const region = memory.find('shadow')
if (!region) throw new Error('this memory has no shadow')
const shadow = new Shadow(region.words())
try {
  using allocator = await LLFree.attach({ backend: backends[job.kind], memory, name: job.name, slot: job.slot })
  shadow.meet(job.workers)
  console.log(JSON.stringify(churn(allocator, shadow, job.churn)))
} catch (error) {
  // So that nobody waits for this process.
  shadow.abandon()
  throw error
}
