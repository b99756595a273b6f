// Latches, eviction, fetching, dropping and writing back under every schedule with a few preemptions; and errors that
// are planted on purpose are found by them.
import { Explorer } from '@parperos/interleave'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mutants } from './pool-interleave/mutants.ts'
import * as scenes from './pool-interleave/scenes.ts'

const soak = Number(process.env.PARPEROS_SOAK ?? 1)

const urlOf = (scene: string): URL => new URL(`pool-interleave/scenes.ts#${scene}`, import.meta.url)

/** Of two workers; three have far more schedules. */
const PREEMPTIONS = soak > 1 ? 3 : 2

describe(`with up to ${PREEMPTIONS} preemptions, or one less of three workers,`, () => {
  let explorer: Explorer
  beforeAll(() => {
    explorer = new Explorer()
  })
  afterAll(() => explorer[Symbol.asyncDispose]())

  it.each(Object.entries(scenes))('%s holds in every schedule', async (name, { workers }) => {
    const preemptions = PREEMPTIONS - (workers.length > 2 ? 1 : 0)
    const { failures, exhausted } = await explorer.explore(urlOf(name), { preemptions })
    expect(failures.map(({ message, text }) => `${message}\n${text}`)).toEqual([])
    expect(exhausted).toBe(true)
  })
})

describe('planted errors are found:', () => {
  it.each(mutants)('$what', async ({ what: _, scene, ...mutant }) => {
    await using explorer = new Explorer({ mutants: [mutant] })
    const { failures } = await explorer.explore(urlOf(scene), { preemptions: 3 })
    expect(failures.length).toBe(1)
  })
})
