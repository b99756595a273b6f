// Ledgers: how "out of memory" is made a true answer. While a worker moves frames between counters, or has taken counters
// for a block that it then does not find, those frames are free but nobody else can see them. So each slot has a word
// that only its worker writes, on a cache line of its own:
//
//   ledger   31 ‥ 1                                      0
//           ┌───────────────────────────────────────────┬─────────┐
//           │moves: what it gave back or moved, counted │ pending │   pending while frames are in its hands
//           └───────────────────────────────────────────┴─────────┘
//
// A search that found nothing is believed only if no other slot was pending after it and no slot's moves changed since
// before it, its own among them: it notes where it lost a race. Otherwise it is repeated. A worker that died with frames
// in its hands stays pending until its slot is taken over; the number of repetitions has an end, so it can cost time but
// not progress.
//
// Writing it is cheap: plain stores beside compare-exchanges, which order them. Reading the ledgers of all costs, but only
// a search that has failed does that.
import { add, load } from '#atomics'
import * as L from '../layout.ts'
import type { Area } from './area.ts'

/** From now on frames may be in this worker's hands. */
export const beginMove = (area: Area): void => {
  const at = area.ledgerAt + L.localLedger
  area.words[at] |= L.ledgerPending
}

/** They are allocated, or where others see them again; `moved` when it is the latter. */
export const endMove = (area: Area, moved: boolean): void => {
  const at = area.ledgerAt + L.localLedger
  area.words[at] = ((area.words[at] & ~L.ledgerPending) + (moved ? L.ledgerMove : 0)) | 0
}

/** Frames were given back, or moved. */
export function noteMove(area: Area): void {
  const at = area.ledgerAt + L.localLedger
  area.words[at] = (area.words[at] + L.ledgerMove) | 0
}

const isPending = (ledger: number): boolean => (ledger & L.ledgerPending) !== 0

/** The sum of all slots' moves: each only grows, so the same sum says that none of them changed. */
export function allMoves(area: Area): number {
  let sum = 0
  for (let slot = 0; slot < area.slots; slot++) {
    sum = (sum + (load(area.words, area.localAt(slot, 0) + L.localLedger) & ~L.ledgerPending)) | 0
  }
  return sum
}

/**
 * Whether frames moved while a search went on whose start saw `before`: then it has to be repeated. Waits a moment for
 * workers that have frames in their hands.
 */
export function movedSince(area: Area, before: number): boolean {
  // Adding nothing is a full barrier: the plain reads of the search come before the reads of the ledgers.
  add(area.words, area.ledgerAt + L.localLedger, 0)
  for (let slot = 0; slot < area.slots; slot++) {
    if (slot === area.slot) continue
    const at = area.localAt(slot, 0) + L.localLedger
    for (let reads = 0; isPending(load(area.words, at)); reads++) if (reads === L.settleReads) return true
  }
  return allMoves(area) !== before
}
