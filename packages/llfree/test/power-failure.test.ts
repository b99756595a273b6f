// Power failures: every operation is recorded, every state that a failure in it can leave in the memory is recovered,
// and no frame may be owned twice, nor may more be lost than what the operation in flight was working on. The same for
// two workers, one of them stopped at every step; for openings; and with planted errors, each of which has to be found.
// What can be left is enumerated by @parperos/power-failure.
import { canTest } from '@parperos/presets/backends'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LLFree } from '../src/index.ts'
import * as L from '../src/layout.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'
import { memoryFor, wordsOf } from './support/open.ts'
import { soak } from './support/soak.ts'
import { buildProgram, compiledCore } from './power-failure/compiled.ts'
import { Crew } from './power-failure/crew.ts'
import { jobsOf, type Job } from './power-failure/jobs.ts'
import { plantedErrors } from './power-failure/mutants.ts'
import type { Outcome } from './power-failure/outcome.ts'
import { media, type MediumName } from './power-failure/scenario.ts'

const crew = new Crew(2)
const mediumNames = Object.keys(media) as MediumName[]

const wider = Math.ceil(Math.sqrt(soak))

/** Of each kind: seeds, and how many states of one point of a trace are examined at most. */
const sizes: Record<Job['kind'], { seeds: number; limit: number }> = {
  operations: { seeds: 2 * soak, limit: 24 * wider },
  meetings: { seeds: soak, limit: 6 * wider },
  reopenings: { seeds: soak, limit: 6 * wider },
  'first opening': { seeds: 1, limit: 4 * wider },
  'compiled operations': { seeds: soak, limit: 12 * wider },
}

const table: Record<string, number | string>[] = []

async function examined(kind: Job['kind'], medium: MediumName, program?: string): Promise<Outcome> {
  const { seeds, limit } = sizes[kind]
  const start = performance.now()
  // Where lines keep the order of their stores, there are few states: nearly all of them are looked at.
  const jobs = jobsOf(kind, medium, seeds, limit * (medium === 'lines are flushed' ? 4 : 1))
  const outcome = await crew.examine(program === undefined ? jobs : jobs.map((job) => ({ ...job, program })))
  const { recordings, operations, states, points, sampled } = outcome
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  table.push({ what: `${kind}, ${medium}`, recordings, operations, states, points, sampled, seconds })
  expect(outcome.failures).toEqual([])
  return outcome
}

describe.each(mediumNames.map((medium) => ({ medium })))('where $medium', ({ medium }) => {
  it('no crash of an operation makes a frame owned twice or loses more than the operation', async () => {
    const { states, points } = await examined('operations', medium)
    // Where caches survive, there is one state at each point; elsewhere there are choices.
    expect(states).toBeGreaterThan((medium === 'caches survive' ? 0.9 : 2) * points)
  })

  it('no crash of one worker, while another is stopped at any step, costs the other one anything', async () => {
    const { recordings, states } = await examined('meetings', medium)
    expect(recordings).toBeGreaterThan(2000)
    expect(states).toBeGreaterThan(recordings * 5)
  })
})

describe.each(['lines are flushed', 'pages are written'] as const)('opening where %s', (medium) => {
  it('what the recovery after a crash decided stays so when the power fails again', async () => {
    const { states } = await examined('reopenings', medium)
    expect(states).toBeGreaterThan(5000)
  })

  it('a first opening that is cut off leaves no allocator, or a whole one', async () => {
    const { states } = await examined('first opening', medium)
    expect(states).toBeGreaterThan(1000)
  })
})

describe.runIf(kinds.some((kind) => kind !== 'sab'))('compiled recovery', () => {
  it('makes the same bytes of what crashes leave', async () => {
    const jobs = jobsOf('operations', 'lines are flushed', 1, 64).map((job) => ({ ...job, sampleEvery: 60 }))
    const { samples } = await crew.examine(jobs)
    expect(samples.length).toBeGreaterThan(100)
    for (const alike of Map.groupBy(samples, ({ frames }) => frames).values()) {
      const [{ frames, slots, treeHugeFrames }] = alike
      const options = { memory: await memoryFor({ frames, slots }), frames, slots, treeHugeFrames }
      const words = wordsOf(await LLFree.open({ backend: backends.sab, ...options }))
      const from = words[L.headerLocalsAt]
      for (const [kind, sample] of kinds.flatMap((kind) => alike.map((sample) => [kind, sample] as const))) {
        words.set(sample.left)
        await LLFree.open({ backend: backends[kind], ...options, initial: 'recover' })
        expect(words.slice(from, sample.left.length), kind).toEqual(sample.recovered.subarray(from))
      }
    }
  })
})

describe.runIf(canTest(compiledCore))('the C core', () => {
  let folder = ''
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'parperos-power-failure-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('flushes and fences as TypeScript does, and no crash of it makes a frame owned twice', async () => {
    const program = buildProgram(folder)
    for (const medium of ['lines are flushed and can be torn', 'pages are written'] as const) {
      const { states } = await examined('compiled operations', medium, program)
      expect(states).toBeGreaterThan(10_000)
    }
  })

  it('is found to be wrong without its fences', async () => {
    const program = buildProgram(folder, ['WITHOUT_FENCES'])
    const [job] = jobsOf('compiled operations', 'lines are flushed and can be torn', 1, 16, 'two gets')
    const { failures } = await crew.examine([{ ...job, program }])
    expect(failures[0]).toMatch(/is free, but somebody owns it/)
  })
})

describe.concurrent('planted errors are found', () => {
  it.each(plantedErrors)('$name', async ({ found: [kind, medium, subject], mutants }) => {
    await using planted = new Crew(1, mutants)
    const { failures } = await planted.examine(jobsOf(kind, medium, 1, 64, subject))
    expect(failures.length).toBeGreaterThan(0)
  })
})

afterAll(async () => {
  await crew[Symbol.asyncDispose]()
  const states = table.reduce((sum, row) => sum + Number(row.states), 0)
  console.log(`${states} crash states were recovered and checked`)
  console.table(table)
})
