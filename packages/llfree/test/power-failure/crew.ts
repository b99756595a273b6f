// Threads that share a list of jobs. What a thread was told to plant is in the sources that it loads.
import { hooksUrl, type Mutant } from '@parperos/observe'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { noOutcome, plus, type Outcome } from './outcome.ts'
import type { Job } from './jobs.ts'
import type { Answer } from './worker.ts'

/** A search that waits for a stopped worker would go on for long: here it gives up soon. */
const impatience: Mutant[] = ['maxSearches', 'settleReads'].map((name) => ({
  file: 'packages/llfree/src/layout.ts',
  find: `${name} = 4096`,
  replace: `${name} = 3`,
}))

/** Opening flushes by functions of the native backend: here they are recorded instead. */
const recording: Mutant = {
  file: 'packages/llfree/src/persistence.ts',
  find: "await import('@parperos/alloc-api/native')",
  replace: "await import('../test/power-failure/recorded-persistence.ts')",
}

/** Does jobs, in threads of its own, all of them with these errors planted. */
export class Crew implements AsyncDisposable {
  readonly #members: readonly Member[]

  constructor(threads: number, mutants: readonly Mutant[] = []) {
    this.#members = Array.from({ length: threads }, () => new Member([...impatience, recording, ...mutants]))
  }

  /** What came of all jobs together; ends after the first failure. */
  async examine(jobs: readonly Job[]): Promise<Outcome> {
    const left = [...jobs]
    const outcomes: Outcome[] = []
    const work = async (member: Member): Promise<void> => {
      for (let job = left.shift(); job; job = left.shift()) {
        const outcome = await member.do(job)
        outcomes.push(outcome)
        if (outcome.failures.length > 0) left.length = 0
      }
    }
    const ends = await Promise.allSettled(this.#members.map(work))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    return outcomes.reduce(plus, noOutcome())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()))
  }
}

class Member {
  readonly #thread: Worker
  /** Rejects when the thread ends by itself, perhaps before it has got anything to do. */
  readonly #lost: Promise<never>

  constructor(mutants: Mutant[]) {
    this.#thread = new Worker(new URL('worker.ts', import.meta.url), {
      execArgv: ['--import', hooksUrl],
      workerData: { mutants },
    })
    this.#lost = once(this.#thread, 'exit').then(([code]) => {
      throw new Error(`the thread ended with code ${String(code)}`)
    })
    // It is looked at when there is something to do.
    this.#lost.catch(() => undefined)
  }

  async do(job: Job): Promise<Outcome> {
    const answered = once(this.#thread, 'message') as Promise<[Answer]>
    this.#thread.postMessage(job)
    const [answer] = await Promise.race([answered, this.#lost])
    if ('failed' in answer) throw new Error(answer.failed)
    if (answer.unplanted > 0) throw new Error(`${answer.unplanted} errors were planted in sources that nobody loads`)
    return answer.outcome
  }

  async end(): Promise<void> {
    await this.#thread.terminate()
  }
}
