// The schedule explorer as it is measured: that schedules are run and counted, and that what it finds is an error.
import { describe, expect, test } from 'vitest'
import { explorationFigures } from '../src/figures.ts'
import { Barrier, newBarrierWords } from '../src/measure/barrier.ts'
import { job } from '../src/suites/exploration-job.ts'
import { explorations, type ExplorationInput } from '../src/suites/exploration.ts'
import type { Records, Settings } from '../src/suites/suite.ts'
import { explorationWith } from './results.ts'

const seat = { barrier: new Barrier(newBarrierWords(), 0, 1), worker: 0, workers: 1 }
const settings: Settings = {
  quick: true,
  timeMs: 1,
  rounds: 2,
  seed: 1,
  workers: [1, 2],
  backends: ['sab', 'wasm'],
  dir: undefined,
  cwd: '.',
  runnable: [],
}

describe('the explorer', () => {
  test('runs schedules of two gets in every round and says how many', async () => {
    const [{ cell }] = explorations(settings)
    const made = await job.work(null, cell.input as ExplorationInput, seat)
    expect(made).toHaveLength(2)
    for (const { schedules, steps, seconds } of made) {
      expect(schedules).toBeGreaterThan(1)
      // Each schedule has at least one step of each worker.
      expect(steps).toBeGreaterThan(2 * schedules)
      expect(seconds).toBeGreaterThan(0)
    }
  })

  test('finds an error that is there, and that is one of the run', async () => {
    const scenario = new URL('fixtures/lost-update.ts', import.meta.url).href
    const measured = job.work(null, { scenario, timeMs: 1, rounds: 1 }, seat)
    await expect(measured).rejects.toThrow(/^schedule .+: two increments came to 1$/)
  })
})

describe('the plan', () => {
  test('has one cell, unless TypeScript or two workers are not to be measured', () => {
    const labels = explorations(settings).map(({ cell }) => cell.label)
    expect(labels).toEqual(['explorer  a pair of order-0 gets  2 workers'])
    expect(explorations({ ...settings, backends: ['wasm', 'native'] })).toEqual([])
    expect(explorations({ ...settings, workers: [1] })).toEqual([])
  })

  test('records what all rounds came to, and the median of their speeds', () => {
    const records: Records = { results: [] }
    const round = (schedules: number) => ({ schedules, steps: 40 * schedules, seconds: 0.1 })
    explorations(settings)[0].record([round(10), round(40), round(30)], records)
    expect(records.exploration).toMatchObject({
      scenario: 'a pair of order-0 gets',
      workers: 2,
      schedules: 80,
      stepsPerSchedule: 40,
      rounds: 3,
    })
    expect(records.exploration?.schedulesPerMinute.median).toBeCloseTo(18_000)
  })
})

describe('the figure', () => {
  test('counts schedules a minute, and more is better', () => {
    expect(explorationFigures(explorationWith(25_000))).toEqual([
      {
        id: 'explorer-schedules-per-minute',
        title: 'schedules a minute for a pair of order-0 gets',
        value: 25_000,
        goal: 20_000,
        better: 'higher',
        met: true,
      },
    ])
    expect(explorationFigures(explorationWith(19_999))).toMatchObject([{ met: false }])
  })

  test('is absent where nothing was explored', () => {
    expect(explorationFigures(undefined)).toEqual([])
  })
})
