// The bytes of an LLFree Region, defined once: TypeScript reads this table, C reads the header made of it. Everything is
// 32-bit words, little-endian; offsets are in words from the Region's start and stand in the header.
//
//   header │ owners │ locals │ trees │ children │ bit fields
//
//   header     magic, version, geometry, offsets, the class policy (HEADER_WORDS words)
//   owners     one word per slot: who holds it, 0 = nobody
//   locals     one cache line per (slot, class): reservation, hints; the line of class 0 also has the slot's ledger
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
//
// Each constant is an export of its own, so that the bundler puts the bare number where it is used.

export const magic = 0x52464c4c
// Stands in the magic number's place while an allocator is opened for the first time: nobody owns anything yet.
export const magicOpening = 0x2e2e2e4f
export const version = 1

// Header, word indexes.
export const headerMagic = 0
export const headerVersion = 1
export const headerFrames = 2
export const headerSlots = 3
export const headerClasses = 4
export const headerTreeShift = 5
export const headerTrees = 6
export const headerChildren = 7
export const headerOwnersAt = 8
export const headerLocalsAt = 9
export const headerTreesAt = 10
export const headerChildrenAt = 11
export const headerBitsAt = 12
export const headerWordsTotal = 13
export const headerDefaultClass = 14
// When changes are made durable: one of persistNone, persistFlush, persistMsync.
export const headerPersist = 15
// The class of each order when the caller names none: MAX_ORDER + 1 words.
export const headerOrderClass = 16
// Of all other words of the header but the magic number, which is written last, and the persist policy, which can change.
export const headerChecksum = 27
// The policy: for (requested class, tree's class) an action, MAX_CLASSES words a row.
export const headerPolicy = 32
// The classes' names, 16 bytes of UTF-8 each.
export const headerClassNames = 96
export const headerWords = 128

// A local's cache line, word indexes in it.
export const localWords = 16
export const localReservation = 0
// Only in the line of class 0: the slot's ledger (ledger.ts).
export const localLedger = 1
// A hint for each order: the frame that was taken last.
export const localHints = 4
export const localPresent = 0x80000000

// A ledger: one bit while frames are in the worker's hands, and above it a count of what it gave back or moved.
export const ledgerPending = 1
export const ledgerMove = 2

export const treeFreeMask = 0xffff
export const treeClassShift = 16
export const treeClassMask = 7
export const treeReserved = 0x1000000

export const childFrames = 512
// The most free frames of a huge frame that is partly used.
export const childPart = 511
export const childShift = 9
export const childMask = 0xffff
export const childHuge = 0x8000
export const childFreeing = 0x4000
// Rows of 32 bits in a huge frame's bit field.
export const rows = 16
export const rowShift = 5
// The highest order that stays inside one row, and inside one huge frame's bit field.
export const rowOrder = 5
export const fieldOrder = 8
export const hugeOrder = 9
export const maxOrder = 10

// What the policy says for a requested class and a tree's class.
export const actionNo = 0
export const actionMatch = 1
export const actionSteal = 2
export const actionDemote = 3

export const persistNone = 0
export const persistFlush = 1
export const persistMsync = 2

// What recovery counts, indexes into its report: counters of huge frames that did not tell what the bits say, huge blocks
// whose get or put was ended, counts of trees that were stale, reservations that were ended.
export const reportCounters = 0
export const reportBlocks = 1
export const reportTrees = 2
export const reportReservations = 3

export const maxClasses = 8
export const maxFrames = 0x40000000
export const minTreeShift = 1
export const maxTreeShift = 6
// Where the fullest tree that suits is looked for: first in the group of trees around the last one, then in a longer run;
// a shorter one for orders above 0, where looking costs more.
export const nearTrees = 16
export const farTrees = 256
export const farTreesForBlocks = 64
// How often a pass over a place that must hold a free frame is repeated before it is called corrupt.
export const maxPasses = 0x100000
// How often a failed search is repeated because other workers had frames in their hands meanwhile, and how long one
// wait for them is, in reads of their ledgers.
export const maxSearches = 4096
export const settleReads = 4096
