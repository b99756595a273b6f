// The one definition of the bytes; csrc/generated/layout.h is made from it. A Region holds 32-bit words, little-endian:
//
//   word 0                16              32                                64
//   ┌────────────────────┬───────────────┬─────────────────────────────────┬────────┬────────┬────────┬────────┐
//   │ magic, version,    │ lock          │ free frames, first fresh frame, │ bits   │ orders │ links  │ owners │
//   │ frames, slots, size│ (a line alone)│ 11 list heads, 11 block counts  │        │        │        │        │
//   └────────────────────┴───────────────┴─────────────────────────────────┴────────┴────────┴────────┴────────┘
//
//   lock     ┌───────────────────────────────┬──────────┐   state 0: free, 1: held, 2: held, and workers sleep.
//            │ releases so far (30 bits)     │ state (2)│   The count shows a sleeper whether the lock still moves.
//            └───────────────────────────────┴──────────┘
//   bits     one per frame, 1 = allocated. Bits beyond the last frame are 0.
//   orders   four bits per pair of frames: 0, or 1 + the order of the free block that starts in this pair.
//   links    two words per pair: the next and the previous block of that block's list, as 1 + frame; 0 = none.
//   owners   one word per slot (alloc-api's slots).
//
// One entry per pair is enough, because two free blocks never start in the same pair: both would be of order 0, and
// buddies of order 0 that are both free are one block of order 1.
//
// Blocks of the top order that were never touched are in no list: they are the frames from `fresh` on, as long as whole
// blocks last, and they count as the tail of the top list. Opening therefore takes the same time for any number of
// frames, and memory for links is only touched where frames were used.
import { defineConstants } from '@parperos/alloc-api/driver'

export const layout = defineConstants('BUDDY', {
  /** "PPBD" in the bytes' order. */
  magic: 0x44425050,
  version: 1,
  maxFrames: 2 ** 30,
  maxSlots: 1024,
  /** Orders are 0 … topOrder; blocks of the top order are not merged any further. */
  topOrder: 10,
  hugeOrder: 9,
  /** Parts start on cache lines of their own. */
  lineWords: 16,

  magicWord: 0,
  versionWord: 1,
  framesWord: 2,
  slotsWord: 3,
  sizeWord: 4,
  lockWord: 16,
  freeWord: 32,
  freshWord: 33,
  /** First of the 11 list heads: 1 + the first block, 0 = empty. */
  headsWord: 34,
  /** First of the 11 counts of free blocks; fresh blocks count for the top order. */
  countsWord: 45,
  partsWord: 64,

  lockFree: 0,
  lockHeld: 1,
  lockAwaited: 2,
  lockStateMask: 3,
  /** What one release adds to the lock's count. */
  lockRelease: 4,
  /** How often a worker looks again before it sleeps. */
  lockSpins: 100,
  /** The longest sleep: kinds of code that sleep differently cannot wake each other, so none relies on being woken. */
  lockSleepNs: 1_000_000,
  /** On a thread that may not sleep: looks that take about as long as one sleep. */
  lockLooksPerRound: 100_000,
  /** Sleeps without any release before the holder is taken for gone: ten seconds at least. */
  lockRounds: 10_000,
  /** The most blocks that a batch handles under one hold of the lock. */
  batchBlocks: 1024,

  /** What `validate` reports: indexes of `problems`. */
  problemLock: 0,
  problemFresh: 1,
  problemBits: 2,
  problemOrder: 3,
  problemLink: 4,
  problemList: 5,
  problemCount: 6,
  problemFree: 7,
})

/** The phrases for what `validate` finds; its message goes on "… <index> is <found>, expected <expected>". */
export const problems: readonly string[] = [
  'the lock is held by a worker that is gone: word',
  'the first fresh frame, in word',
  'the bits from frame',
  'the entry of the orders for frame',
  'the backward link (1 + frame) of the free block at frame',
  'the number of blocks in the list of order',
  'the count of free blocks of order',
  'the number of free frames, in word',
]

/** Word indexes of the parts, all multiples of a cache line. The same arithmetic is in csrc/parts.h. */
export interface Parts {
  readonly bits: number
  readonly orders: number
  readonly links: number
  readonly owners: number
  /** Words in all. */
  readonly size: number
}

/** Where the parts of an allocator of `frames` frames and `slots` slots are. */
export function partsOf(frames: number, slots: number): Parts {
  const bits = layout.values.partsWord
  const orders = bits + inLines(Math.ceil(frames / 32))
  const links = orders + inLines(Math.ceil(frames / 16))
  const owners = links + inLines(2 * Math.ceil(frames / 2))
  return { bits, orders, links, owners, size: owners + inLines(slots) }
}

const inLines = (words: number): number => Math.ceil(words / layout.values.lineWords) * layout.values.lineWords
