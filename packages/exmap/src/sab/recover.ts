// Giving back what a slot's former holder had when it ended, wherever that was. A round that was not yet being carried out
// is undone, any other one is completed; bundles in transit are found by whose they say they are. All of it can be stopped,
// and done again.
import { status } from '@parperos/alloc-api/driver'
import { compareExchange, load } from '#atomics'
import * as L from '../layout.ts'
import { own, setOwn, type Area } from './area.ts'
import { bundleCount, bundleEnd, bundleFirst, setFill } from './bundle.ts'
import { finish } from './finish.ts'
import { emptyHand, entryFrame, entryPage } from './hand.ts'
import {
  currentAt,
  currentBundle,
  giveFrame,
  hasBundles,
  letGo,
  setBundles,
  spareBundle,
  takeEmpty,
  takeShelved,
} from './shelf.ts'
import { isClaimed, setPage, takesFrames, wordOf } from './table.ts'

/** The slot's bundles: those it says, else any that are marked as its own; what is more goes to the shelf. */
function findBundles(area: Area): void {
  const { words, shelfAt, bundles } = area
  const mine = L.shelfOwned | area.slot
  let current = currentBundle(area)
  let spare = spareBundle(area)
  if (current >= bundles || load(words, shelfAt + current) !== mine) current = L.noBundle
  if (spare >= bundles || spare === current || load(words, shelfAt + spare) !== mine) spare = L.noBundle
  for (let bundle = 0; bundle < bundles; bundle++) {
    if (bundle === current || bundle === spare || load(words, shelfAt + bundle) !== mine) continue
    if (current === L.noBundle) current = bundle
    else if (spare === L.noBundle) spare = bundle
    else letGo(area, bundle)
  }
  if (current === L.noBundle) current = takeEmpty(area)
  if (current === L.noBundle) current = takeShelved(area)
  if (spare === L.noBundle) spare = takeEmpty(area)
  if (spare === L.noBundle) spare = takeShelved(area)
  setBundles(area, current, spare)
}

/** How often the other slots together have noted pages for writing. */
function othersWrites(area: Area): number {
  let writes = 0
  for (let slot = 0; slot < area.slots; slot++) {
    if (slot !== area.slot) writes += load(area.words, area.interfaceOf(slot) + L.interfaceWrites)
  }
  return writes | 0
}

const NOBODY = 0
const NOTED = 1
const MARKED = 2

/** Whether another slot's hand has this page for writing: noted only, so that its mark may be there or not, or marked. */
function otherWriter(area: Area, page: number): number {
  const { words } = area
  let found = NOBODY
  for (let slot = 0; slot < area.slots; slot++) {
    const other = area.interfaceOf(slot)
    if (slot === area.slot || load(words, other + L.interfaceOp) !== L.opWrite) continue
    const held = load(words, other + L.interfaceHeld) >>> 0
    const claiming = Math.min(load(words, other + L.interfaceClaiming) >>> 0, L.handEntries)
    for (let i = 0; i < claiming; i++) {
      if (load(words, other + area.handOffset + i * L.entryWords + L.entryPage) >>> 0 !== page) continue
      // Its round may be over by now, and the entry another round's.
      if (i < held && i < load(words, other + L.interfaceHeld) >>> 0) return MARKED
      found = NOTED
    }
  }
  return found
}

/**
 * A mark on a page does not say whose it is. It is the former holder's when the page was in nobody else's hand before it
 * was seen, and nobody has noted pages for writing until after.
 */
function markIsOwn(area: Area, page: number, marked: number): boolean {
  for (let look = 0; look < L.maxLooks; look++) {
    const before = othersWrites(area)
    const other = otherWriter(area, page)
    if (load(area.words, area.tableAt + page) !== marked) return false
    // What is noted only will be marked or not in a moment, unless its worker died too.
    if (othersWrites(area) === before && other !== NOTED) return other === NOBODY
  }
  return false
}

/** A page's mark is cleared if it is the former holder's: certainly so when its claim was noted. */
function undoWriting(area: Area, index: number, held: number): void {
  const page = entryPage(area, index)
  if (page >= area.pages) return
  const word = wordOf(area, entryFrame(area, index))
  const marked = word | L.tableWriting
  if (index < held || markIsOwn(area, page, marked)) compareExchange(area.words, area.tableAt + page, marked, word)
}

/** Whether a frame stands in the hand, for a page that is claimed. */
function isInHand(area: Area, frame: number, held: number): boolean {
  for (let i = 0; i < held; i++) if (entryFrame(area, i) === frame && isClaimed(area, entryPage(area, i))) return true
  return false
}

/** Frames in the hand that have not left the current bundle yet, or are in it again already, leave it. */
function takeHeld(area: Area, held: number): void {
  const at = currentAt(area)
  while (bundleCount(area, at) > 0) {
    const first = bundleFirst(area, at)
    if (!isInHand(area, area.words[at + L.bundleHeaderWords + first], held)) return
    setFill(area, at, first + 1, bundleEnd(area, at))
  }
}

/** 0, or `eventGiveFrames`: there was no room for a frame. */
function undoTaking(area: Area, index: number, held: number): number {
  const page = entryPage(area, index)
  if (!isClaimed(area, page)) return 0
  if (index < held && !giveFrame(area, entryFrame(area, index))) return L.eventGiveFrames
  setPage(area, page, 0)
  return 0
}

function undoFreeing(area: Area, index: number): void {
  const page = entryPage(area, index)
  if (isClaimed(area, page)) setPage(area, page, wordOf(area, entryFrame(area, index)))
}

function undo(area: Area): number {
  const op = own(area, L.interfaceOp)
  const held = Math.min(own(area, L.interfaceHeld) >>> 0, L.handEntries)
  const claiming = Math.min(own(area, L.interfaceClaiming) >>> 0, L.handEntries)
  if (takesFrames(op)) takeHeld(area, held)
  for (let i = 0; i < claiming; i++) {
    if (op === L.opWrite) undoWriting(area, i, held)
    else if (op === L.opFree) undoFreeing(area, i)
    else if (undoTaking(area, i, held) !== 0) return L.eventGiveFrames
  }
  emptyHand(area, own(area, L.interfaceResident))
  return 0
}

/** `eventDone`: the slot is as new. `eventGiveFrames`: the spare bundle has to give its frames back, then once more. */
export function recover(area: Area): number {
  findBundles(area)
  if (!hasBundles(area)) return status.CORRUPT
  const finishing = own(area, L.interfacePhase) === L.phaseFinish
  if (finishing && own(area, L.interfaceHeld) >>> 0 > L.handEntries) return status.CORRUPT
  const stop = finishing ? finish(area) : undo(area)
  if (stop !== 0) return stop
  setOwn(area, L.interfaceOp, L.opNone)
  setOwn(area, L.interfaceLock, 0)
  return L.eventDone
}

/** The slot has bundles again, after another worker has taken its idle frames. */
export function ready(area: Area): void {
  if (own(area, L.interfaceBundles) >>> 0 === L.noBundles) findBundles(area)
}

/** The slot's holder goes, or has no use for them: its bundles are nobody's. */
export function leave(area: Area): void {
  if (!hasBundles(area)) return
  const current = currentBundle(area)
  const spare = spareBundle(area)
  setBundles(area, L.noBundle, L.noBundle)
  letGo(area, current)
  letGo(area, spare)
}
