// The bytes of an LLFree Region, defined once: TypeScript reads this table, C reads the header made of it. Everything is
// 32-bit words, little-endian; offsets are in words from the Region's start and stand in the header.
//
//   header │ owners │ locals │ trees │ children │ bit fields
//
//   header     magic, version, geometry, offsets, the class policy (HEADER_WORDS words)
//   owners     one word per slot: who holds it, 0 = nobody
//   locals     one cache line per (slot, class): reservation, row hint; the line of class 0 also has the slot's ledger
//   trees      one word per tree of 2^treeShift huge frames
//   children   16 bits per huge frame, two in a word, so that an order-10 block is one compare-exchange
//   bit fields 512 bits per huge frame, one cache line: bit = 1 says allocated
//
//   local   31      30 ‥ treeShift+10        treeShift+9 ‥ 0
//          ┌───────┬────────────────────────┬───────────────┐
//          │present│ tree                   │ free frames   │   21 − treeShift bits of tree + treeShift + 10 of count:
//          └───────┴────────────────────────┴───────────────┘   31 bits for every tree size, 2^30 frames
//   tree    24       18‥16   15 ‥ 0
//          ┌────────┬───────┬───────────────┐
//          │reserved│ class │ free frames   │   free frames that no reservation has taken
//          └────────┴───────┴───────────────┘
//   child   0 … 512: that many frames of it are free.  HUGE: allocated as a whole.  FREEING: being given back as a whole.
import { defineConstants } from '@parperos/alloc-api/driver'

export const LAYOUT_VERSION = 1

export const layout = defineConstants('LLFREE', {
  magic: 0x52464c4c,
  version: LAYOUT_VERSION,

  // Header, word indexes.
  headerMagic: 0,
  headerVersion: 1,
  headerFrames: 2,
  headerSlots: 3,
  headerClasses: 4,
  headerTreeShift: 5,
  headerTrees: 6,
  headerChildren: 7,
  headerOwnersAt: 8,
  headerLocalsAt: 9,
  headerTreesAt: 10,
  headerChildrenAt: 11,
  headerBitsAt: 12,
  headerWordsTotal: 13,
  headerDefaultClass: 14,
  // The class of each order when the caller names none: MAX_ORDER + 1 words.
  headerOrderClass: 16,
  // The policy: for (requested class, tree's class) an action, MAX_CLASSES words a row.
  headerPolicy: 32,
  // The classes' names, 16 bytes of UTF-8 each.
  headerClassNames: 96,
  headerWords: 128,

  // A local's cache line, word indexes in it.
  localWords: 16,
  localReservation: 0,
  localHint: 1,
  // Only in the line of class 0: the slot's ledger (ledger.ts).
  localMoves: 2,
  localPending: 3,
  localPresent: 0x80000000,

  treeFreeMask: 0xffff,
  treeClassShift: 16,
  treeClassMask: 7,
  treeReserved: 0x1000000,

  childFrames: 512,
  childShift: 9,
  childMask: 0xffff,
  childHuge: 0x8000,
  childFreeing: 0x4000,
  // Rows of 32 bits in a huge frame's bit field.
  rows: 16,
  rowShift: 5,
  // The highest order that stays inside one row, and inside one huge frame's bit field.
  rowOrder: 5,
  fieldOrder: 8,
  hugeOrder: 9,
  maxOrder: 10,

  // What the policy says for a requested class and a tree's class.
  actionNo: 0,
  actionMatch: 1,
  actionSteal: 2,
  actionDemote: 3,

  maxClasses: 8,
  maxFrames: 0x40000000,
  minTreeShift: 1,
  maxTreeShift: 6,
  // How many trees around the last one are looked at first for the best.
  nearTrees: 16,
  // How often a pass over a place that must hold a free frame is repeated before it is called corrupt.
  maxPasses: 0x100000,
  // How often a failed search is repeated because other workers had frames in their hands meanwhile, and how long one
  // wait for them is, in reads of their ledgers.
  maxSearches: 4096,
  settleReads: 256,
})

/** The constants by name. */
export const L = layout.values
