// The second half of a round: what is in the hand is carried out. Every step looks at the page's word first, so that the
// whole can be done again from the start: after a stop for room, or by whoever takes over after the worker's death.
import { status } from '@parperos/alloc-api/driver'
import { load } from '#atomics'
import * as L from '../layout.ts'
import { own, setOwn, type Area } from './area.ts'
import { bundleEnd, bundleHas, bundleRoom, setFill } from './bundle.ts'
import { countDone, countWhole, emptyHand, entryFailed, entryFrame, entryPage } from './hand.ts'
import { currentAt, giveFrame } from './shelf.ts'
import { isClaimed, setPage, takesFrames, wordOf } from './table.ts'

/** From here on the round is completed, whatever happens. */
export function beginFinish(area: Area): void {
  const op = own(area, L.interfaceOp)
  const held = own(area, L.interfaceHeld)
  let resident = own(area, L.interfaceResident)
  if (takesFrames(op)) resident += countWhole(area, held)
  if (op === L.opFree) resident -= held
  setOwn(area, L.interfaceResidentNext, resident)
  setOwn(area, L.interfacePhase, L.phaseFinish)
}

/** Pages get their frames; what did not get its bytes gives its frame back. 0, or `eventGiveFrames`: no room for one. */
function finishTaking(area: Area, held: number): number {
  for (let i = 0; i < held; i++) {
    const page = entryPage(area, i)
    if (!isClaimed(area, page)) continue
    const frame = entryFrame(area, i)
    if (!entryFailed(area, i)) {
      setPage(area, page, wordOf(area, frame))
      countDone(area, i)
    } else {
      if (!bundleHas(area, currentAt(area), frame, area.bundleFrames) && !giveFrame(area, frame)) return L.eventGiveFrames
      setPage(area, page, 0)
    }
  }
  return 0
}

/**
 * Frames go into the current bundle, all at once, the first page's to be taken first; then the pages have none. The room
 * was there when they were claimed.
 */
function finishFreeing(area: Area, held: number): number {
  const { words } = area
  const at = currentAt(area)
  if (!bundleHas(area, at, entryFrame(area, 0), held)) {
    const first = bundleRoom(area, at) - held
    if (first < 0) return status.CORRUPT
    for (let i = 0; i < held; i++) words[at + L.bundleHeaderWords + first + i] = entryFrame(area, i)
    setFill(area, at, first, bundleEnd(area, at))
  }
  for (let i = 0; i < held; i++) {
    const page = entryPage(area, i)
    if (!isClaimed(area, page)) continue
    setPage(area, page, 0)
    countDone(area, i)
  }
  return 0
}

/** Pages are no longer being written. */
function finishWriting(area: Area, held: number): number {
  for (let i = 0; i < held; i++) {
    const page = entryPage(area, i)
    const word = wordOf(area, entryFrame(area, i))
    if (page >= area.pages || load(area.words, area.tableAt + page) !== (word | L.tableWriting)) continue
    setPage(area, page, word)
    if (!entryFailed(area, i)) countDone(area, i)
  }
  return 0
}

/** Carries out the hand. 0, `eventGiveFrames` (then once more), or CORRUPT. */
export function finish(area: Area): number {
  const op = own(area, L.interfaceOp)
  const held = own(area, L.interfaceHeld)
  let stop = 0
  if (op === L.opWrite) stop = finishWriting(area, held)
  else if (held > 0) stop = op === L.opFree ? finishFreeing(area, held) : finishTaking(area, held)
  if (stop === 0) emptyHand(area, own(area, L.interfaceResidentNext))
  return stop
}
