// The power fails at any moment of a run of the whole store, on a disk that loses, tears and reorders what was not
// synced: what is opened afterwards is valid, has every commit that was acknowledged as durable, and of the others a
// prefix. Then the same with errors planted in what is synced, in which order, and what is used again: each has to be
// found.
import { describe, expect, it } from 'vitest'
import { examined } from './power-failure/examined.ts'
import { plantedErrors } from './power-failure/mutants.ts'
import type { Job } from './power-failure/scenario.ts'
import { soak } from './support/soak.ts'

const timeout = 120_000 * Math.max(1, soak)

/** A store that is larger than its pool, and goes on from what a failure has left. */
const usual: Job = {
  sync: 'full',
  seed: 1,
  every: 6,
  statesPerMoment: soak,
  generations: 2,
  before: 150,
  syncMs: 1,
  commits: 25,
}
/** A store that is being made. */
const fresh: Job = { ...usual, syncMs: 0, every: 3, generations: 3, before: 0, commits: 12 }

const jobs: Job[] = [usual, { ...usual, sync: 'group' }, { ...usual, sync: 'off', syncMs: 0 }, fresh]

describe('a store whose power fails', () => {
  it.each(jobs)(
    "opens with everything that was durable: sync '$sync', $before commits before",
    { timeout },
    async (job) => {
      const sum = { states: 0, events: 0, evictions: 0, recovered: 0 }
      for (let seed = 1; seed <= soak; seed++) {
        const outcome = await examined({ ...job, seed })
        for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome[name]
      }
      const { states, events, evictions, recovered } = sum
      const counts = `${states} states of ${events} moments, ${evictions} evictions, ${recovered} commits from the log`
      process.stderr.write(`power failed: sync '${job.sync}', ${job.before} commits before: ${counts}\n`)
      expect(states).toBeGreaterThan(30 * soak)
    },
  )
})

describe('the examination of power failures', () => {
  it.each(plantedErrors)('finds that $name', { timeout }, async ({ mutants, job }) => {
    const examination = async (): Promise<void> => {
      for (let seed = 1; seed <= 6; seed++)
        await examined({ ...usual, every: 30, statesPerMoment: 1, ...job, seed }, mutants)
    }
    await expect(examination()).rejects.toThrow(/after \d+ of \d+ events|StoreError: /)
  })
})
