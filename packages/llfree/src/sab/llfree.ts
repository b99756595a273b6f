// LLFree in TypeScript: the operations of one attached worker (Wrenger et al., "LLFree: Scalable and Optionally-Persistent
// Page-Frame Allocation", USENIX ATC'23), on the words that the C core works on too. Results below zero are statuses.
import { status } from '@parperos/alloc-api/driver'
import type { LLFreeCore } from '../driver.ts'
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { getManyNear, putRow } from './batch.ts'
import { allMoves, beginMove, endMove, movedSince } from './ledger.ts'
import { giveToLocal, setHint } from './local.ts'
import { giveToChild } from './child.ts'
import { putBlock } from './lower.ts'
import { persistBlock, persistFrames, persistUndone } from './persist.ts'
import { init } from './init.ts'
import { getAt } from './place.ts'
import { recover } from './recover.ts'
import { classOfOrder } from './policy.ts'
import { drain, getNear, syncLocal } from './reservation.ts'
import { reserve } from './reserve.ts'
import { quickStats, stats, statsAt } from './stats.ts'
import { demote, steal } from './steal.ts'
import { giveToTree, treeClass } from './tree.ts'
import { validate } from './validate.ts'

const NONE = -1

export class SabCore implements LLFreeCore {
  readonly #area: Area

  constructor(area: Area) {
    this.#area = area
  }

