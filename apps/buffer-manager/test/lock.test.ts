// The commit lock, held by another worker for longer than anybody is patient.
import { createMemory } from '@parperos/alloc-api'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { layoutOf, word } from '../src/store/layout.ts'
import { Shared } from '../src/store/shared.ts'
import { shape, type HolderJob } from './lock/holder.ts'

/** What `lock` ends with beside such a holder, and whether the store was called dead. */
async function beside(showsLife: boolean): Promise<{ error: unknown; isDead: boolean }> {
  const layout = layoutOf(shape)
  const memory = await createMemory({ backend: 'sab', bytes: layout.bytes + (1 << 16) })
  const region = memory.region(layout.bytes, 'store')
  const job: HolderJob = { region: region.handle, showsLife }
  const worker = new Worker(new URL('lock/holder.ts', import.meta.url), { workerData: job })
  await once(worker, 'message')
  const outcome = { error: null as unknown, isDead: false }
  const shared = new Shared({ region, layout, worker: 0, patienceMs: 300, onDeath: () => (outcome.isDead = true) })
  try {
    shared.lock(word.lock)
    shared.unlock(word.lock)
  } catch (error) {
    outcome.error = error
  }
  await once(worker, 'exit')
  return outcome
}

it('a holder that shows life is waited for, however long it takes', async () => {
  expect(await beside(true)).toEqual({ error: null, isDead: false })
})

it('a holder that does nothing for longer than one is patient is dead', async () => {
  expect(await beside(false)).toMatchObject({ error: { code: 'WRITER_DIED' }, isDead: true })
})
