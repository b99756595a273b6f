// Damaged words: validate names the place, in all backends with the same words; operations that meet one report it
// instead of following it, and the C core never leaves its Region.
import { createMemory, Region, type PlacingFrameAllocator } from '@parperos/alloc-api'
import { expect, it } from 'vitest'
import { Buddy } from '../src/index.ts'
import { layout, partsOf } from '../src/layout.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'

const { freeWord, freshWord, headsWord, countsWord, topOrder } = layout.values
const frames = 6 * 1024 + 19
const parts = partsOf(frames, 4)

/** Word indexes. */
const at = {
  bits: (frame: number) => parts.bits + (frame >>> 5),
  orders: (frame: number) => parts.orders + (frame >>> 4),
  next: (frame: number) => parts.links + (frame & ~1),
  previous: (frame: number) => parts.links + (frame & ~1) + 1,
  head: (order: number) => headsWord + order,
  count: (order: number) => countsWord + order,
}

interface Opened {
  words: Int32Array
  all: PlacingFrameAllocator[]
}

/** Frames 0 and 6 of a split block are allocated; blocks 0 and 1024 of the top order are in lists, the rest is fresh. */
async function open(): Promise<Opened> {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  const first = await Buddy.open({ backend: backends.sab, memory, frames, slots: 4 })
  const { handle } = first
  first.getAt(0, 0)
  first.getAt(6, 0)
  first.getAt(1024, 10)
  first.put(1024, 10)
  const all = await Promise.all(kinds.map((kind, i) => Buddy.attach({ backend: backends[kind], handle, slot: i + 1 })))
  return { words: Region.from(handle.region).words(), all }
}

const damages: [what: string, damage: (words: Int32Array) => void, message: RegExp][] = [
  ['a fresh frame inside of a block', (words) => words[freshWord]++, /first fresh frame, in word 33 is 2049, expected 2048/],
  ['a fresh frame behind the end', (words) => (words[freshWord] = 7168), /word 33 is 7168, expected 6144/],
  ['a bit of a fresh frame', (words) => (words[at.bits(4096)] = 8), /bits from frame 4096 is 8, expected 0/],
  ['an entry of a fresh frame', (words) => (words[at.orders(4096)] = 5), /orders for frame 4096 is 5, expected 0/],
  ['a bit behind the last frame', (words) => (words[at.bits(frames)] |= 1 << 20), /bits from frame 6144 is 1048576, expected 0/],
  ['an allocated frame marked as free', (words) => (words[at.bits(0)] &= ~1), /orders for frame 0 is 1, expected 3/],
  ['a free frame marked as allocated', (words) => (words[at.bits(2)] |= 4), /orders for frame 2 is 2, expected 1/],
  ['an entry that is missing', (words) => (words[at.orders(0)] &= ~15), /orders for frame 0 is 0, expected 1/],
  ['an entry too many', (words) => (words[at.orders(1026)] |= 16), /orders for frame 1026 is 1, expected 0/],
  ['a list that ends early', (words) => (words[at.head(1)] = 0), /blocks in the list of order 1 is 0, expected 3/],
  ['a list that leads out', (words) => (words[at.head(1)] = frames + 1), /list of order 1 is 0, expected 3/],
  ['a list that leads into another', (words) => (words[at.head(3)] = 3), /list of order 3 is 0, expected 1/],
  ['a circle', (words) => (words[at.next(8)] = 9), /backward link \(1 \+ frame\) of the free block at frame 8 is 0, expected 9/],
  ['a wrong backward link', (words) => (words[at.previous(2)] = 1), /free block at frame 2 is 1, expected/],
  ['a wrong count', (words) => words[at.count(topOrder)]--, /count of free blocks of order 10 is 4, expected 5/],
  ['a wrong number of free frames', (words) => words[freeWord]++, /free frames, in word 32 is 6162, expected 6161/],
]

it.each(damages)('validate finds %s, and all backends say the same', async (_what, damage, message) => {
  const { words, all } = await open()
  for (const allocator of all) allocator.validate()
  damage(words)
  for (const allocator of all) {
    expect(() => allocator.validate()).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
    expect(() => allocator.validate()).toThrow(message)
  }
})

it.each(kinds)('a %s worker reports damaged links instead of following them', async (kind) => {
  const corrupt = expect.objectContaining({ code: 'CORRUPT' }) as Error
  const wild = 0x7fff_fff0
  const calls: [damage: (words: Int32Array) => void, call: (allocator: PlacingFrameAllocator) => unknown][] = [
    [(words) => (words[at.head(1)] = wild), (allocator) => allocator.get(1)],
    [(words) => (words[at.head(1)] = -1), (allocator) => allocator.get(1)],
    [(words) => (words[at.head(3)] = 2), (allocator) => allocator.get(3)],
    [(words) => (words[at.next(8)] = wild), (allocator) => allocator.get(3)],
    [(words) => (words[at.previous(8)] = wild), (allocator) => allocator.getAt(8, 3)],
    [(words) => (words[at.head(2)] = wild), (allocator) => allocator.get(2)],
    [(words) => (words[at.next(7)] = wild), (allocator) => allocator.put(6, 0)],
    [(words) => (words[at.head(2)] = wild), (allocator) => (allocator.getAt(4, 1), allocator.getAt(8, 2))],
    [(words) => (words[freshWord] = wild), (allocator) => allocator.getBatch(10, new Uint32Array(6)) === 1 && allocator.get(10)],
    [(words) => (words[freshWord] = 2049), (allocator) => allocator.getAt(4096, 0)],
    [(words) => words.fill(0, parts.orders, parts.links), (allocator) => allocator.getAt(1024, 9)],
  ]
  for (const [damage, call] of calls) {
    const { words, all } = await open()
    const allocator = all[kinds.indexOf(kind)]
    damage(words)
    expect(() => call(allocator), String(damage)).toThrow(corrupt)
  }
})
