// Examines in a thread of its own, which loads the sources with the errors in them that it is to find.
import { hooksUrl, type Mutant } from '@parperos/observe'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Job, Outcome } from './scenario.ts'
import type { Answer } from './worker.ts'

/** A segment grows by so little at a time that it does so now and then. */
const small: Mutant[] = [
  { file: 'apps/buffer-manager/src/log/files.ts', find: 'aheadBytes: 2 ** 19', replace: 'aheadBytes: 2 ** 13' },
]

/** Rejects with what was found. */
export async function examined(job: Job, mutants: readonly Mutant[] = []): Promise<Outcome> {
  const thread = new Worker(new URL('worker.ts', import.meta.url), {
    execArgv: ['--import', hooksUrl],
    workerData: { mutants: [...small, ...mutants], job },
  })
  const [answer] = (await once(thread, 'message')) as [Answer]
  await thread.terminate()
  if ('failed' in answer) throw new Error(answer.failed)
  return answer.outcome
}
