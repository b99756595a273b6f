// Opening under power failures: the first opening of a Region, and that after a crash, by the code that users call.
// Power fails at any point of it, or of what the first worker then does; then the allocator is opened once more. What
// the recovery after the first crash decided about the operation that had been in flight must stay decided.
import type { BackendKind, Memory } from '@parperos/alloc-api'
import type { Words } from '@parperos/observe'
import { crashStates, explain, recordAsync } from '@parperos/power-failure'
import type { CrashOptions, Recorder, Trace } from '@parperos/power-failure'
import type { CoreBackend } from '../../src/driver.ts'
import { geometry, type Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'
import { openAllocator } from '../../src/open.ts'
import type { PersistPolicy } from '../../src/persistence.ts'
import { Area } from '../../src/sab/area.ts'
import { peekChild } from '../../src/sab/child.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import { Blocks, type Block } from './blocks.ts'
import { RecoveryExaminer } from './examiner.ts'
import { Expectations, type Expectation } from './expectation.ts'
import { Hand, type Note } from './hand.ts'
import { noOutcome, plus, type Outcome } from './outcome.ts'
import { recordFlushes, type Flushes } from './recorded-persistence.ts'
import { media, recorded, volatileWords, type RunOptions, type Scenario } from './scenario.ts'

const core: CoreBackend = {
  kind: 'sab',
  persists: true,
  start: async ({ words, geometry, slot, persistence }) => new SabCore(new Area(words, geometry, slot, persistence)),
}

/** A memory that has just the Regions of one allocator, whose words are these; a new one has yet to carve them. */
function memoryOf(words: Words, isNew = false): Memory {
  const region = (given: Words): object => ({ words: () => given, byteLength: given.byteLength, handle: {} })
  const kind: BackendKind = 'native'
  // Stacks are for compiled cores only; nothing is written to them.
  const stacks = { ...region(words), byteLength: 2 ** 30 }
  return {
    kind,
    buffer: new SharedArrayBuffer(4096),
    find: (name: string) => (isNew ? undefined : name.endsWith('-stacks') ? stacks : region(words)),
    region: () => region(words),
    freeBytes: 2 ** 30,
  } as unknown as Memory
}

async function open(words: Words, { frames, slots, treeShift }: Geometry, persist: PersistPolicy): Promise<void> {
  const memory = memoryOf(words)
  await openAllocator(core, { memory, frames, slots, treeHugeFrames: 1 << treeShift, initial: 'recover', persist })
}

/** How many crashes of a scenario are followed by an opening. */
const CRASHES = 12

/** Openings after crashes of a scenario, evenly chosen among the states in which something is in doubt. */
export async function runReopenings(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const { trace, world } = recorded(scenario, options, 0)
  const expectations = new Expectations(trace, world.shape, world.blocks)
  const doubtful = Array.from(crashStates(trace, settingsOf(world.shape, options))).filter(
    ({ notes }) => expectations.after(notes.length).inFlight.length > 0,
  )
  let sum = noOutcome()
  for (let i = 0; i < CRASHES && sum.failures.length === 0; i++) {
    const state = doubtful[Math.floor((i * doubtful.length) / CRASHES)]
    const outcome = await reopened(state.words(), world.shape, expectations.after(state.notes.length), options)
    const where = `${scenario.name}, ${state.toString()}, opened again`
    const failures = outcome.failures.map((failure) => `${where}\n${failure}`)
    sum = plus(sum, { ...outcome, failures })
  }
  return sum
}

const settingsOf = (shape: Geometry, { medium, limit, seed }: RunOptions): CrashOptions => ({
  ...media[medium].options,
  ...{ volatile: volatileWords(shape), limit, seed },
})

/** Records the opening after one crash and what follows on it, and examines the crashes of that. */
async function reopened(
  words: Words,
  shape: Geometry,
  expectation: Expectation,
  options: RunOptions,
): Promise<Outcome> {
  const doubtful = doubtfulBlocks(expectation)
  const trace = await recordAsync<Note>(
    words,
    async (observed, recorder) => {
      recordFlushes(recorder)
      recorder.note({ type: 'begins', worker: 0, operation: 'open', order: 0, gives: doubtful })
      await open(observed, shape, 'flush')
      const decided = allocatedOf(doubtful, words, shape)
      recorder.note({ type: 'ends', worker: 0, takes: decided })
      const hand = new Hand(new SabCore(new Area(observed, shape, 0, recorder)), recorder, 0)
      follow(hand, decided)
    },
    { sites: true },
  )
  recordFlushes(null)
  return await examined(trace, shape, new Blocks(expectation.owned), options)
}

/** Whoever owns what is in doubt now gives a part of it back, and others take it. */
function follow(hand: Hand, decided: readonly Block[]): void {
  for (const { frame, order } of decided) if (order > 8) hand.put({ frame: frame + 256, order: 7 })
  hand.get(7)
  hand.get(9)
  hand.get(0)
}

/** The frames of the operations in flight, one by one. */
function doubtfulBlocks({ inFlight, allocated }: Expectation): Block[] {
  const blocks: Block[] = []
  allocated.forEach((owned, i) => {
    const row = inFlight.reduce((sum, { frames }) => sum | frames[i], 0) & ~owned
    for (let bit = 0; bit < 32; bit++) if ((row >>> bit) & 1) blocks.push({ frame: i * 32 + bit, order: 0 })
  })
  return blocks
}

/** What of these frames is allocated; a huge frame as one block, if all of it was in doubt. */
function allocatedOf(frames: readonly Block[], words: Words, shape: Geometry): Block[] {
  const isTaken = ({ frame }: Block): number => (words[shape.bitsAt + (frame >>> L.rowShift)] >>> (frame & 31)) & 1
  const ofChildren = Map.groupBy(frames.filter(isTaken), ({ frame }) => frame >>> L.childShift)
  return Array.from(ofChildren, ([child, taken]) => {
    const isHuge = peekChild(words, shape.childrenAt, child) === L.childHuge && taken.length === L.childFrames
    return isHuge ? [{ frame: child << L.childShift, order: L.hugeOrder }] : taken
  }).flat()
}

async function examined(trace: Trace<Note>, shape: Geometry, before: Blocks, options: RunOptions): Promise<Outcome> {
  const expectations = new Expectations(trace, shape, before)
  const examiner = new RecoveryExaminer(shape, expectations)
  const states = crashStates(trace, settingsOf(shape, options))
  const failures: string[] = []
  for (const state of states) {
    // Only the first note says what is in doubt.
    if (state.notes.length === 0) continue
    const words = state.words()
    try {
      await open(words, shape, 'none')
      examiner.check(words, state)
    } catch (error) {
      failures.push(`${error instanceof Error ? error.message : String(error)}\n${explain(state)}`)
      break
    }
  }
  const { points, sampled, states: count } = states.coverage
  const { operations } = expectations
  return { recordings: 1, operations, states: count, points, sampled, failures, samples: [] }
}

/** All frames, as blocks that are as large as they can be. */
function* alignedBlocks(frames: number): Generator<Block> {
  for (let frame = 0, order = L.maxOrder; frame < frames; frame += 1 << order) {
    while (frame + (1 << order) > frames) order--
    yield { frame, order }
  }
}

/** One behind the mark that opening has begun, one behind all the rest. */
const FENCES_BEFORE_MAGIC = 2

/** The recorder's flushes; `then` is called behind that fence. */
function afterFence(recorder: Recorder<Note>, number: number, then: () => void): Flushes {
  let fences = 0
  return {
    covers: (words) => recorder.covers(words),
    flush: (words, index, count) => {
      recorder.flush(words, index, count)
    },
    fence: () => {
      recorder.fence()
      if (++fences === number) then()
    },
  }
}

/** Opens a Region of zeros for the first time; the power fails at any point of that. */
export async function runFirstOpening(initial: 'free' | 'allocated', options: RunOptions): Promise<Outcome> {
  const shape = geometry(2660, 3, 2, 1)
  const words: Words = new Int32Array(new SharedArrayBuffer(shape.wordsTotal * 4))
  const { frames, slots, treeShift } = shape
  const all = initial === 'free' ? [] : [...alignedBlocks(frames)]
  const opening = async (observed: Words, recorder: Recorder<Note>): Promise<void> => {
    // Until everything but the magic number is durable, nobody owns anything; then its store decides.
    recorder.note({ type: 'begins', worker: 0, operation: 'open', order: 0, gives: [] })
    recordFlushes(
      afterFence(recorder, FENCES_BEFORE_MAGIC, () => {
        recorder.note({ type: 'ends', worker: 0, takes: [] })
        recorder.note({ type: 'begins', worker: 0, operation: 'open', order: 0, gives: all })
      }),
    )
    const memory = memoryOf(observed, true)
    await openAllocator(core, { memory, frames, slots, initial, persist: 'flush', treeHugeFrames: 1 << treeShift })
    recorder.note({ type: 'ends', worker: 0, takes: all })
    follow(new Hand(new SabCore(new Area(observed, shape, 0, recorder)), recorder, 0), [])
  }
  // The names of classes are written byte by byte.
  const trace = await recordAsync(words, opening, { sites: true, unseen: 'notice' })
  recordFlushes(null)
  return await examined(trace, shape, new Blocks(), options)
}
