// A team of worker threads that do one job after the other on allocators, all of them at the same time.
import type { BackendKind, FrameAllocatorHandle } from '@parperos/alloc-api'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { newBoard, type Words } from './board.ts'
import type { Work } from './team-worker.ts'

/** What a member of a team is told. */
export interface Job {
  kind: BackendKind
  handle: FrameAllocatorHandle
  slot: number
  /** Which member, and of how many. */
  member: number
  members: number
  board: Words
  work: Work
}

export type Answer = { result: number } | { failed: string }

export class Team implements AsyncDisposable {
  readonly kinds: readonly BackendKind[]
  readonly #threads: Worker[]

  constructor(kinds: readonly BackendKind[]) {
    this.kinds = kinds
    this.#threads = kinds.map(() => new Worker(new URL('team-worker.ts', import.meta.url)))
  }

  /** All members do the work on slots 1, 2, …; what each says at the end. */
  async do(work: Work, handle: FrameAllocatorHandle): Promise<number[]> {
    const board = newBoard()
    const answers = this.#threads.map(async (thread, member): Promise<Answer> => {
      const job: Job = {
        kind: this.kinds[member],
        handle,
        slot: member + 1,
        member,
        members: this.kinds.length,
        board,
        work,
      }
      const answer = once(thread, 'message')
      thread.postMessage(job)
      return ((await answer) as [Answer])[0]
    })
    const all = await Promise.all(answers)
    const failures = all.flatMap((answer, i) => ('failed' in answer ? [`${this.kinds[i]}: ${answer.failed}`] : []))
    if (failures.length > 0) throw new Error(failures.join('\n'))
    return all.map((answer) => ('result' in answer ? answer.result : NaN))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }
}
