// A member of a team: attaches, meets the others, works, closes, and answers with one number.
import type { FullFrameAllocator } from '@parperos/alloc-api'
import { parentPort } from 'node:worker_threads'
import { LLFree } from '../../src/index.ts'
import { backends } from './backends.ts'
import { giveUp, meet } from './board.ts'
import { cycle, type CycleWork } from './cycle.ts'
import { race, type RaceWork } from './race.ts'
import type { Answer, Job } from './team.ts'

export type Work = CycleWork | RaceWork

function work(allocator: FullFrameAllocator, job: Job): number {
  return job.work.type === 'cycle' ? cycle(allocator, job.work, job) : race(allocator, job.work, job)
}

async function answerOf(job: Job): Promise<Answer> {
  try {
    using allocator = await LLFree.attach({ backend: backends[job.kind], handle: job.handle, slot: job.slot })
    meet(job.board, job.members)
    return { result: work(allocator, job) }
  } catch (error) {
    giveUp(job.board)
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

parentPort?.on('message', (job: Job) => {
  void answerOf(job).then((answer) => parentPort?.postMessage(answer))
})
