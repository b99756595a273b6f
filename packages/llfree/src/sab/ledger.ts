// Ledgers: how "out of memory" is made a true answer. While a worker moves frames between counters, or has taken counters
// for a block that it then does not find, those frames are free but nobody else can see them. So each slot has two words
// that only its worker writes, on a cache line of its own:
//
//   pending   1 while frames are in its hands
//   moves     counts what it gave back: blocks, and frames that were moved
//
// A search that found nothing is believed only if no other slot was pending after it and no slot's moves changed since
// before it, its own among them: it notes where it lost a race. Otherwise it is repeated. A worker that died with frames in its hands stays pending until its slot is
// taken over; the number of repetitions has an end, so it can cost time but not progress.
//
// Writing them is cheap: they are plain stores beside compare-exchanges, which order them. Reading them costs, but only
// a search that has failed does that.
import { add, load } from '#atomics'
import * as L from '../layout.ts'
import type { Area } from './area.ts'

/** From now on frames may be in this worker's hands. */
export const beginMove = (area: Area): void => {
  area.words[area.ledgerAt + L.localPending] = 1
}

/** They are allocated, or where others see them again; `moved` when it is the latter. */
export function endMove(area: Area, moved: boolean): void {
  if (moved) noteMove(area)
  area.words[area.ledgerAt + L.localPending] = 0
}

/** Frames were given back, or moved. */
export function noteMove(area: Area): void {
  const at = area.ledgerAt + L.localMoves
  area.words[at] = (area.words[at] + 1) | 0
}

/** The sum of all slots' moves: each only grows, so the same sum says that none of them changed. */
export function allMoves(area: Area): number {
  let sum = 0
  for (let slot = 0; slot < area.slots; slot++) {
    sum = (sum + load(area.words, area.localAt(slot, 0) + L.localMoves)) | 0
  }
  return sum
}

/**
 * Whether frames moved while a search went on whose start saw `before`: then it has to be repeated. Waits a moment for
 * workers that have frames in their hands.
 */
export function movedSince(area: Area, before: number): boolean {
  // Adding nothing is a full barrier: the plain reads of the search come before the reads of the ledgers.
  add(area.words, area.ledgerAt + L.localMoves, 0)
  for (let slot = 0; slot < area.slots; slot++) {
    if (slot === area.slot) continue
    const at = area.localAt(slot, 0) + L.localPending
    for (let reads = 0; load(area.words, at) !== 0; reads++) if (reads === L.settleReads) return true
  }
  return allMoves(area) !== before
}
