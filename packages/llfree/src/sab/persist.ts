// Making changes durable, for memories that outlive a power failure while the processor's caches don't. Truth is the bit
// field and the states HUGE and FREEING of the children; everything else is rebuilt. One rule is enough for all
// operations: before an operation returns, the bit field and the counter of every huge frame that it changed, or tried to,
// are flushed, and then one fence is passed. What was returned is durable, then; what was not is one operation in flight.
//
// Two things follow without further flushes. A huge block's rows are durable before its owner can give a part of it back,
// so a split (HUGE → 0) never uncovers clear bits. And whoever takes frames out of a huge frame that another worker is
// just giving back flushes that one's counter and bits along with its own.
import type { Words } from '#atomics'
import * as L from '../layout.ts'
import type { Area } from './area.ts'

/** How changed words become durable. Null in an area whose policy is 'none'. */
export interface Persistence {
  /** Starts to make `count` words from `index` on durable; they are when a fence has been passed. */
  flush(words: Words, index: number, count: number): void
  /** Waits for everything that was flushed. */
  fence(): void
}

/** Flushes the counter and the bit field of a huge frame, without a fence. */
export function flushChild(area: Area, child: number): void {
  const { persistence, words } = area
  if (persistence === null) return
  persistence.flush(words, area.childrenAt + (child >>> 1), 1)
  persistence.flush(words, area.bitsAt + child * L.rows, L.rows)
}

/** An operation on this block ends. */
export const persistBlock = (area: Area, frame: number, order: number): void => {
  if (area.persistence !== null) flushBlock(area, frame, order, area.persistence)
}

function flushBlock(area: Area, frame: number, order: number, persistence: Persistence): void {
  const child = frame >>> L.childShift
  flushChild(area, child)
  if (order === L.maxOrder) flushChild(area, child + 1)
  persistence.fence()
}

/** An operation ends that got nothing: what it undid was flushed there. */
export const persistUndone = (area: Area): void => {
  if (area.persistence !== null) area.persistence.fence()
}

/** An operation on these single frames ends: `count` of them from `from` on. */
export function persistFrames(area: Area, frames: Uint32Array, from: number, count: number): void {
  const { persistence } = area
  if (persistence === null) return
  let flushed = -1
  for (let i = from; i < from + count; i++) {
    const child = frames[i] >>> L.childShift
    if (child !== flushed) flushChild(area, child)
    flushed = child
  }
  persistence.fence()
}
