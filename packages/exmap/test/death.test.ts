// A worker dies at every step that it makes, in every kind of batch: whoever takes its slot over gives back or completes
// what it held. Nothing is lost, nothing is twice, and errors that are planted on purpose are found.
import { hooksUrl, type Mutant } from '@parperos/observe'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { mutants } from './death/mutants.ts'
import type { Job } from './death/worker.ts'

interface Answer {
  deaths?: Record<string, number>
  failure?: string
}

async function examine(job: Job, planted: Mutant[] = []): Promise<Answer> {
  const url = new URL('death/worker.ts', import.meta.url)
  const worker = new Worker(url, { execArgv: ['--import', hooksUrl], workerData: { mutants: planted } })
  worker.postMessage(job)
  const [answer] = (await once(worker, 'message')) as [Answer]
  await worker.terminate()
  return answer
}

it('a death at any step of any batch loses nothing, and hands nothing out twice', async () => {
  const { deaths = {}, failure } = await examine({ seed: 1 })
  expect(failure).toBeUndefined()
  const total = Object.values(deaths).reduce((sum, count) => sum + count, 0)
  process.stderr.write(`deaths examined: ${total}, in ${Object.keys(deaths).length} scenarios\n`)
  expect(Object.values(deaths).every((count) => count > 30)).toBe(true)
})

describe('planted errors are found:', () => {
  it.each(mutants)('$what', async ({ what: _, scenario, ...mutant }) => {
    const { failure } = await examine({ seed: 2, scenario }, [mutant])
    expect(failure ?? 'not found').toContain(`${scenario}, death at step`)
  })
})
