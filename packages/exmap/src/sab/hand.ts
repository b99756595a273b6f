// The hand: the pages of a batch that are in transit, with their frames. It stands in shared memory, so that a worker's
// death leaves nothing that nobody knows of.
import { store } from '#atomics'
import * as L from '../layout.ts'
import { commandAt, entryAt, setOwn, type Area } from './area.ts'

/** Whether a page that is claimed is so for one of the first `count` entries. */
export function isHeld(area: Area, page: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (entryPage(area, i) === page) return true
  return false
}

// The page of an entry, its frame, and whether its bytes did not come.

export const entryPage = (area: Area, index: number): number => area.words[entryAt(area, index) + L.entryPage] >>> 0
export const entryFrame = (area: Area, index: number): number => area.words[entryAt(area, index) + L.entryFrame]
export const entryFailed = (area: Area, index: number): boolean => area.words[entryAt(area, index) + L.entryStatus] !== 0

/** One more page of an entry's command is done; with the last one the command is. */
export function countDone(area: Area, index: number): void {
  const { words } = area
  const run = words[entryAt(area, index) + L.entryRun] >>> 0
  if (run >= area.commandCount) return
  const command = commandAt(area, run)
  const done = (words[command + L.commandDone] + 1) | 0
  words[command + L.commandDone] = done
  if (done === words[command + L.commandCount]) store(words, command + L.commandStatus, 0)
}

/** How many of the hand's entries are to be carried out. */
export function countWhole(area: Area, held: number): number {
  let whole = 0
  for (let i = 0; i < held; i++) if (!entryFailed(area, i)) whole++
  return whole
}

/** The hand is empty again, and the slot's count of pages is what it had to become. */
export function emptyHand(area: Area, resident: number): void {
  setOwn(area, L.interfaceResident, resident)
  setOwn(area, L.interfacePhase, L.phaseClaim)
  setOwn(area, L.interfaceHeld, 0)
  setOwn(area, L.interfaceClaiming, 0)
}
