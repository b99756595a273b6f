// One of the two workers of a process that is killed: attaches to the allocator in the file and churns until the kill.
import { openMemory } from '@parperos/alloc-api/native'
import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { LLFree } from '../../../src/index.ts'
import { backends } from '../backends.ts'
import { Churner } from './churner.ts'
import { Journal } from './journal.ts'
import type { ChurnJob } from './victim.ts'

/** After so many steps it is said that the churn goes on. */
const WARM_STEPS = 200

export interface WorkerJob extends ChurnJob {
  member: number
}

/** Returns only when nobody has killed the process. */
async function churn({ path, kinds, seed, member, untilMs }: WorkerJob): Promise<void> {
  const memory = await openMemory({ path })
  const journal = memory.find('journal')
  if (!journal) throw new Error(`${path} has no journal`)
  const allocator = await LLFree.attach({ backend: backends[kinds[member]], memory, slot: member + 1 })
  const churner = new Churner(allocator, new Journal(journal.words()), member, seed * 2 + member)
  for (let i = 0; i < WARM_STEPS; i++) churner.step()
  parentPort?.postMessage('churning')
  while (Date.now() < untilMs) for (let i = 0; i < 1000; i++) churner.step()
  throw new Error('nobody has killed this process')
}

parentPort?.on('message', (job: WorkerJob) => void churn(job))
// What is killed writes nothing at its end: the compiled code is left to the next process now.
flushCompileCache()
parentPort?.postMessage('ready')
