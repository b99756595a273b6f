// A thread that does jobs one after the other. It runs with the hooks of @parperos/observe, so that what it loads is
// observed, and has the planted errors in it that it was started with.
import { unplanted } from '@parperos/observe'
import { parentPort } from 'node:worker_threads'
import { runCompiled } from './compiled.ts'
import type { Job } from './jobs.ts'
import { meetings } from './meetings.ts'
import { operations } from './operations.ts'
import type { Outcome } from './outcome.ts'
import { runFirstOpening, runReopenings } from './reopening.ts'
import { run, type Scenario } from './scenario.ts'

export type Answer = { outcome: Outcome; unplanted: number } | { failed: string }

const scenarios = new Map<string, Scenario>([...operations, ...meetings].map((scenario) => [scenario.name, scenario]))

function scenarioOf({ subject }: Job): Scenario {
  const scenario = scenarios.get(subject)
  if (!scenario) throw new Error(`there is no scenario ${subject}`)
  return scenario
}

async function outcomeOf(job: Job): Promise<Outcome> {
  switch (job.kind) {
    case 'operations':
    case 'meetings':
      return run(scenarioOf(job), job)
    case 'reopenings':
      return await runReopenings(scenarioOf(job), job)
    case 'first opening':
      return await runFirstOpening(job.subject === 'free' ? 'free' : 'allocated', job)
    case 'compiled operations':
      return runCompiled(scenarioOf(job), job, job.program ?? '')
  }
}

/** How a person gets the same failure once more. */
const again = ({ program: _program, ...job }: Job): string =>
  `again: node packages/llfree/test/power-failure/replay.ts '${JSON.stringify(job)}'`

async function answerTo(job: Job): Promise<Answer> {
  try {
    const outcome = await outcomeOf(job)
    const failures = outcome.failures.map((failure) => `${failure}\n${again(job)}`)
    return { outcome: { ...outcome, failures }, unplanted: unplanted().length }
  } catch (error) {
    return { failed: `${job.subject}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }
  }
}

parentPort?.on('message', (job: Job) => {
  void answerTo(job).then((answer) => parentPort?.postMessage(answer))
})
