// Random schedules, for scenarios that are too large to go through: Burckhardt et al., "A Randomized Scheduler with
// Probabilistic Guarantees of Finding Bugs" (ASPLOS 2010). Workers get random priorities and the highest runs; at a few
// random positions the running worker falls behind all others. An error that needs d such orderings in k steps of n
// workers is met with probability of at least 1/(n·k^(d−1)) a run.
import { MOST_CHANGES } from './control.ts'
import type { Draw, Outcome, Runner } from './runner.ts'

/** A small seeded generator (mulberry32): numbers from 0 up to, not including, `below`. */
export function seeded(seed: number): (below: number) => number {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export interface RandomOptions {
  schedules: number
  seed: number
  /** At most so many changes of priority in a run. */
  preemptions: number
  onRun: (outcome: Outcome) => boolean
}

/** Makes that many runs; false when it was told to stop. */
export function randomly(runner: Runner, { schedules, seed, preemptions, onRun }: RandomOptions): boolean {
  const random = seeded(seed)
  // How long a run is: known after the first one, and kept as the longest of them.
  let length = 16
  for (let i = 0; i < schedules; i++) {
    const draw = drawn(random, runner.workers, length, Math.min(preemptions, MOST_CHANGES))
    const outcome = runner.execute({ plan: [], draw })
    length = Math.max(length, outcome.run.steps)
    if (!onRun(outcome)) return false
  }
  return true
}

function drawn(random: (below: number) => number, workers: number, length: number, most: number): Draw {
  const priorities = Array.from({ length: workers }, (_, worker) => worker + 1)
  for (let i = workers - 1; i > 0; i--) {
    const j = random(i + 1)
    ;[priorities[i], priorities[j]] = [priorities[j], priorities[i]]
  }
  const changes = Array.from({ length: random(most + 1) }, () => random(length))
  return { priorities, changes: changes.sort((one, other) => one - other) }
}
