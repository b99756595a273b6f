// Inside the cell that measures the schedule explorer. Each round begins anew with the first schedule and ends when its
// time is over, so that all rounds do the same work.
import { Explorer } from '@parperos/interleave'
import type { Job } from '../measure/job.ts'
import type { ExplorationInput, ExplorationRound } from './exploration.ts'

/** Compiling takes its time in three threads. */
const WARM_UP_MS = 500
/** A round has some hundred schedules at least. */
const ROUND_MS = 100

export const job: Job<ExplorationInput, null, ExplorationRound[], ExplorationRound[]> = {
  open: async () => null,

  async work(_shared, { scenario, timeMs, rounds }) {
    await using explorer = new Explorer()
    const explore = async (ms: number): Promise<ExplorationRound> => {
      const options = { preemptions: Infinity, seconds: ms / 1000 }
      const { schedules, steps, seconds, failures } = await explorer.explore(scenario, options)
      for (const { message, schedule } of failures) throw new Error(`schedule ${schedule}: ${message}`)
      return { schedules, steps, seconds }
    }
    await explore(WARM_UP_MS)
    const made: ExplorationRound[] = []
    while (made.length < rounds) made.push(await explore(Math.max(ROUND_MS, timeMs)))
    return made
  },

  close: async (_shared, _input, [made]) => made,
}
