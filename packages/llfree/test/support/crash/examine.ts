// The examination after a kill and a recovery: what was owned is owned still, by one owner; what is lost is no more than
// the operations in doubt had in hand; all the rest can be handed out once, and everything can be given back.
import assert from 'node:assert/strict'
import type { LLFreeInstance } from '../../../src/index.ts'
import type { Block } from './journal.ts'
import type { Doubt, Ownership } from './ownership.ts'

const ROW_ORDER = 5
const ROW_FRAMES = 2 ** ROW_ORDER
const text = ({ frame, order }: Block): string => `block ${frame} of order ${order}`
const describeDoubts = (doubts: readonly Doubt[]): string =>
  doubts.map(({ operation, places, taken }) => `${operation} ${places.map(text).join()} ${taken}`).join('; ') || 'nothing'

/** Both halves: the truth first, then, when all that is lost has been given back, the use. How many frames were lost. */
export function examine(allocator: LLFreeInstance, ownership: Ownership): number {
  const lost = examineTruth(allocator, ownership)
  allocator.putBatch(0, Uint32Array.from(lost))
  examineUse(allocator, ownership)
  return lost.length
}

/** Changes nothing. Returns the frames that are allocated and owned by nobody: what the operations in doubt had taken. */
export function examineTruth(allocator: LLFreeInstance, ownership: Ownership): number[] {
  const { frames } = allocator
  allocator.validate()
  const owners = ownersOf(frames, ownership)
  for (const block of ownership.owned.flat()) {
    assert.equal(allocator.statsAt(block.frame, block.order).free, 0, `${text(block)} is owned, all of it is allocated`)
  }
  const lost = allocatedIn(allocator).filter((frame) => owners[frame] === 0)
  const { doubts } = ownership
  const named = new Uint8Array(frames)
  for (const { frame, order } of doubts.flatMap(({ places }) => places)) named.fill(1, frame, frame + 2 ** order)
  const strays = lost.filter((frame) => named[frame] === 0)
  const taken = doubts.reduce((sum, doubt) => sum + doubt.taken, 0)
  assert.ok(
    strays.length <= taken,
    `${strays.length} frames from ${strays[0]} on are lost, in doubt is: ${describeDoubts(doubts)}`,
  )
  const free = unownedIn(owners) - lost.length
  assert.deepEqual([allocator.stats().free, allocator.quickStats().free], [free, free], 'free frames')
  return lost
}

/**
 * Hands out everything that is free, which is all that nobody owns, and gives everything back: at the end all frames are
 * free.
 */
export function examineUse(allocator: LLFreeInstance, ownership: Ownership): void {
  const { frames } = allocator
  const owners = ownersOf(frames, ownership)
  const unowned = unownedIn(owners)
  const all = new Uint32Array(unowned + 1)
  assert.equal(allocator.getBatch(0, all), unowned, 'frames that can be had')
  const rest = all.subarray(0, unowned)
  for (const frame of rest) {
    if (frame >= frames) assert.fail(`frame ${frame} of ${frames} was handed out`)
    if (owners[frame] !== 0) assert.fail(`frame ${frame} was handed out, and is owned or was handed out before`)
    owners[frame] = 1
  }
  allocator.validate()
  for (const { frame, order } of ownership.owned.flat()) allocator.put(frame, order)
  allocator.putBatch(0, rest)
  allocator.drain()
  allocator.validate()
  assert.deepEqual(allocator.stats(), { frames, free: frames, freeHuge: Math.floor(frames / 512) })
  assert.equal(allocator.quickStats().free, frames)
}

/** Who owns each frame: 0 nobody, 1 … the workers. Throws when two blocks have a frame in common. */
function ownersOf(frames: number, { owned }: Ownership): Uint8Array {
  const owners = new Uint8Array(frames)
  for (const [member, blocks] of owned.entries()) {
    for (const block of blocks) {
      const its = owners.subarray(block.frame, block.frame + 2 ** block.order)
      assert.equal(its.length, 2 ** block.order, `${text(block)} of ${frames} frames`)
      const other = its.findIndex((owner) => owner !== 0)
      if (other >= 0) assert.fail(`${text(block)} of worker ${member} has frame ${block.frame + other} of another owned block`)
      its.fill(member + 1)
    }
  }
  return owners
}

function unownedIn(owners: Uint8Array): number {
  let count = 0
  for (const owner of owners) if (owner === 0) count++
  return count
}

function allocatedIn(allocator: LLFreeInstance): number[] {
  const { frames } = allocator
  const all: number[] = []
  for (let first = 0; first < frames; first += ROW_FRAMES) {
    const end = Math.min(first + ROW_FRAMES, frames)
    if (end === first + ROW_FRAMES && allocator.statsAt(first, ROW_ORDER).free === ROW_FRAMES) continue
    for (let frame = first; frame < end; frame++) if (allocator.statsAt(frame, 0).free === 0) all.push(frame)
  }
  return all
}
