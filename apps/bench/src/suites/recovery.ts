// Recovery, a part of the llfree suite: how long opening takes with `initial: 'recover'`, when 1 TiB of frames was left
// by earlier workers. Opening is one worker's work.
//
//   free   nothing is allocated
//   huge   every huge frame is one allocated block
//   busy   drawn by the seed: a quarter of the huge frames is free, a quarter is allocated as a whole, one half is used
//          in part; and each time a worker that had a reservation went away without closing
import type { BackendKind } from '@parperos/alloc-api'
import { allocators, type AllocatorName } from '../compose.ts'
import { workersText } from '../report/format.ts'
import { resultOf, type Outcome } from './llfree-outcome.ts'
import type { Measurement, Runnable, Settings } from './suite.ts'

const STATES = ['free', 'huge', 'busy'] as const

/** One cell: recovery of one state on one backend. */
export interface RecoveryInput {
  implementation: AllocatorName
  backend: BackendKind
  state: (typeof STATES)[number]
  frames: number
  timeMs: number
  rounds: number
  seed: number
}

/** 1 TiB. */
const FRAMES = 2 ** 28

/** What results are called. */
export const caseOf = (state: RecoveryInput['state']): string => `recovery-${state}`

/** For the allocators that can recover. */
export async function recoveries(settings: Settings): Promise<Measurement[]> {
  if (!settings.workers.includes(1)) return []
  const { runnable, backends } = settings
  const wanted = backends.flatMap((backend) => runnable.filter((one) => one.backend === backend))
  const able = await Promise.all(wanted.map(canRecover))
  const those = wanted.filter((_, i) => able[i])
  return STATES.flatMap((state) => those.map((one) => measurement(one, state, settings)))
}

const canRecover = async ({ allocator, backend }: Runnable): Promise<boolean> =>
  (await allocators[allocator].backends[backend]()).supports.recovery

function measurement(
  { allocator: implementation, backend }: Runnable,
  state: RecoveryInput['state'],
  { timeMs, rounds, seed }: Settings,
): Measurement {
  const input: RecoveryInput = { implementation, backend, state, frames: FRAMES, timeMs, rounds, seed }
  const workers = 1
  const label = `${caseOf(state)}  ${implementation}  ${backend}  ${workersText(workers)}`
  return {
    cell: { job: 'recovery', label, workers, input },
    record(outcome, { results }) {
      // Memory as a whole is recovered: order 0 says no more than that frames are what is counted.
      const subject = { implementation, backend, driver: 'js', order: 0, workers, frames: FRAMES } as const
      results.push(resultOf({ case: caseOf(state), ...subject }, outcome as Outcome))
    },
  }
}
