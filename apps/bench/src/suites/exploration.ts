// The schedule explorer, a part of the llfree suite: how many schedules of two order-0 gets it runs in a minute. It
// explores the TypeScript backend, whose accesses to shared words it can see; two workers take turns as it decides, and
// after each schedule everything is checked. What it finds wrong fails the run.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { spreadOf } from '../measure/statistics.ts'
import { workersText } from '../report/format.ts'
import type { Measurement, Settings } from './suite.ts'

export interface ExplorationInput {
  /** The scenario's URL. */
  scenario: string
  timeMs: number
  rounds: number
}

/** What one round brings back. */
export interface ExplorationRound {
  schedules: number
  steps: number
  seconds: number
}

/** One of the scenarios that LLFree's own tests explore; it has two workers. */
const SCENARIO = { file: 'test/interleave/scenarios.ts', name: 'getGet', title: 'a pair of order-0 gets', workers: 2 }

export function explorations({ backends, workers, timeMs, rounds }: Settings): Measurement[] {
  if (!backends.includes('sab') || !workers.includes(SCENARIO.workers)) return []
  const input: ExplorationInput = { scenario: scenarioUrl(), timeMs, rounds }
  const label = `explorer  ${SCENARIO.title}  ${workersText(SCENARIO.workers)}`
  return [
    {
      // A worker of the cell runs the explorer, which has threads of its own.
      cell: { job: 'exploration', label, workers: 1, input },
      record(outcome, records) {
        const made = outcome as ExplorationRound[]
        const sum = (of: (round: ExplorationRound) => number): number => made.reduce((all, one) => all + of(one), 0)
        const schedules = sum((round) => round.schedules)
        records.exploration = {
          scenario: SCENARIO.title,
          workers: SCENARIO.workers,
          schedules,
          stepsPerSchedule: sum((round) => round.steps) / schedules,
          schedulesPerMinute: spreadOf(made.map((round) => (round.schedules * 60) / round.seconds)),
          rounds: made.length,
        }
      },
    },
  ]
}

function scenarioUrl(): string {
  const manifest = createRequire(import.meta.url).resolve('@parperos/llfree/package.json')
  return new URL(`${SCENARIO.file}#${SCENARIO.name}`, pathToFileURL(manifest)).href
}