  /** Everything free, or everything allocated. */
  init(allocated: boolean): void {
    init(this.#area, allocated)
  }

  /** Makes consistent what the last workers left; writes what was mended, four numbers, to `into`. */
  recover(into: Uint32Array): void {
    recover(this.#area, into)
  }

  get(order: number, frameClass: number): number {
    const area = this.#area
    if (order >>> 0 > L.maxOrder) return status.BAD_ORDER
    const at = frameClass === -1 ? area.ownLocals[order] : ownLocal(area, frameClass)
    if (at < 0) return at
    const frame = getNear(area, at, order)
    if (frame < 0) return frame === NONE ? getSlow(area, at, order) : frame
    setHint(area, at, order, frame)
    persistBlock(area, frame, order)
    return frame
  }

  getAt(frame: number, order: number, frameClass: number): number {
    const area = this.#area
    const misuse = checkBlock(area, frame, order)
    if (misuse < 0) return misuse
    const requested = frameClass === -1 ? classOfOrder(area, order) : frameClass
    if (requested >>> 0 >= area.classes) return status.BAD_CLASS
    for (let tries = 0; tries < L.maxSearches; tries++) {
      const before = allMoves(area)
      const taken = getAt(area, frame, order, requested)
      if (taken === 1) persistBlock(area, frame, order)
      if (taken !== 0) return taken
      if (!movedSince(area, before)) break
    }
    persistUndone(area)
    return 0
  }

  put(frame: number, order: number): number {
    const area = this.#area
    const misuse = checkBlock(area, frame, order)
    if (misuse < 0) return misuse
    beginMove(area)
    const given = putBlock(area, frame, order)
    if (given > 0) countGiven(area, frame, order, given)
    endMove(area, given > 0)
    if (given > 0) persistBlock(area, frame, order)
    // A status stays what it is; nothing, or less than all, is misuse.
    return given === 1 << order ? 0 : Math.min(given, status.NOT_ALLOCATED)
  }

  getBatch(order: number, into: Uint32Array, frameClass: number): number {
    const area = this.#area
    if (order >>> 0 > L.maxOrder) return status.BAD_ORDER
    const at = frameClass === -1 ? area.ownLocals[order] : ownLocal(area, frameClass)
    if (at < 0) return at
    let count = 0
    while (count < into.length) {
      if (order === 0 && count + 1 < into.length) {
        const many = getManyNear(area, at, into, count)
        if (many < 0) return many
        persistFrames(area, into, count, many)
        count += many
        if (count === into.length) break
      }
      // The huge frame is used up (or the order is another one): a single get finds the next.
      const frame = this.get(order, frameClass)
      if (frame < 0) return count > 0 ? count : frame
      into[count++] = frame
    }
    return count
  }

  putBatch(order: number, frames: Uint32Array): number {
    let done = 0
    while (done < frames.length) {
      // Read once: another worker may be writing the array, and what was checked has to be what is used.
      const first = frames[done]
      const given = order === 0 ? this.#putRow(first, frames, done) : 0
      if (given < 0 || (given === 0 && this.put(first | 0, order) < 0)) return done
      done += Math.max(given, 1)
    }
    return done
  }

  /** Gives back and counts the frames that share a row with `first`: how many, 0 when that cannot be, or a status. */
  #putRow(first: number, frames: Uint32Array, from: number): number {
    const area = this.#area
    beginMove(area)
    const given = putRow(area, first, frames, from)
    const counted = given > 0 && giveToChild(area.words, area.childrenAt, first >>> L.childShift, given)
    if (counted) countGiven(area, first, 0, given)
    endMove(area, given > 0)
    if (given > 0) persistBlock(area, first, 0)
    return given > 0 && !counted ? status.CORRUPT : given
  }

  drain(): void {
    drain(this.#area)
  }

  stats(into: Uint32Array): void {
    stats(this.#area, into)
  }

  quickStats(into: Uint32Array): void {
    quickStats(this.#area, into)
  }

  statsAt(frame: number, order: number, into: Uint32Array): number {
    const misuse = checkBlock(this.#area, frame, order)
    if (misuse === 0) statsAt(this.#area, frame, order, into)
    return misuse
  }

  validate(into: Uint32Array): number {
    return validate(this.#area, into)
  }
}

/** 0, or what is wrong with a block. */
function checkBlock(area: Area, frame: number, order: number): number {
  if (order >>> 0 > L.maxOrder) return status.BAD_ORDER
  const count = 1 << order
  // Written so that nothing overflows 32 bits.
  if (frame < 0 || frame >= area.frames || count > area.frames - frame) return status.BAD_FRAME
  return (frame & (count - 1)) === 0 ? 0 : status.UNALIGNED
}

/** Counts frames that were given back: in the own reservation when it holds their tree, else in the tree. */
function countGiven(area: Area, frame: number, order: number, count: number): void {
  const tree = frame >>> (area.treeShift + L.childShift)
  // Most often it is the reservation of the order's own class: no need to look what class the tree has.
  if (!giveToLocal(area, area.ownLocals[order], tree, count)) countElsewhere(area, tree, count)
}

function countElsewhere(area: Area, tree: number, count: number): void {
  const held = treeClass(area.words[area.treesAt + tree])
  // A damaged tree can have a class for which there is no reservation.
  if (held >= area.classes || !giveToLocal(area, area.localAt(area.slot, held), tree, count)) giveToTree(area, tree, count)
}

/** The own reservation of a class that the caller names, or BAD_CLASS. */
const ownLocal = (area: Area, frameClass: number): number =>
  frameClass >>> 0 < area.classes ? area.localAt(area.slot, frameClass) : status.BAD_CLASS

/** The own reservation had nothing: search everywhere until something is found or nothing moved during a whole search. */
function getSlow(area: Area, at: number, order: number): number {
  const frameClass = (at - area.ledgerAt) / L.localWords
  for (let search = 0; search < L.maxSearches; search++) {
    const before = allMoves(area)
    const frame = searchAll(area, at, order, frameClass)
    if (frame >= 0) persistBlock(area, frame, order)
    if (frame !== NONE) return frame
    if (!movedSince(area, before)) break
  }
  persistUndone(area)
  return status.OUT_OF_MEMORY
}

function searchAll(area: Area, at: number, order: number, frameClass: number): number {
  syncLocal(area, at)
  const reserved = reserve(area, at, order, frameClass)
  if (reserved !== NONE) return reserved
  const stolen = steal(area, at, order, frameClass)
  if (stolen !== NONE) return stolen
  return demote(area, at, order, frameClass)
}
