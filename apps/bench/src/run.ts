// One run: plans of all suites first (bad input ends it before anything is measured), then cell after cell, each alone
// on the machine, then the report. A cell that fails is named in the report and does not stop the others.
import { explorationFigures, figuresOf, isDisturbed } from './figures.ts'
import { lookAtLoad, machineFacts } from './machine.ts'
import type { Cell, CellReply } from './measure/job.ts'
import { refusalOf } from './misuse.ts'
import { pageFigures } from './page-figures.ts'
import { reportSchema, SCHEMA_VERSION, type Report } from './report/schema.ts'
import { storeFigures } from './store-figures.ts'
import type { Measurement, Plan, Records, Settings, Suite } from './suites/suite.ts'

export interface RunContext {
  command: string
  commit: string | null
  skipped: Report['skipped']
  measure: (cell: Cell) => Promise<CellReply>
  /** Called before each cell. */
  onCell: (cell: Cell, index: number, count: number) => void
  /** Called with the load that was found before the first cell. */
  onLoad: (load: Report['machine']['loadStart']) => void
}

export const plansOf = (suites: readonly Suite[], settings: Settings): Promise<Plan[]> =>
  Promise.all(suites.map((suite) => suite.plan(settings)))

export async function run(plans: readonly Plan[], settings: Settings, context: RunContext): Promise<Report> {
  const startedAt = new Date()
  const loadStart = await lookAtLoad()
  context.onLoad(loadStart)
  const measurements = plans.flatMap((plan) => plan.measurements)
  const { records, failures } = await measureAll(measurements, context)
  const loadEnd = await lookAtLoad()
  const facts = machineFacts()
  return reportSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    command: context.command,
    parameters: parametersOf(settings),
    machine: { ...facts, loadStart, loadEnd },
    commit: context.commit,
    startedAt: startedAt.toISOString(),
    durationSeconds: (Date.now() - startedAt.getTime()) / 1000,
    ...records,
    figures: [
      ...figuresOf(records.results, facts.cores),
      ...explorationFigures(records.exploration),
      ...pageFigures(records.pageWork),
      ...storeFigures(records.keyValue),
    ],
    notes: [...plans.flatMap(({ notes }) => notes), ...(records.notes ?? []), ...disturbanceNote(records)],
    skipped: context.skipped,
    failures,
  } satisfies Report)
}

async function measureAll(
  measurements: readonly Measurement[],
  { measure, onCell }: Pick<RunContext, 'measure' | 'onCell'>,
): Promise<{ records: Records; failures: Report['failures'] }> {
  const records: Records = { results: [] }
  const failures: Report['failures'] = []
  for (const [index, measurement] of measurements.entries()) {
    const { cell } = measurement
    onCell(cell, index, measurements.length)
    const reply = await measure(cell)
    const message = 'error' in reply ? reply.error : refusalOf(() => measurement.record(reply.outcome, records))
    if (message !== null) failures.push({ cell: cell.label, message })
  }
  return { records, failures }
}

function disturbanceNote({ results, pageWork = [], keyValue }: Records): string[] {
  // Where waiting for a disk is part of the work, nobody can tell.
  const works = [...pageWork, ...(keyValue?.works ?? [])].map(({ disturbedRounds, rounds }) => ({
    disturbedRounds: disturbedRounds ?? 0,
    rounds,
  }))
  const all = [...results, ...works]
  const count = all.filter(isDisturbed).length
  if (count === 0) return []
  return [
    `During ${count} of ${all.length} measurements something else took CPUs away from the workers: on a quiet ` +
      'machine these results are better, those of several workers above all.',
  ]
}

const parametersOf = ({ quick, timeMs, rounds, seed, workers, backends, dir }: Settings): Report['parameters'] => ({
  quick,
  timeMs,
  rounds,
  seed,
  workers,
  backends,
  dir: dir ?? null,
})
