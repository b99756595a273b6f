// Many blocks in one call. For order 0 one compare-exchange takes a whole run: of the reservation's count, of a child's
// counter, and of the bits of a row; giving back does the same in the other direction.
import { status } from '@parperos/alloc-api/driver'
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { giveBits, takeSome } from './bitfield.ts'
import { peekChild, takeUpToFromChild } from './child.ts'
import { beginMove, endMove } from './ledger.ts'
import { hintOf, localFree, localTree, setHint, takeUpToFromLocal } from './local.ts'
import { pickChild, split } from './lower.ts'
import { lowestBit } from './row.ts'

/**
 * Takes frames out of the reservation at `at`, as many as the huge frame of the last one has, into `into` from `from` on.
 * How many, or CORRUPT.
 */
export function getManyNear(area: Area, at: number, into: Uint32Array, from: number): number {
  beginMove(area)
  const count = claimAndGetMany(area, at, into, from)
  endMove(area, false)
  return count
}

function claimAndGetMany(area: Area, at: number, into: Uint32Array, from: number): number {
  const { words, childrenAt } = area
  const hint = hintOf(area, at, 0)
  const near = hint >>> L.childShift
  const free = peekChild(words, childrenAt, near)
  if (free === 0 || free > L.childFrames || near >>> area.treeShift !== localTree(area, words[at])) return 0
  const wanted = Math.min(into.length - from, free)
  const word = takeUpToFromLocal(area, at, wanted)
  if (word === 0) return 0
  const tree = localTree(area, word)
  const count = Math.min(localFree(area, word), wanted)
  let child = near >>> area.treeShift === tree ? near : pickChild(area, tree)
  let row = (hint >>> L.rowShift) & (L.rows - 1)
  let done = 0
  // Others may take from the huge frame meanwhile; then the rest is elsewhere in the tree.
  for (let pass = 0; pass < L.maxPasses; pass++) {
    const taken = child < 0 ? 0 : takeUpToFromChild(words, childrenAt, child, count - done)
    if (taken > 0 && !fillFromChild(area, child, row, into, from + done, taken)) return status.CORRUPT
    done += taken
    if (done === count) {
      setHint(area, at, 0, into[from + count - 1])
      return count
    }
    child = pickChild(area, tree)
    row = 0
  }
  return status.CORRUPT
}

/** Sets `count` bits of a huge frame whose counter they were taken from, and writes their frames. */
function fillFromChild(area: Area, child: number, row: number, into: Uint32Array, from: number, count: number): boolean {
  const at = area.bitsAt + child * L.rows
  let to = from
  for (let i = row; to < from + count && i < L.rows * L.maxPasses; i++) {
    const index = at + (i & (L.rows - 1))
    const first = (index - area.bitsAt) << L.rowShift
    let bits = takeSome(area.words, index, from + count - to)
    for (; bits !== 0; bits &= bits - 1) into[to++] = first + lowestBit(bits)
  }
  return to === from + count
}

/**
 * Gives back the frames from `from` on that share a row with `first`, in one step: how many, or 0 when one of them is not
 * allocated (then nothing is changed). Only the bits: the caller counts them.
 */
export function putRow(area: Area, first: number, frames: Uint32Array, from: number): number {
  const { words, childrenAt } = area
  const row = first >>> L.rowShift
  let mask = 0
  let to = from
  for (; to < frames.length; to++) {
    const frame = frames[to]
    const bit = 1 << (frame & 31)
    if (frame >>> L.rowShift !== row || frame >= area.frames || (mask & bit) !== 0) break
    mask |= bit
  }
  if (mask === 0) return 0
  const child = row >>> (L.childShift - L.rowShift)
  if (peekChild(words, childrenAt, child) > L.childFrames && !split(area, child)) return 0
  return giveBits(words, area.bitsAt + row, mask) ? to - from : 0
}
