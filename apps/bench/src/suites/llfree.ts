// The LLFree paper's measurements for LLFree, the buddy allocator and a peer from npm; recovery; and the schedule
// explorer: all cells that there are.
import type { BackendKind } from '@parperos/alloc-api'
import { workersText } from '../report/format.ts'
import { explorations } from './exploration.ts'
import {
  CASES,
  framesPerWorker,
  PEER,
  PEER_FRAMES,
  PHASES,
  type Case,
  type Driver,
  type LLFreeInput,
  type Series,
} from './llfree-cases.ts'
import { resultOf, type Outcome } from './llfree-outcome.ts'
import { recoveries } from './recovery.ts'
import type { Measurement, Settings, Suite } from './suite.ts'

type Choice = Pick<LLFreeInput, 'case' | 'implementation' | 'backend' | 'series'>

export const llfree: Suite = {
  name: 'llfree',
  about: "the LLFree paper's bulk, repeat and random measurements, batches, recovery, schedules; LLFree, buddy, a peer",
  main: true,
  takesDirectory: false,
  plan: async (settings) => ({
    measurements: [
      ...choices(settings).flatMap((choice) =>
        settings.workers
          .filter((workers) => choice.implementation !== PEER || workers === 1)
          .map((workers) => measurement(choice, workers, settings)),
      ),
      ...(await recoveries(settings)),
      ...explorations(settings),
    ],
    notes: [
      ...(settings.backends.includes('sab') ? [PEER_NOTE] : []),
      ...(settings.workers.some((workers) => workers > MOST_WORKERS_INSIDE) ? [INSIDE_NOTE] : []),
    ],
  }),
}

const PEER_NOTE =
  '@thi.ng/malloc is a general-purpose allocator for one thread: blocks of any size with 8-byte headers, not aligned ' +
  `to pages, in lists that it searches from the front. It runs in a memory of ${PEER_FRAMES} frames, where the others ` +
  'have far more, and only in the cases that it can do.'

/** Each worker inside a C core has a Region for its list, and a memory's directory has room for 63 Regions. */
const MOST_WORKERS_INSIDE = 56

const INSIDE_NOTE =
  `Loops inside of the C core were left out with more than ${MOST_WORKERS_INSIDE} workers: a memory has no room for so ` +
  'many lists.'

/** What is compared stands side by side, so that a disturbance of the machine meets both. */
function choices({ runnable, backends, quick }: Settings): Choice[] {
  return CASES.flatMap((name) => [
    ...backends.flatMap((backend) =>
      runnable
        .filter((one) => one.backend === backend)
        .map(({ allocator }) => ({
          case: name,
          implementation: allocator,
          backend,
          series: seriesOf(name, backend, quick),
        })),
    ),
    ...(name !== 'batch' && backends.includes('sab') ? [peerChoice(name)] : []),
  ])
}

const seriesOf = (name: Case, backend: BackendKind, quick: boolean): Series[] =>
  (name === 'batch' ? [0] : [0, 9]).flatMap((order) =>
    driversOf(name, backend).map((driver) => ({ driver, order, framesPerWorker: framesPerWorker(order, quick) })),
  )

/** A batch saves calls, and inside of the core there are none. */
const driversOf = (name: Case, backend: BackendKind): Driver[] =>
  backend === 'sab' || name === 'batch' ? ['js'] : ['js', 'inside']

/** Blocks of 4 KiB only: for larger ones it would need all of the memory that it hands out. */
const peerChoice = (name: Case): Choice => ({
  case: name,
  implementation: PEER,
  backend: 'sab',
  series: [{ driver: 'js', order: 0, framesPerWorker: PEER_FRAMES }],
})

function measurement(choice: Choice, workers: number, { timeMs, rounds, seed }: Settings): Measurement {
  const series = choice.series.filter(({ driver }) => driver === 'js' || workers <= MOST_WORKERS_INSIDE)
  const input: LLFreeInput = { ...choice, series, timeMs, rounds, seed }
  const label = `${choice.case}  ${choice.implementation}  ${choice.backend}  ${workersText(workers)}`
  return {
    cell: { job: 'llfree', label, workers, input },
    record(outcome, { results }) {
      const { implementation, backend } = choice
      for (const [index, brought] of (outcome as Outcome[]).entries()) {
        const { driver, order, framesPerWorker: frames } = series[index]
        for (const phase of PHASES[choice.case]) {
          const subject = { case: phase, implementation, backend, driver, order, workers, frames: frames * workers }
          results.push(resultOf(subject, brought))
        }
      }
    },
  }
}
