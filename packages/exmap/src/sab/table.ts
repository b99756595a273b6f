// The page table: one word per page. A page is claimed by compare-exchange, and from then on only the slot that claimed it
// writes its word, until it says what the page is now. What a claim looks like names the slot, so that whoever takes over
// after a worker's death knows which claims were its. In an area of one slot a page is claimed by a plain write, since nobody
// else ever claims one.
import { status } from '@parperos/alloc-api/driver'
import { compareExchange, store } from '#atomics'
import * as L from '../layout.ts'
import { isAlone, type Area } from './area.ts'

export const frameOf = (area: Area, word: number): number => (word & L.tableFrame) ^ area.zero
export const wordOf = (area: Area, frame: number): number => frame ^ area.zero

/** Whether a frame can be a page's: in the pool, and none of the frames of zeros. */
export const frameIsUsable = (area: Area, frame: number): boolean =>
  frame < area.frames && (frame ^ area.zero) >>> area.zeroOrder !== 0

export const takesFrames = (op: number): boolean => op === L.opAlloc || op === L.opClear || op === L.opRead

/** Why a page whose word this is cannot be claimed for `op`; 0 when it can. */
export function obstacle(area: Area, op: number, word: number): number {
  if (takesFrames(op)) {
    if (word === 0) return 0
    return (word & L.tableBusy) !== 0 ? status.PAGE_BUSY : status.RESIDENT
  }
  if (word === 0) return status.NOT_RESIDENT
  if ((word & (L.tableBusy | L.tableWriting)) !== 0) return status.PAGE_BUSY
  return frameIsUsable(area, frameOf(area, word)) ? 0 : status.CORRUPT
}

/**
 * Claims the page of the hand's entry at `entry`; 0, or the obstacle. The frame that the page has stands in the entry
 * before the claim.
 */
export function claimPage(area: Area, op: number, entry: number): number {
  const { words, tableAt } = area
  const index = tableAt + (words[entry + L.entryPage] >>> 0)
  let word = words[index]
  for (;;) {
    const found = obstacle(area, op, word)
    if (found !== 0) return found
    if (!takesFrames(op)) words[entry + L.entryFrame] = frameOf(area, word)
    const claimed = op === L.opWrite ? word | L.tableWriting : area.busy
    if (isAlone(area)) {
      words[index] = claimed
      return 0
    }
    const seen = compareExchange(words, index, word, claimed)
    if (seen === word) return 0
    word = seen
  }
}

/**
 * Whether the page is claimed by this slot. A page beyond the end is nobody's. A plain read will do: only this slot makes
 * and ends its claims.
 */
export const isClaimed = (area: Area, page: number): boolean =>
  page < area.pages && area.words[area.tableAt + page] === area.busy

/** Ends a claim: what the page's word is from now on. Whoever sees it sees the bytes that the page has. */
export function setPage(area: Area, page: number, word: number): void {
  if (isAlone(area)) area.words[area.tableAt + page] = word
  else store(area.words, area.tableAt + page, word)
}
