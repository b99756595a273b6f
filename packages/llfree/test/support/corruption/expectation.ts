// What recovery has to make of damaged words, huge frame by huge frame, said a second time and in another way: as a
// table of what is found, not as steps. Bits are the truth, and the states HUGE and FREEING; a counter only tells, by not
// agreeing with them, that something was damaged.
import type { Geometry } from '../../../src/geometry.ts'
import * as L from '../../../src/layout.ts'
import { counterOf } from '../read-words.ts'

export interface Expectation {
  /** 1 for each frame that is allocated. */
  allocated: Uint8Array
  free: number
  /** How many counters, and how many huge blocks, recovery says that it has mended. */
  counters: number
  blocks: number
}

interface Found {
  /** 1 for each frame that is marked as allocated, frames beyond the end among them. */
  marks: Uint8Array
  ones: number
  state: number
  /** Whether all of its frames exist. */
  isWhole: boolean
}

export function expectRecovered(words: Int32Array, shape: Geometry): Expectation {
  const allocated = new Uint8Array(shape.frames)
  const expectation: Expectation = { allocated, free: shape.frames, counters: 0, blocks: 0 }
  for (let child = 0; child < shape.children; child++) {
    const found = findChild(words, shape, child)
    const marks = marksAfter(found, fateOf(words, shape, child), expectation)
    const first = child * L.childFrames
    const its = allocated.subarray(first, first + L.childFrames)
    its.set(marks.subarray(0, its.length))
    for (const mark of its) expectation.free -= mark
  }
  return expectation
}

function findChild(words: Int32Array, shape: Geometry, child: number): Found {
  const marks = new Uint8Array(L.childFrames)
  const first = child * L.childFrames
  let ones = 0
  for (let i = 0; i < L.childFrames; i++) {
    const isMarked = (words[shape.bitsAt + ((first + i) >>> L.rowShift)] >>> (i & 31)) & 1
    marks[i] = first + i < shape.frames ? isMarked : 1
    ones += marks[i]
  }
  return { marks, ones, state: counterOf(words, shape, child), isWhole: first + L.childFrames <= shape.frames }
}

/** Only whole rows: nothing but the put of a huge block leaves a huge frame so. */
const isFreeing = ({ marks, state, isWhole }: Found): boolean =>
  state === L.childFreeing && isWhole && marks.every((mark, i) => mark === marks[i & -32])

/** Of a huge frame that was being given back: whether it is free from now on. The two of a pair go together. */
function fateOf(words: Int32Array, shape: Geometry, child: number): 'free' | 'huge' | undefined {
  const own = findChild(words, shape, child)
  if (!isFreeing(own)) return undefined
  const other = (child ^ 1) < shape.children ? findChild(words, shape, child ^ 1) : undefined
  const ones = own.ones + (other && isFreeing(other) ? other.ones - L.childFrames : 0)
  return ones < L.childFrames ? 'free' : 'huge'
}

function marksAfter(found: Found, fate: 'free' | 'huge' | undefined, expectation: Expectation): Uint8Array {
  const { marks, ones, state, isWhole } = found
  if (fate) {
    expectation.blocks++
    return new Uint8Array(L.childFrames).fill(fate === 'huge' ? 1 : 0)
  }
  if (state === L.childHuge && isWhole) {
    if (ones < L.childFrames) expectation.blocks++
    return new Uint8Array(L.childFrames).fill(1)
  }
  if (state !== L.childFrames - ones) expectation.counters++
  return marks
}
