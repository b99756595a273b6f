// ExMap beside what a program does without it: pages that get frames and lose them, random reads of a file, and looking a
// page up where the page table is software.
import type { BackendKind } from '@parperos/alloc-api'
import { workersText } from '../report/format.ts'
import {
  RUN_PAGES,
  type AddressInput,
  type PagesInput,
  type ReadSeries,
  type ReadsInput,
  type ReadsOutcome,
} from './exmap-cases.ts'
import { lookHere, type Here } from './exmap-here.ts'
import { addressWork, fioWork, pagesWork, readsWork } from './exmap-outcome.ts'
import type { Samples } from './llfree-outcome.ts'
import type { Measurement, Plan, Settings, Suite } from './suite.ts'

const FILE_BYTES = { quick: 2 ** 28, normal: 2 ** 30 }

/** As many requests at the same time on both sides. */
const DIRECT: ReadSeries[] = [
  { way: 'table', depth: 64, batch: 1024 },
  { way: 'move', depth: 64, batch: 1024 },
  { way: 'move', depth: 128, batch: 1024 },
]
const CACHED: ReadSeries[] = [
  { way: 'move', depth: 128, batch: 1024 },
  { way: 'table', depth: 128, batch: 1024 },
]

export const exmap: Suite = {
  name: 'exmap',
  about: 'pages that get and lose frames, random reads of a file, page lookup; beside the same in C without page areas',
  main: false,
  takesDirectory: false,
  async plan(settings) {
    const here = settings.backends.includes('native') && isRunnable(settings, 'native') ? await lookHere() : null
    return {
      measurements: [...(here ? nativePages(here, settings) : []), ...alone(here, settings)],
      notes: here ? notesOf(here) : [],
    }
  },
}

const isRunnable = ({ runnable }: Settings, kind: BackendKind): boolean =>
  runnable.some(({ allocator, backend }) => allocator === 'llfree' && backend === kind)

function nativePages({ move, processMadvise }: Here, settings: Settings): Measurement[] {
  if (move !== null) return []
  const measured = (name: PagesInput['case'], hugePages: boolean): Measurement[] =>
    settings.workers.map((workers) => pages({ case: name, backend: 'native', hugePages }, workers, settings))
  return [
    ...measured('contiguous', false),
    ...measured('contiguous', true),
    ...(processMadvise === null ? measured('scattered', false) : []),
  ]
}

/** What is measured with one worker only. */
function alone(here: Here | null, settings: Settings): Measurement[] {
  if (!settings.workers.includes(1)) return []
  const runnable = settings.backends.filter((backend) => isRunnable(settings, backend))
  const canRead = here !== null && here.ring === null
  const possible = (series: ReadSeries[]): ReadSeries[] =>
    series.filter(({ way }) => way !== 'move' || here?.move === null)
  const [direct, cached] = [possible(DIRECT), possible(CACHED)]
  return [
    ...runnable.map((backend) => pages({ case: 'accounting', backend, hugePages: false }, 1, settings)),
    ...(canRead && here.direct === null && direct.length > 0 ? [reads(true, direct, settings)] : []),
    ...(canRead ? [reads(false, cached, settings)] : []),
    ...(runnable.includes('sab') ? [address(settings)] : []),
  ]
}

function pages(
  choice: Pick<PagesInput, 'case' | 'backend' | 'hugePages'>,
  workers: number,
  { timeMs, rounds, seed }: Settings,
): Measurement {
  const input: PagesInput = { ...choice, timeMs, rounds, seed }
  const huge = choice.hugePages ? '  huge pages' : ''
  return {
    cell: { job: 'exmap-pages', label: `${choice.case}  exmap  ${choice.backend}${huge}  ${workersText(workers)}`, workers, input },
    record(outcome, records) {
      records.pageWork = [...(records.pageWork ?? []), ...pagesWork(choice, workers, outcome as Samples)]
    },
  }
}

function reads(direct: boolean, series: ReadSeries[], { quick, timeMs, rounds, seed }: Settings): Measurement {
  const fileBytes = FILE_BYTES[quick ? 'quick' : 'normal']
  const input: ReadsInput = { direct, fileBytes, series, timeMs, rounds, seed }
  const name = direct ? 'read-direct' : 'read-cached'
  return {
    cell: { job: 'exmap-reads', label: `${name}  exmap  native  ${workersText(1)}`, workers: 1, input },
    record(outcome, records) {
      const { samples, fio } = outcome as ReadsOutcome
      const works = series.flatMap((one, i) => readsWork(name, one, samples[i]))
      const said = fio && 'version' in fio ? [fioWork(series[0], fio.version, fio.readsPerSecond)] : []
      records.pageWork = [...(records.pageWork ?? []), ...works, ...said]
      // What was measured counts all the same.
      if (fio && 'problem' in fio) throw new Error(`fio: ${fio.problem}`)
    },
  }
}

function address({ timeMs, rounds, seed }: Settings): Measurement {
  const input: AddressInput = { timeMs, rounds, seed }
  return {
    cell: { job: 'exmap-address', label: `address  exmap  sab  ${workersText(1)}`, workers: 1, input },
    record(outcome, records) {
      records.pageWork = [...(records.pageWork ?? []), ...addressWork(outcome as Samples)]
    },
  }
}

function notesOf({ move, processMadvise, ring, direct }: Here): Plan['notes'] {
  const refused: [string, string | null][] = [
    ["pages in the way 'move'", move],
    [`batches of ${RUN_PAGES} scattered pages`, processMadvise],
    ['reads through io_uring', ring],
    ['reads past the page cache', direct],
  ]
  return refused.flatMap(([what, why]) => (why === null ? [] : [`ExMap: ${what} cannot be measured here: ${why}`]))
}
