// The bit field of a huge frame: 16 rows, 1 = allocated. Bits change by compare-exchange of one row; a block of several
// rows is taken row by row, with undo. Positions count frames from the start of the huge frame; `at` is its first row.
import { and, compareExchange, or, store, type Words } from '#atomics'
import * as L from '../layout.ts'
import { blockMask, freeBlock, lowestBit, ones } from './row.ts'

const ALL = -1

/**
 * Takes one frame, looking from row `start` on, around. The caller has taken one frame from the child's counter, so one
 * is there: it can only move while others take and give. −1 says that the counter lied.
 */
export function takeOne(words: Words, at: number, start: number): number {
  const row = words[at + start]
  if (row !== ALL) {
    const bit = lowestBit(~row)
    if (setBit(words, at + start, bit)) return (start << L.rowShift) + bit
  }
  return takeOneAround(words, at, start)
}

function takeOneAround(words: Words, at: number, start: number): number {
  for (let i = 0; i < L.rows * L.maxPasses; i++) {
    const index = (start + i) & (L.rows - 1)
    for (let row = words[at + index]; row !== ALL; row = words[at + index]) {
      const bit = lowestBit(~row)
      if (setBit(words, at + index, bit)) return (index << L.rowShift) + bit
    }
  }
  return -1
}

/** Sets one bit; whether it was clear. Setting a bit that is set changes nothing, so no compare-exchange is needed. */
const setBit = (words: Words, index: number, bit: number): boolean => (or(words, index, 1 << bit) & (1 << bit)) === 0

/** Gives back one frame; whether it was allocated. */
export const giveOne = (words: Words, at: number, position: number): boolean => {
  const mask = 1 << (position & 31)
  return (and(words, at + (position >>> L.rowShift), ~mask) & mask) !== 0
}

/** Takes up to `count` frames of one row; returns their bits, 0 when the row is full. */
export function takeSome(words: Words, index: number, count: number): number {
  let row = words[index]
  for (;;) {
    const free = ~row
    if (free === 0) return 0
    let left = free
    // Leave only the lowest `count` free bits.
    if (ones(free) > count) for (let i = 0; i < count; i++) left &= left - 1
    const bits = ones(free) > count ? free & ~left : free
    const seen = compareExchange(words, index, row, row | bits)
    if (seen === row) return bits
    row = seen
  }
}

/** Whether an aligned free block of 2^order frames is to be seen (order 1 … 8). A plain look: it may be gone again. */
export function hasBlock(words: Words, at: number, order: number): boolean {
  if (order <= L.rowOrder) {
    for (let i = 0; i < L.rows; i++) if (freeBlock(words[at + i], order) >= 0) return true
    return false
  }
  const rows = 1 << (order - L.rowOrder)
  for (let i = 0; i < L.rows; i += rows) if (rowsAre(words, at + i, rows, 0)) return true
  return false
}

/** Takes an aligned block of 2^order frames (order 0 … 8), from row `start` on, around. Its first position, or −1. */
export function takeBlock(words: Words, at: number, order: number, start: number): number {
  return order <= L.rowOrder ? takeInRow(words, at, order, start) : takeRows(words, at, order, start)
}

function takeInRow(words: Words, at: number, order: number, start: number): number {
  const mask = blockMask(order)
  for (let i = 0; i < L.rows; i++) {
    const index = (start + i) & (L.rows - 1)
    let row = words[at + index]
    for (;;) {
      const bit = freeBlock(row, order)
      if (bit < 0) break
      const seen = compareExchange(words, at + index, row, row | (mask << bit))
      if (seen === row) return (index << L.rowShift) + bit
      row = seen
    }
  }
  return -1
}

function takeRows(words: Words, at: number, order: number, start: number): number {
  const rows = 1 << (order - L.rowOrder)
  const first = start & -rows
  for (let i = 0; i < L.rows; i += rows) {
    const index = (first + i) & (L.rows - 1)
    if (rowsAre(words, at + index, rows, 0) && swapRows(words, at + index, rows)) return index << L.rowShift
  }
  return -1
}

/** Takes exactly the block at `position` (order 0 … 8); false when part of it is taken. */
export function takeAt(words: Words, at: number, position: number, order: number): boolean {
  const index = at + (position >>> L.rowShift)
  if (order > L.rowOrder) {
    const rows = 1 << (order - L.rowOrder)
    return rowsAre(words, index, rows, 0) && swapRows(words, index, rows)
  }
  const mask = blockMask(order) << (position & 31)
  let row = words[index]
  while ((row & mask) === 0) {
    const seen = compareExchange(words, index, row, row | mask)
    if (seen === row) return true
    row = seen
  }
  return false
}

/** All of these rows from empty to full, or none: what was done is undone when one of them is not empty any more. */
function swapRows(words: Words, index: number, rows: number): boolean {
  for (let done = 0; done < rows; done++) {
    if (compareExchange(words, index + done, 0, ALL) === 0) continue
    // The rows that were filled here belong to this worker alone.
    while (--done >= 0) store(words, index + done, 0)
    return false
  }
  return true
}

/**
 * Gives back the block at `position` (order 1 … 9). Returns how many frames were given back: all of them, or 0 when part
 * of the block is not allocated. A number between says that another worker gave back a part at the same moment, which is
 * misuse: these frames are free now and have to be counted.
 */
export function give(words: Words, at: number, position: number, order: number): number {
  const index = at + (position >>> L.rowShift)
  if (order > L.rowOrder) return giveRows(words, index, 1 << (order - L.rowOrder))
  const mask = blockMask(order) << (position & 31)
  return giveBits(words, index, mask) ? 1 << order : 0
}

/** Clears these bits of one row; false, with nothing changed, unless all of them are set. */
export function giveBits(words: Words, index: number, mask: number): boolean {
  let row = words[index]
  while ((row & mask) === mask) {
    const seen = compareExchange(words, index, row, row & ~mask)
    if (seen === row) return true
    row = seen
  }
  return false
}

function giveRows(words: Words, index: number, rows: number): number {
  if (!rowsAre(words, index, rows, ALL)) return 0
  for (let done = 0; done < rows; done++) {
    if (compareExchange(words, index + done, ALL, 0) !== ALL) return done << L.rowShift
  }
  return rows << L.rowShift
}

/** Whether all of these rows hold `value`. A plain look. */
export function rowsAre(words: Words, index: number, rows: number, value: number): boolean {
  for (let i = 0; i < rows; i++) if (words[index + i] !== value) return false
  return true
}

/** Writes all rows. The caller owns the whole huge frame: nobody else may change a bit of it. */
export function fill(words: Words, at: number, value: number): void {
  for (let i = 0; i < L.rows; i++) words[at + i] = value
}
