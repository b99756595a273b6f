// Recovery of damaged words: it repairs or refuses. What it refuses has a damaged header, a code, and a name for the place,
// and is left alone. What it repairs is consistent, keeps every block whose own words were not hit, and can be handed out
// frame by frame, once.
//
// What nobody can see: a bit of the bit field that makes an owned frame look free is a free frame to recovery. The counter
// of its huge frame tells that something is wrong, and the report counts it; unless as many bits of the huge frame were
// flipped the other way, or the counter so that it agrees. Bits of a huge block and bits beyond the last frame are mended.
import { ParperosError, type BackendKind, type RecoveryReport } from '@parperos/alloc-api'
import assert from 'node:assert/strict'
import type { Geometry } from '../../../src/geometry.ts'
import { LLFree, type LLFreeInstance } from '../../../src/index.ts'
import * as L from '../../../src/layout.ts'
import { sab } from '../../../src/sab.ts'
import { backends } from '../backends.ts'
import { recoverWrongly, type Planted } from '../planted-recoveries.ts'
import { reservationsIn, treeCounts } from '../read-words.ts'
import { expectRecovered, type Expectation } from './expectation.ts'
import type { Block } from './subjects.ts'
import { isHit, type Trial } from './trial.ts'

const refusals = {
  BAD_MAGIC: /there is no llfree allocator in this Region: its first word is wrong/,
  BAD_VERSION: /an allocator of layout version -?\d+, expected \d+/,
  BAD_SIZE: /the allocator in this Region has .+ \d+, and \d+ was asked for/,
}
export type Refusal = keyof typeof refusals

/** What came of a recovery. */
export interface Recovered {
  report: RecoveryReport
  /** How many frames of allocated blocks are free now. */
  lookFree: number
}

/** The code of the refusal, or what was recovered. Throws when something is wrong. */
export async function recoverDamaged(trial: Trial, kind: BackendKind): Promise<Refusal | Recovered> {
  const { memory, options } = trial.subject
  // Recovering may set another persist policy.
  const isHeaderHit = [...trial.masks.keys()].some((index) => index < L.headerWords && index !== L.headerPersist)
  let allocator: LLFreeInstance
  try {
    allocator = await LLFree.open({ backend: backends[kind], memory, ...options, initial: 'recover' })
  } catch (error) {
    if (!isHeaderHit) throw error
    return examineRefusal(trial, error)
  }
  assert.ok(!isHeaderHit, 'a header that was hit is refused')
  const { recovered } = allocator.info()
  const expected = expectRecovered(trial.damaged, trial.subject.shape)
  assert.deepEqual(recovered, expectedReport(trial, expected))
  examineRecovered(allocator, trial, expected)
  allocator.close()
  const taken = framesOf(trial.blocks)
  return { report: expectedReport(trial, expected), lookFree: taken.filter((frame) => expected.allocated[frame] === 0).length }
}

/** The same with a recovery that is wrong: throws when that is found. */
export async function recoverWrong(trial: Trial, planted: Planted): Promise<void> {
  const { memory, options, words, shape } = trial.subject
  recoverWrongly(words, planted)
  using allocator = await LLFree.attach({ backend: sab, memory, name: options.name, slot: 0, takeOver: true })
  examineRecovered(allocator, trial, expectRecovered(trial.damaged, shape))
}

function examineRefusal({ subject, damaged }: Trial, error: unknown): Refusal {
  assert.ok(error instanceof ParperosError && Object.hasOwn(refusals, error.code), `refused with ${String(error)}`)
  const code = error.code as Refusal
  assert.match(error.message, refusals[code])
  assert.ok(isSame(subject.words, damaged), 'what is refused is left alone')
  return code
}

const isSame = (a: Int32Array, b: Int32Array): boolean =>
  Buffer.from(a.slice().buffer).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))

function expectedReport({ subject: { shape }, damaged }: Trial, expected: Expectation): RecoveryReport {
  const { counters, blocks } = expected
  const isStale = (count: number, tree: number): boolean => count !== freeIn(expected, shape, tree)
  const trees = treeCounts(damaged, shape).filter(isStale).length
  return { counters, blocks, trees, reservations: reservationsIn(damaged, shape).length }
}

function freeIn({ allocated }: Expectation, { treeShift }: Geometry, tree: number): number {
  const frames = L.childFrames << treeShift
  let free = 0
  for (const mark of allocated.subarray(tree * frames, (tree + 1) * frames)) free += 1 - mark
  return free
}

function examineRecovered(allocator: LLFreeInstance, trial: Trial, expected: Expectation): void {
  allocator.validate()
  const unhit = trial.blocks.filter((block) => !isHit(block, trial))
  for (const { frame, order } of unhit) {
    const { free } = allocator.statsAt(frame, order)
    if (free !== 0) assert.fail(`block ${frame} of order ${order} was not hit, and ${free} frames of it are free`)
  }
  examineUse(allocator, unhit, expected)
}

/** Hands out all that is free, then gives back all but what the damage has lost. */
function examineUse(allocator: LLFreeInstance, owned: readonly Block[], { allocated, free }: Expectation): void {
  const { frames } = allocator
  const all = new Uint32Array(free + 1)
  let count = 0
  // No class may have everything: a tree's class may have been hit, and the policy keeps some apart.
  for (let held = 0; held < allocator.classes.length; held++) count += allocator.getBatch(0, all.subarray(count), held)
  assert.equal(count, free, 'frames that can be had')
  const rest = all.subarray(0, free)
  const taken = allocated.slice()
  for (const frame of rest) {
    if (frame >= frames) assert.fail(`frame ${frame} of ${frames} was handed out`)
    if (taken[frame] !== 0) assert.fail(`frame ${frame} was handed out, and is allocated or was handed out before`)
    taken[frame] = 1
  }
  for (const { frame, order } of owned) allocator.put(frame, order)
  allocator.putBatch(0, rest)
  allocator.drain()
  allocator.validate()
  const given = framesOf(owned).length + free
  assert.deepEqual([allocator.stats().free, allocator.quickStats().free], [given, given], 'free frames at the end')
}

function framesOf(blocks: readonly Block[]): number[] {
  const frames: number[] = []
  for (const { frame, order } of blocks) for (let i = 0; i < 2 ** order; i++) frames.push(frame + i)
  return frames
}
