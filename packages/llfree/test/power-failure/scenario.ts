// A scenario: what is prepared without being recorded, then what one worker does, and perhaps what another one does
// while the first is stopped, once at each of its steps (and a third one while both are stopped). Each of these runs is
// a recording, and all its crash states are examined.
import { examine, record, type ExamineOptions, type Recorder, type Trace } from '@parperos/power-failure'
import * as L from '../../src/layout.ts'
import type { Geometry } from '../../src/geometry.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import { RecoveryExaminer } from './examiner.ts'
import { Expectations } from './expectation.ts'
import { Hand, type Note } from './hand.ts'
import { noOutcome, plus, type Outcome } from './outcome.ts'
import { World, type Shape } from './world.ts'

export interface Scenario extends Shape {
  name: string
  /** Prepares the world, and returns what the workers then do. */
  prepare: (world: World) => Roles
}

export interface Roles {
  first: (hand: Hand) => void
  /** What another worker does at each step of the first. */
  second?: (hand: Hand) => void
  /** What a third one does at some step of the second. */
  third?: (hand: Hand) => void
}

/** How stores become durable. */
export interface Medium {
  name: string
  /** Whether the allocator flushes. */
  persists: boolean
  /** Whether its bit fields begin on a page of their own, so that no page has children and bits. */
  ownPage: boolean
  options: Pick<ExamineOptions, 'reorder' | 'granularity'>
}

export const media = {
  'caches survive': { persists: false, ownPage: false, options: { reorder: 'none' } },
  'lines are flushed': { persists: true, ownPage: false, options: { reorder: 'lines', granularity: 64 } },
  'lines are flushed and can be torn': {
    persists: true,
    ownPage: false,
    options: { reorder: 'words', granularity: 64 },
  },
  'pages are written': { persists: true, ownPage: true, options: { reorder: 'words', granularity: 4096 } },
} satisfies Record<string, Omit<Medium, 'name'>>

export type MediumName = keyof typeof media

export interface RunOptions {
  medium: MediumName
  seed: number
  limit: number
  /** Keep what recovery made of every so many states. */
  sampleEvery?: number
}

/** Runs a scenario and examines it; ends with the first failure. */
export function run(scenario: Scenario, options: RunOptions): Outcome {
  let sum = noOutcome()
  const seen = new Set<string>()
  for (let step = 0; ; step++) {
    const { interrupted, trace, world } = recorded(scenario, options, step)
    sum.recordings++
    // What is the same at all steps at which the first worker only reads is examined once.
    const changes = changesOf(trace, world.shape)
    if (!seen.has(changes)) {
      let outcome = examined(trace, world, options)
      // Once more, to know the places in the source.
      if (outcome.failures.length > 0) outcome = examined(recorded(scenario, options, step, true).trace, world, options)
      const where = `${scenario.name}, ${options.medium}, seed ${options.seed}, second worker at step ${step}`
      sum = plus(sum, { ...outcome, failures: outcome.failures.map((failure) => `${where}\n${failure}`) })
    }
    seen.add(changes)
    if (sum.failures.length > 0 || !interrupted) return sum
  }
}

/** What happened to the lower level, in one text. */
function changesOf({ events }: Trace<Note>, { childrenAt }: Geometry): string {
  const changes = events.map((event) => {
    switch (event.type) {
      case 'store':
        return event.index < childrenAt ? '' : `${event.worker}:${event.index}=${event.is}`
      case 'flush':
        return `${event.worker}:${event.index}+${event.count}`
      default:
        return `${event.worker}:${event.type}`
    }
  })
  return changes.join(' ')
}

/** One recording; whether the second worker had its turn. */
export function recorded(
  scenario: Scenario,
  { medium, seed }: RunOptions,
  step: number,
  sites = false,
): { interrupted: boolean; trace: Trace<Note>; world: World } {
  const world = new World(scenario, seed)
  const { first, second, third } = scenario.prepare(world)
  const stepOfSecond = world.random.below(30)
  const { persists, ownPage } = media[medium]
  const words = placed(world.words, ownPage ? world.shape.bitsAt : 0)
  let interrupted = false
  const trace = record<Note>(
    words,
    (observed, recorder) => {
      const handOf = (slot: number): Hand => {
        const area = new Area(observed, world.shape, slot, persists ? recorder : null)
        return new Hand(new SabCore(area), recorder, slot)
      }
      const [a, b, c] = [handOf(0), handOf(1), handOf(2)]
      interrupted = stopped(recorder, step, () => first(a), [
        b.slot,
        second && (() => stopped(recorder, stepOfSecond, () => second(b), [c.slot, third && (() => third(c))])),
      ])
    },
    { sites },
  )
  return { interrupted, trace, world }
}

/** Does what one worker does, and, before that step of it, what another one does; whether the other had its turn. */
function stopped(
  recorder: Recorder<Note>,
  step: number,
  deed: () => void,
  [other, itsDeed]: [other: number, itsDeed: (() => void) | undefined],
): boolean {
  const ended = itsDeed ? recorder.interrupt(step, other, itsDeed) : () => false
  deed()
  return ended()
}

/** Reservations, trees and what else only says where to look: recovery makes it anew. */
export const volatileWords = ({ localsAt, childrenAt }: Geometry): [number, number][] => [[localsAt, childrenAt]]

const PAGE_BYTES = 4096

/** A copy of words so placed in its memory that word `first` begins a page. */
function placed(words: Int32Array, first: number): Int32Array<SharedArrayBuffer> {
  const byteOffset = (PAGE_BYTES - ((first * 4) % PAGE_BYTES)) % PAGE_BYTES
  const copy = new Int32Array(new SharedArrayBuffer(byteOffset + words.byteLength), byteOffset, words.length)
  copy.set(words)
  return copy
}

export function examined(trace: Trace<Note>, { shape, blocks }: World, options: RunOptions): Outcome {
  const { medium, seed, limit, sampleEvery } = options
  const expectations = new Expectations(trace, shape, blocks)
  const examiner = new RecoveryExaminer(shape, expectations, sampleEvery)
  const second = trace.events.findIndex(({ worker }) => worker !== 0)
  const { states, points, sampled, failures } = examine(trace, examiner, {
    ...media[medium].options,
    ...{ volatile: volatileWords(shape), limit, seed },
    // Up to there it is the same in all recordings; the one in which the first worker is alone has it too.
    from: Math.max(0, second),
    name: (index) => nameOf(shape, index),
  })
  const explained = failures.map(({ explanation }) => explanation)
  const { operations } = expectations
  return { recordings: 0, operations, states, points, sampled, failures: explained, samples: examiner.samples }
}

function nameOf(shape: Geometry, index: number): string {
  if (index >= shape.bitsAt) {
    const row = index - shape.bitsAt
    return `row ${row % L.rows} of huge frame ${Math.floor(row / L.rows)}`
  }
  if (index >= shape.childrenAt) {
    const child = (index - shape.childrenAt) * 2
    return `the counters of huge frames ${child} and ${child + 1}`
  }
  return index >= shape.treesAt ? `tree ${index - shape.treesAt}` : `word ${index} of the upper level`
}
