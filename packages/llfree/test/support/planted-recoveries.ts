// Recoveries that are wrong on purpose, for the tests that have to find them. They stand here and not behind a switch in
// the sources: the right one runs, and then a part of what it wrote is put back to what was found.
import type { Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import type { Words } from './board.ts'
import { counterOf, shapeOf, treeCounts } from './read-words.ts'

export const plantedRecoveries = [
  'nothing is recovered',
  'counters are taken as the truth',
  'bits are made to fit the counters',
  'trees keep their counts',
  'bits of huge blocks are not mended',
] as const
export type Planted = (typeof plantedRecoveries)[number]

export function recoverWrongly(words: Words, planted: Planted): void {
  if (planted === 'nothing is recovered') return
  const shape = shapeOf(words)
  const found = words.slice()
  const { childrenAt, bitsAt, wordsTotal } = shape
  new SabCore(new Area(words, shape, 0)).recover(new Uint32Array(4))
  if (planted === 'trees keep their counts') setCounts(words, shape, treeCounts(found, shape))
  else if (planted === 'bits of huge blocks are not mended') words.set(found.subarray(bitsAt, wordsTotal), bitsAt)
  else {
    words.set(found.subarray(childrenAt, bitsAt), childrenAt)
    setCounts(words, shape, Array.from({ length: shape.trees }, (_, tree) => countedIn(words, shape, tree)))
    if (planted === 'counters are taken as the truth') return
    for (let child = 0; child < shape.children; child++) fitBits(words, shape, child)
  }
}

/** Clears or sets the lowest bits that a huge frame's counter says are wrong. */
function fitBits(words: Int32Array, shape: Geometry, child: number): void {
  const first = child * L.childFrames
  const end = Math.min(first + L.childFrames, shape.frames)
  const free: number[] = []
  const taken: number[] = []
  for (let frame = first; frame < end; frame++) {
    const isTaken = (words[shape.bitsAt + (frame >>> L.rowShift)] >>> (frame & 31)) & 1
    ;(isTaken ? taken : free).push(frame)
  }
  const missing = counterOf(words, shape, child) - free.length
  // HUGE, FREEING, and what is no number of frames.
  if (missing > L.childFrames) return
  for (const frame of missing > 0 ? taken.slice(0, missing) : free.slice(0, -missing)) {
    words[shape.bitsAt + (frame >>> L.rowShift)] ^= 1 << (frame & 31)
  }
}

/** What the counters of a tree's huge frames say. */
function countedIn(words: Int32Array, shape: Geometry, tree: number): number {
  let free = 0
  const end = Math.min(shape.children, (tree + 1) << shape.treeShift)
  for (let child = tree << shape.treeShift; child < end; child++) {
    const counter = counterOf(words, shape, child)
    if (counter <= L.childFrames) free += counter
  }
  return free
}

function setCounts(words: Int32Array, { treesAt }: Geometry, counts: readonly number[]): void {
  for (const [tree, free] of counts.entries()) {
    words[treesAt + tree] = (words[treesAt + tree] & ~L.treeFreeMask) | (free & L.treeFreeMask)
  }
}
