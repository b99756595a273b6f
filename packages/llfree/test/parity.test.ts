// One algorithm in two languages and three kinds of code: the same operations give the same answers and leave the same
// bytes, counters, hints and ledgers included, whether one backend does them all or each does every third.
import type { BackendKind } from '@parperos/alloc-api'
import { Trace } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import * as L from '../src/layout.ts'
import { LLFree, type LLFreeInstance } from '../src/index.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'
import { open, openFor, wordsOf, type Options } from './support/open.ts'
import { policies } from './support/policies.ts'

const SLOTS = 3
const OPERATIONS = 12_000

interface Case {
  frames: number
  treeHugeFrames: number
  policy: keyof typeof policies
  initial: 'free' | 'allocated'
}

const cases = [1, 511, 513, 1000, 4099, 100_003].flatMap((frames, f) =>
  [2, 8, 32].flatMap((treeHugeFrames, t) =>
    (['smallAndHuge', 'pinnedAndMovable'] as const).map((policy, p): Case => ({
      frames,
      treeHugeFrames,
      policy,
      initial: (f + t + p) % 2 === 0 ? 'free' : 'allocated',
    })),
  ),
)

const optionsOf = ({ policy, ...rest }: Case): Options => ({ ...rest, policy: policies[policy], slots: SLOTS })

interface Outcome {
  answers: (number | string)[]
  bytes: Buffer
}

/** Runs the trace of a seed; `instances` are those of each slot. */
function outcomeOf(instances: LLFreeInstance[][], seed: number, { initial }: Case): Outcome {
  const trace = new Trace(instances, { seed, initial })
  trace.run(OPERATIONS)
  const [[first]] = instances
  first.validate()
  return { answers: trace.answers, bytes: bytesOf(first) }
}

/** Who owns the slots is left out: it tells how often they were taken over. */
function bytesOf(allocator: LLFreeInstance): Buffer {
  const words = wordsOf(allocator).slice()
  const ownersAt = words[L.headerOwnersAt]
  words.fill(0, ownersAt, ownersAt + allocator.slots)
  return Buffer.from(words.buffer, 0, words.byteLength)
}

/** All operations by one backend. */
async function byOne(kind: BackendKind, seed: number, one: Case): Promise<Outcome> {
  const workers = await openFor(new Array<BackendKind>(SLOTS).fill(kind), optionsOf(one))
  return outcomeOf(
    workers.map((worker) => [worker]),
    seed,
    one,
  )
}

/** On one Region, each operation by the next backend. A slot's workers never run at the same time here. */
async function byTurns(seed: number, one: Case): Promise<Outcome> {
  const { handle } = await open('wasm', optionsOf(one))
  const slots = Array.from({ length: SLOTS }, (_, slot) =>
    Promise.all(kinds.map((kind) => LLFree.attach({ backend: backends[kind], handle, slot, takeOver: true }))),
  )
  return outcomeOf(await Promise.all(slots), seed, one)
}

function expectSame(outcome: Outcome, expected: Outcome): void {
  const step = outcome.answers.findIndex((answer, i) => answer !== expected.answers[i])
  expect(step, 'the first call that was answered differently').toBe(-1)
  expect(outcome.answers.length).toBe(expected.answers.length)
  const byte = outcome.bytes.findIndex((value, i) => value !== expected.bytes[i])
  expect(byte, 'the first byte that differs').toBe(-1)
  expect(outcome.bytes.length).toBe(expected.bytes.length)
}

describe.each(cases)('$frames frames, $treeHugeFrames huge frames a tree, $policy, $initial at first', (one) => {
  const seed = one.frames * 100 + one.treeHugeFrames

  it(`${OPERATIONS} operations give the same answers and end in the same bytes on all backends`, async () => {
    const [first, ...others] = await Promise.all(kinds.map((kind) => byOne(kind, seed, one)))
    expect(first.answers.length).toBeGreaterThanOrEqual(OPERATIONS)
    for (const other of others) expectSame(other, first)
  })

  it('each operation by another backend than the one before makes no difference', async () => {
    expectSame(await byTurns(seed + 1, one), await byOne('sab', seed + 1, one))
  })

  it('is the same bytes at the start', async () => {
    const [first, ...others] = await Promise.all(kinds.map((kind) => open(kind, optionsOf(one))))
    for (const other of others) expect(bytesOf(other).equals(bytesOf(first))).toBe(true)
  })
})
