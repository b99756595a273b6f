// Runs a fixture in a worker under the hooks.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { hooksUrl, type Mutant, type Words } from '../src/index.ts'

export interface Seen {
  seen: string[]
  result: number
  unplanted: number
}

export const newWords = (length: number): Words => new Int32Array(new SharedArrayBuffer(length * 4))

/** What an observer saw of `touch` of fixtures/<name>.ts; rejects with what the worker threw. */
export async function run(name: string, words: Words, mutants: Mutant[] = []): Promise<Seen> {
  const worker = new Worker(new URL('fixtures/worker.ts', import.meta.url), {
    execArgv: ['--import', hooksUrl],
    workerData: { module: new URL(`fixtures/${name}.ts`, import.meta.url).href, words, mutants },
  })
  const [seen] = (await once(worker, 'message')) as [Seen]
  await worker.terminate()
  return seen
}
