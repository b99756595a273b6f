// The first half of a round: pages of the batch's runs are claimed and put into the hand, with a frame each. Entries stand in
// the hand before their page is claimed; frames stand in the hand before they are gone from their bundle:
//
//   entry    0          held             claiming
//            ┌──────────┬────────────────┬──────────
//            │ claimed, │ written down,  │
//            │ framed   │ maybe claimed  │
//            └──────────┴────────────────┴──────────
//
// So a worker that dies anywhere here leaves a hand that tells what has to be undone (recover.ts).
import { status } from '@parperos/alloc-api/driver'
import { store } from '#atomics'
import * as L from '../layout.ts'
import { commandAt, entryAt, own, setOwn, type Area } from './area.ts'
import { bundleCount, bundleEnd, bundleFirst, bundleRoom, setFill } from './bundle.ts'
import { isHeld } from './hand.ts'
import { currentAt, makeRoom, nextBundle } from './shelf.ts'
import { claimPage, obstacle, takesFrames } from './table.ts'

/** Ends the run at the cursor with a status, and goes on to the next. */
function nextRun(area: Area, run: number, found: number): void {
  if (found !== 0 && run < area.commandCount) store(area.words, commandAt(area, run) + L.commandStatus, found)
  setOwn(area, L.interfaceOffset, 0)
  setOwn(area, L.interfaceRun, run + 1)
}

/** How many pages can be claimed now, for an operation that gives frames to pages; 0: the allocator has to be asked. */
function framesReady(area: Area): number {
  const ready = bundleCount(area, currentAt(area))
  if (ready > 0) return ready
  return nextBundle(area) ? bundleCount(area, currentAt(area)) : 0
}

/**
 * The same for one that takes frames away: they all have to find room in one bundle. 0 with an empty hand: the spare
 * bundle has to be emptied first.
 */
function roomReady(area: Area, held: number): number {
  const room = bundleRoom(area, currentAt(area))
  if (room > 0 || held > 0) return room - Math.min(held, room)
  return makeRoom(area) ? bundleRoom(area, currentAt(area)) : 0
}

/**
 * Claims pages from `page` on, at most `count`, which all fit. How many it claimed, in HELD's growth; returns the obstacle,
 * or 0.
 */
function claimRun(area: Area, op: number, run: number, page: number, count: number): number {
  const { words } = area
  const held = own(area, L.interfaceHeld)
  for (let i = 0; i < count; i++) {
    const entry = entryAt(area, held + i)
    words[entry + L.entryPage] = page + i
    words[entry + L.entryRun] = run
    words[entry + L.entryStatus] = 0
  }
  setOwn(area, L.interfaceClaiming, held + count)
  if (op === L.opWrite) setOwn(area, L.interfaceWrites, own(area, L.interfaceWrites) + 1)
  let claimed = 0
  let found = 0
  while (claimed < count) {
    found = claimPage(area, op, entryAt(area, held + claimed))
    if (found !== 0) break
    claimed++
  }
  if (takesFrames(op)) {
    const at = currentAt(area)
    const first = bundleFirst(area, at)
    for (let i = 0; i < claimed; i++) {
      words[entryAt(area, held + i) + L.entryFrame] = words[at + L.bundleHeaderWords + first + i]
    }
    setOwn(area, L.interfaceHeld, held + claimed)
    setFill(area, at, first + claimed, bundleEnd(area, at))
  } else {
    setOwn(area, L.interfaceHeld, held + claimed)
  }
  setOwn(area, L.interfaceClaiming, held + claimed)
  return found
}

/**
 * Fills the hand from the batch's runs. `eventDone`: the hand is ready, or empty because the batch is at its end. Other
 * events have to be dealt with before it is called again.
 */
export function claim(area: Area): number {
  const { words } = area
  const op = own(area, L.interfaceOp)
  const runs = own(area, L.interfaceRuns)
  for (;;) {
    const run = own(area, L.interfaceRun)
    if (run >= runs) return L.eventDone
    const command = commandAt(area, run)
    // Read once: the commands are in shared memory, and what was checked has to be what is used.
    const page = words[command + L.commandPage] >>> 0
    const count = words[command + L.commandCount] >>> 0
    const offset = own(area, L.interfaceOffset)
    const held = own(area, L.interfaceHeld)
    if (words[command + L.commandStatus] !== status.PENDING) {
      nextRun(area, run, 0)
      continue
    }
    if (page >= area.pages || count > area.pages - page) {
      nextRun(area, run, status.BAD_PAGE)
      continue
    }
    if (offset >= count) {
      // An empty run is done; any other one is when its last page is.
      if (count === 0) store(words, command + L.commandStatus, 0)
      nextRun(area, run, 0)
      continue
    }
    let most = L.handEntries - held
    if (most <= 0) return L.eventDone
    if (takesFrames(op)) {
      if (bundleCount(area, currentAt(area)) === 0) {
        // A page that cannot have a frame needs none.
        const found = obstacle(area, op, words[area.tableAt + page + offset])
        if (found === status.PAGE_BUSY && isHeld(area, page + offset, held)) return L.eventDone
        const refused = found === 0 && own(area, L.interfaceDry) !== 0 && !nextBundle(area)
        if (found !== 0 || refused) {
          nextRun(area, run, refused ? status.OUT_OF_MEMORY : found)
          continue
        }
      }
      most = Math.min(most, framesReady(area))
      if (most === 0) return L.eventNeedFrames
    } else if (op === L.opFree) {
      most = Math.min(most, roomReady(area, held))
      if (most === 0) return held > 0 ? L.eventDone : L.eventGiveFrames
    }
    const found = claimRun(area, op, run, page + offset, Math.min(most, count - offset))
    const now = own(area, L.interfaceHeld)
    const reached = offset + now - held
    setOwn(area, L.interfaceOffset, reached)
    // A page of this very hand: first what came before is done, then it is looked at again.
    if (found === status.PAGE_BUSY && isHeld(area, page + reached, now)) return L.eventDone
    if (found !== 0) nextRun(area, run, found)
  }
}
