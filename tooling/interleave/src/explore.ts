// One exploration, inside the pilot: first without preemptions, then with one, two, … up to the bound, so that the first
// failure is one of the simplest; or so many random schedules. What fails is shrunk and described.
import { DOES_NOT_FIT } from './control.ts'
import { depthFirst } from './depth-first.ts'
import { stretchLines, stepLines } from './describe.ts'
import { randomly } from './random.ts'
import { planOf, preemptionsOf } from './run.ts'
import { Stuck, type FailureKind, type Outcome, type Runner } from './runner.ts'
import { requireDeterministic } from './same.ts'
import { parseSchedule, printSchedule } from './schedule.ts'
import { printedPlan, shrink } from './shrink.ts'

/** The bounds when the caller names none. */
const PREEMPTIONS = 2
const RANDOM_PREEMPTIONS = 4

export interface ExploreOptions {
  /** How many preemptions a schedule may have (default 2); Infinity for all schedules. */
  preemptions?: number
  /** Leave out schedules that would do the same as another one. Default true; without it they are counted. */
  reduction?: boolean
  /** Instead: so many random schedules, drawn from `seed` (default 1), with up to `preemptions` (default 4) changes. */
  random?: number
  seed?: number
  /**
   * Ends the exploration after so many different failures (default 1), schedules or seconds. Failures differ when their
   * messages do.
   */
  failures?: number
  schedules?: number
  seconds?: number
}

export interface Failure {
  kind: FailureKind
  /** What `check` or the worker threw, or who waits for what. */
  message: string
  /** One line from which the failure is replayed. */
  schedule: string
  preemptions: number
  steps: number
  /** All of this for people; the schedule with a line for each stretch. */
  text: string
}

export interface Exploration {
  /** How many schedules were run. */
  schedules: number
  /** How many steps they had. */
  steps: number
  failures: Failure[]
  /** Whether every schedule within the bound was covered (never true for random ones). */
  exhausted: boolean
  /**
   * Every schedule with at most so many preemptions was covered: the bound; less when it ended early (−1: not even those
   * without any); Infinity when there are none with more.
   */
  covered: number
  seconds: number
}

export interface Replay {
  failure: Failure | null
  /** Every step, a line for each: who, what, where. */
  steps: string[]
}

export function exploreWith(runner: Runner, options: ExploreOptions): Exploration {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const failures = new Map<string, Outcome>()
  const { failures: mostFailures = 1, schedules: mostSchedules = Infinity, seconds: mostSeconds = Infinity } = options
  const before = runner.steps
  let schedules = 0
  const onRun = (outcome: Outcome): boolean => {
    schedules++
    keep(failures, outcome)
    return failures.size < mostFailures && schedules < mostSchedules && seconds() < mostSeconds
  }
  const covered = search(runner, options, onRun, failures)
  const steps = runner.steps - before
  const described = [...failures.values()].map((outcome) => simplest(runner, outcome, mostFailures > 1))
  const exhausted = covered >= (options.preemptions ?? PREEMPTIONS)
  return { schedules, steps, failures: described, exhausted, covered, seconds: seconds() }
}

/** Keeps the first of the failures that say the same. */
function keep(failures: Map<string, Outcome>, outcome: Outcome): void {
  if (!outcome.failure) return
  const key = `${outcome.failure.kind}: ${outcome.failure.message}`
  if (!failures.has(key)) failures.set(key, outcome)
}

/** Makes the runs; the bound up to which every schedule was covered. */
function search(
  runner: Runner,
  options: ExploreOptions,
  onRun: (outcome: Outcome) => boolean,
  failures: Map<string, Outcome>,
): number {
  try {
    requireDeterministic(runner)
    return options.random === undefined ? deeperAndDeeper(runner, options, onRun) : atRandom(runner, options, onRun)
  } catch (error) {
    if (!(error instanceof Stuck)) throw error
    keep(failures, error.outcome)
    return NONE
  }
}

const NONE = -1

function deeperAndDeeper(
  runner: Runner,
  { preemptions = PREEMPTIONS, reduction = true }: ExploreOptions,
  onRun: (outcome: Outcome) => boolean,
): number {
  let covered = NONE
  for (let bound = preemptions === Infinity ? Infinity : 0; bound <= preemptions; bound++) {
    const { completed, bounded } = depthFirst(runner, bound, { reduction, onRun })
    if (!completed) return covered
    if (!bounded) return Infinity
    covered = bound
  }
  return covered
}

function atRandom(
  runner: Runner,
  { random: schedules = 0, seed = 1, preemptions = RANDOM_PREEMPTIONS }: ExploreOptions,
  onRun: (outcome: Outcome) => boolean,
): number {
  randomly(runner, { schedules, seed, preemptions, onRun })
  return NONE
}

/** The failure in its simplest form, with the places of its steps. */
function simplest(runner: Runner, outcome: Outcome, exactly: boolean): Failure {
  if (outcome.failure?.kind === 'stuck') return failureOf(runner, outcome)
  const shrunk = shrink(runner, outcome, exactly)
  return failureOf(runner, runner.execute({ plan: planOf(shrunk.run), places: true }))
}

function failureOf(runner: Runner, outcome: Outcome): Failure {
  const { run, failure } = outcome
  if (!failure) throw new Error('the scenario is not deterministic: the same schedule failed once and then did not')
  const schedule = printSchedule(failure.kind === 'stuck' ? planOf(run) : printedPlan(runner, outcome))
  const preemptions = preemptionsOf(run)
  const size = `${counted(preemptions, 'preemption')}, ${counted(run.steps, 'step')}`
  const lines = [`${failure.kind}: ${failure.message}`, `schedule '${schedule}' (${size})`]
  const text = [...lines, ...stretchLines(runner, outcome).map((line) => `  ${line}`)].join('\n')
  return { ...failure, schedule, preemptions, steps: run.steps, text }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** Runs one schedule again and tells all its steps. */
export function replayWith(runner: Runner, schedule: string): Replay {
  const outcome = runner.execute({ plan: parseSchedule(schedule, runner.workers), places: true })
  requireFit(outcome, schedule)
  return { failure: outcome.failure ? failureOf(runner, outcome) : null, steps: stepLines(runner, outcome) }
}

function requireFit({ run }: Outcome, schedule: string): void {
  if (run.abort !== DOES_NOT_FIT) return
  const at = run.stretches.length
  throw new Error(
    `the schedule '${schedule}' does not fit this scenario: its part ${at} for worker ${run.misfit} cannot be done after ` +
      `${counted(run.steps, 'step')}. Was the code changed since it was printed?`,
  )
}
