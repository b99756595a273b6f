// All crash states of a trace. The power can fail between any two events; what the media can hold there is, for each
// unit with stores in doubt, any number of them. Going through the events, only two kinds bring states that were not
// there before: a store (those in which it arrived; its unit is fixed at its newest value), and a note (all of them
// again, since what is expected of them has changed). Flushes and fences only take states away.
//
// The states of one such point are counted before they are made: up to `limit` they are all given, beyond it `limit` of
// them. Those are, first, the corners (all that is in doubt arrived; none; all but one unit; only one unit), which is
// where a missing flush shows, and then states drawn with the seed. What was given since the last note is not given
// again.
import { CrashState, doubtsOf, pointOf, type Doubt } from './crash-state.ts'
import { keyOf, together, type Fingerprint } from './fingerprint.ts'
import { Frontier, type MemoryModel, type Unit } from './frontier.ts'
import { Random } from './random.ts'
import type { Trace } from './trace.ts'

export interface CrashOptions extends Partial<MemoryModel> {
  /** The most states of one point that are given all; of more, this many are sampled. Default 4096. */
  limit?: number
  /** Decides which are sampled, and what volatile words hold. Default 1. */
  seed?: number
  /** Only failures after this many events: what comes before has been looked at. Default 0. */
  from?: number
}

/** What was given of what there is. */
export interface Coverage {
  /** Points of the trace at which states were looked for. */
  points: number
  /** Of these, how many had too many states for all to be given. */
  sampled: number
  /** How many states there were at all points: different choices, which can be the same words. */
  reachable: number
  /** How many different states were given. */
  states: number
}

const NO_COVERAGE: Coverage = { points: 0, sampled: 0, reachable: 0, states: 0 }

/** The states, and the coverage so far of the last time that they were gone through. */
export interface CrashStates<Note> extends Iterable<CrashState<Note>> {
  readonly coverage: Coverage
}

/** Everything that the media can hold when the power fails at any point of `trace`. */
export function crashStates<Note>(trace: Trace<Note>, options: CrashOptions = {}): CrashStates<Note> {
  const coverage = { ...NO_COVERAGE }
  const settings = checked(options)
  return { coverage, [Symbol.iterator]: () => enumerate(trace, settings, coverage) }
}

interface Settings {
  model: MemoryModel
  limit: number
  seed: number
  from: number
}

function checked(options: CrashOptions): Settings {
  const { granularity = 64, reorder = 'lines', volatile = [], limit = 4096, seed = 1, from = 0 } = options
  const isPower = Number.isInteger(granularity) && granularity >= 64 && Number.isInteger(Math.log2(granularity))
  if (!isPower) throw new RangeError(`granularity is a power of two from 64 on, in bytes, got ${granularity}`)
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`limit is a whole number from 1 on, got ${limit}`)
  if (!Number.isInteger(seed) || seed < 0) throw new RangeError(`seed is a whole number from 0 on, got ${seed}`)
  if (!Number.isInteger(from) || from < 0) throw new RangeError(`from is a whole number from 0 on, got ${from}`)
  return { model: { granularity, reorder, volatile }, limit, seed, from }
}

function* enumerate<Note>(
  trace: Trace<Note>,
  { model, limit, seed, from }: Settings,
  coverage: Coverage,
): Generator<CrashState<Note>, undefined> {
  const frontier = new Frontier(trace, model)
  const random = new Random(seed)
  let given = new Set<number>()
  Object.assign(coverage, NO_COVERAGE)
  while (frontier.point < Math.min(from, trace.events.length)) frontier.advance()
  for (let isFirst = true; isFirst || frontier.point < trace.events.length; isFirst = false) {
    const event = isFirst ? null : trace.events[frontier.point]
    const stored = event && frontier.advance()
    if (event && event.type !== 'note' && !stored) continue
    if (!stored) given = new Set()
    const choices = Array.from(choicesOf(frontier, stored))
    const count = choices.reduce((product, { counts }) => product * counts.length, 1)
    coverage.points++
    coverage.reachable += count
    if (count > limit) coverage.sampled++
    const picks = count > limit ? sample(choices, limit, random) : all(choices)
    // Made when the first new state is found: often there is none.
    let point: ReturnType<typeof pointOf<Note>> | null = null
    for (const picked of picks) {
      const key = keyOf(fingerprintOf(frontier.fingerprint, choices, picked))
      if (given.has(key)) continue
      given.add(key)
      point ??= pointOf(frontier)
      coverage.states++
      const doubts = choices.map(({ doubt, counts }, i) => ({ ...doubt, arrived: counts[picked[i]] }))
      yield new CrashState(point, doubts, seed + coverage.states)
    }
  }
}

/** A unit in doubt, and the numbers of stores that can have arrived: one for each different content of the unit. */
interface Choice {
  doubt: Doubt
  counts: number[]
}

/** The last of the counts is always everything. */
function* choicesOf(frontier: Frontier<unknown>, fixed: Unit | null): Generator<Choice> {
  for (const doubt of doubtsOf(frontier)) {
    const { unit, certain, stores } = doubt
    if (unit.volatile) continue
    const counts: number[] = []
    const seen = new Set<number>()
    for (let arrived = stores; arrived >= certain; arrived--) {
      const key = keyOf(unit.fingerprints[arrived])
      if (seen.has(key)) continue
      seen.add(key)
      counts.unshift(arrived)
      if (unit === fixed) break
    }
    if (counts.length > 1 || counts[0] !== certain) yield { doubt, counts }
  }
}

function fingerprintOf(certain: Fingerprint, choices: readonly Choice[], picked: readonly number[]): Fingerprint {
  return choices.reduce((sum, { doubt, counts }, i) => {
    const { fingerprints } = doubt.unit
    return together(sum, together(fingerprints[doubt.certain], fingerprints[counts[picked[i]]]))
  }, certain)
}

/** Every combination, by counting in a number system whose digits are the choices. */
function* all(choices: readonly Choice[]): Generator<readonly number[]> {
  const picked = choices.map(({ counts }) => counts.length - 1)
  for (;;) {
    yield picked
    let digit = 0
    while (digit < choices.length && picked[digit] === 0) picked[digit] = choices[digit++].counts.length - 1
    if (digit === choices.length) return
    picked[digit]--
  }
}

/**
 * `limit` combinations: the corners, then drawn ones, of which units that are entirely there or not at all are many.
 */
function* sample(choices: readonly Choice[], limit: number, random: Random): Generator<readonly number[]> {
  const everything = choices.map(({ counts }) => counts.length - 1)
  const nothing = choices.map(() => 0)
  let left = limit
  for (const corner of [everything, nothing]) if (left-- > 0) yield corner
  for (let i = 0; i < choices.length && left >= 2; i++, left -= 2) {
    yield everything.with(i, 0)
    yield nothing.with(i, everything[i])
  }
  for (; left > 0; left--) {
    yield choices.map(({ counts }) => {
      const kind = random.below(3)
      return kind === 0 ? 0 : kind === 1 ? counts.length - 1 : random.below(counts.length)
    })
  }
}
