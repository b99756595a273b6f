// The bit field of a huge frame, judged by a list of 512 flags: what is found is free and aligned, what is taken and
// given changes exactly those frames, and what cannot be done changes nothing.
import { Random } from '@parperos/alloc-api/conformance'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  fill,
  give,
  giveBits,
  giveOne,
  hasBlock,
  rowsAre,
  takeAt,
  takeBlock,
  takeOne,
  takeSome,
} from '../src/sab/bitfield.ts'
import { ones } from '../src/sab/row.ts'

/** Where the field stands; the rows around it must stay as they are. */
const AT = 16
const FRAMES = 512
const GUARD = 0x0f0f_0f0f

let words: Int32Array<SharedArrayBuffer>
let taken: boolean[]

/** Makes the field random: each frame taken with that probability, in runs, so that larger blocks are there too. */
function scatter(seed: number, share: number): void {
  const random = new Random(seed)
  for (let frame = 0; frame < FRAMES;) {
    const run = 1 << random.below(8)
    const isTaken = random.chance(share)
    for (let end = Math.min(frame + run, FRAMES); frame < end; frame++) {
      taken[frame] = isTaken
      if (isTaken) words[AT + (frame >>> 5)] |= 1 << (frame & 31)
    }
  }
}

/** The field is the list, and nothing around it was touched. */
function agree(): void {
  const found = taken.map((_, frame) => ((words[AT + (frame >>> 5)] >>> (frame & 31)) & 1) === 1)
  expect(found).toEqual(taken)
  expect([...words.subarray(0, AT), ...words.subarray(AT + 16)]).toEqual(new Array(2 * AT).fill(GUARD))
}

const mark = (position: number, order: number, value: boolean): void => {
  taken.fill(value, position, position + 2 ** order)
}

const isAll = (position: number, order: number, value: boolean): boolean =>
  taken.slice(position, position + 2 ** order).every((one) => one === value)

const places = (order: number): number[] => Array.from({ length: FRAMES >> order }, (_, i) => i << order)
const smallOrders = [0, 1, 2, 3, 4, 5, 6, 7, 8]

beforeEach(() => {
  words = new Int32Array(new SharedArrayBuffer(3 * AT * 4)).fill(GUARD)
  words.fill(0, AT, AT + 16)
  taken = new Array<boolean>(FRAMES).fill(false)
})

describe.each(smallOrders)('order %i', (order) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('every free block is found once, from any row on (seed %i)', (seed) => {
    scatter(seed, 0.3 + seed / 20)
    const free = places(order).filter((place) => isAll(place, order, false))
    const random = new Random(seed)
    const found: number[] = []
    while (order === 0 ? found.length < free.length : hasBlock(words, AT, order)) {
      const position = takeBlock(words, AT, order, random.below(16))
      expect(isAll(position, order, false)).toBe(true)
      mark(position, order, true)
      found.push(position)
      agree()
    }
    expect(found.toSorted((a, b) => a - b)).toEqual(free)
    expect(takeBlock(words, AT, order, 3)).toBe(-1)
    agree()
  })

  it.each([1, 2, 3])(
    'a named block is taken exactly when it is free, and given back exactly when it is taken (seed %i)',
    (seed) => {
      scatter(seed, 0.5)
      for (const place of new Random(seed).shuffle(places(order))) {
        const [isFree, isTaken] = [isAll(place, order, false), isAll(place, order, true)]
        expect(give(words, AT, place, order)).toBe(isTaken ? 2 ** order : 0)
        if (isTaken) mark(place, order, false)
        agree()
        expect(takeAt(words, AT, place, order)).toBe(isFree || isTaken)
        if (isFree || isTaken) mark(place, order, true)
        agree()
      }
    },
  )
})

it('the whole field is given back when all of it is taken', () => {
  fill(words, AT, -1)
  taken.fill(true)
  agree()
  expect(rowsAre(words, AT, 16, -1)).toBe(true)
  expect(give(words, AT, 0, 9)).toBe(512)
  taken.fill(false)
  agree()
  expect(rowsAre(words, AT, 16, 0)).toBe(true)
  words[AT + 15] = 1
  expect([rowsAre(words, AT, 15, 0), rowsAre(words, AT, 16, 0)]).toEqual([true, false])
  expect(give(words, AT, 0, 9)).toBe(0)
})

it('single frames are taken from the given row on, around, until none is left', () => {
  scatter(4, 0.5)
  const free = taken.filter((one) => !one).length
  for (let i = 0; i < free; i++) {
    const start = (i * 7) % 16
    const position = takeOne(words, AT, start)
    const before = [...taken.keys()].filter((frame) => !taken[frame])
    const behind = before.filter((frame) => frame >= start * 32)
    expect(position).toBe(behind.length > 0 ? behind[0] : before[0])
    mark(position, 0, true)
  }
  agree()
})

it('single frames are given back once', () => {
  scatter(5, 0.5)
  for (let frame = 0; frame < FRAMES; frame++) {
    expect(giveOne(words, AT, frame)).toBe(taken[frame])
    taken[frame] = false
    expect(giveOne(words, AT, frame)).toBe(false)
  }
  agree()
})

it('several frames of a row are taken from the lowest on, as many as asked for or there are', () => {
  const random = new Random(6)
  for (let i = 0; i < 3000; i++) {
    const row = (random.next() & random.next()) | 0
    const count = 1 + random.below(34)
    words[AT] = row
    const bits = takeSome(words, AT, count)
    expect([bits & row, words[AT]]).toEqual([0, row | bits])
    expect(ones(bits)).toBe(Math.min(count, 32 - ones(row)))
    // No free frame below the highest that was taken.
    const highest = 31 - Math.clz32(bits)
    if (bits !== 0) expect(~words[AT] & ((2 ** highest - 1) | 0)).toBe(0)
  }
})

it('several frames of a row are given back when all of them are taken, else none', () => {
  const random = new Random(7)
  for (let i = 0; i < 3000; i++) {
    const row = random.next() | random.next() | 0
    const mask = (random.chance(0.5) ? random.next() & row : random.next() & random.next()) | 0
    words[AT] = row
    const all = (row & mask) === mask
    expect(giveBits(words, AT, mask)).toBe(all)
    expect(words[AT]).toBe(all ? row & ~mask : row)
  }
})
