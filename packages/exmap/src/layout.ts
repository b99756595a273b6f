// The bytes of an ExMap Region, defined once: TypeScript reads this table, C reads the header made of it. Everything is
// 32-bit words, little-endian; offsets are in words from the Region's start and stand in the header.
//
//   header │ owners │ shelf │ interfaces │ bundles │ page table
//
//   header      magic, version, sizes, offsets (HEADER_WORDS words); from headerShelved on a cache line that workers write
//   owners      one word per slot: who holds it, 0 = nobody
//   shelf       one word per bundle: whose it is
//   interfaces  per slot: a cache line of state, the commands, the hand
//   bundles     frames that are nobody's page, ready to be used
//   page table  one word per page
//
//   page    31    30       29 ‥ 0
//          ┌────┬─────────┬──────────────────┐   0: no frame.  BUSY: slot in the low bits, which has claimed the page.
//          │BUSY│ WRITING │ frame ^ zero     │   zero: the first of 2^zeroOrder frames full of zeros, aligned to their
//          └────┴─────────┴──────────────────┘   number, one per slot
//
//   So ((word & FRAME) ^ zero) is the page's frame; for a page that has none, and for one that is claimed, it is a frame
//   of zeros. One load, one and, one exclusive or: no branch.
//
//   shelf word   0: an empty bundle of nobody.  SHELVED: one with frames, for whoever takes it.  OWNED | slot.
//   bundle word  end 16 │ first 16: the frames are the entries first ‥ end − 1. The next one to be taken is the first.
//   hand entry   page │ frame │ command │ status
//
// Each constant is an export of its own, so that the bundler puts the bare number where it is used.

export const magic = 0x504d5845
export const version = 1

// Header, word indexes.
export const headerMagic = 0
export const headerVersion = 1
// The number of pages less one, since 2^32 does not fit.
export const headerLastPage = 2
export const headerSlots = 3
export const headerCommands = 4
// Frames of the pool.
export const headerFrames = 5
// Frames of a bundle.
export const headerBundleFrames = 6
export const headerBundles = 7
export const headerZeroFrame = 8
export const headerZeroOrder = 9
// 1: pages have addresses of their own (native); 0: they are found through the page table.
export const headerMapped = 10
export const headerOwnersAt = 11
export const headerShelfAt = 12
export const headerInterfacesAt = 13
export const headerInterfaceWords = 14
export const headerBundlesAt = 15
export const headerBundleWords = 16
export const headerTableAt = 17
// Of a mapped area: how the opener's operating system gives pages their frames, so that all attached do the same.
export const headerNative = 18
// What the opener was refused (native/ways.ts).
export const headerRefusals = 20
// Grows with every bundle that is put on the shelf.
export const headerShelved = 32
export const headerWords = 48

export const tableBusy = 0x80000000
export const tableWriting = 0x40000000
export const tableFrame = 0x3fffffff

// Bits of headerNative: the way (native/ways.ts), and options.
export const nativeWay = 7
export const nativeHugePages = 8
export const nativeCalls = 16
export const nativeRegistered = 32
// The depth of the files' rings, 1 … maxDepth; 0: the usual one.
export const nativeDepthShift = 8
export const nativeDepthMask = 0x1fff
export const maxDepth = 4096

export const shelfShelved = 0x40000000
export const shelfOwned = 0x80000000

export const bundleFill = 0
// Its frames begin on a cache line of their own.
export const bundleHeaderWords = 16
export const bundleEndShift = 16
export const bundleFirstMask = 0xffff
export const maxBundleFrames = 512
// Two bundles for each worker's own use, and as many on the shelf.
export const bundlesPerSlot = 4

// An interface, word indexes. Only the slot's owner writes them.
// Who works with the interface: 0 nobody, LOCK_OWNER its slot, LOCK_GATHERING | slot one that takes its idle frames.
export const interfaceLock = 0
export const interfaceOp = 1
// Commands of the batch, and the one whose pages are claimed next, and how many of its pages are done or in the hand.
export const interfaceRuns = 2
export const interfaceRun = 3
export const interfaceOffset = 4
export const interfacePhase = 5
// Entries of the hand whose pages are being claimed, and how many of them (from the first on) have their frames.
export const interfaceClaiming = 6
export const interfaceHeld = 7
// The two bundles: current 16, spare 16 (upper half).
export const interfaceBundles = 8
// Pages that this slot has given frames, less those that it took them from (mod 2^32); and what it will be.
export const interfaceResident = 9
export const interfaceResidentNext = 10
// A bundle + 1 that the allocator is writing frames into; negative: the first of a huge frame's.
export const interfaceRefilling = 11
// A frame + 1 that is on its way back to the allocator; RETURNING_CALLED: the allocator may have it.
export const interfaceReturning = 12
// 1: the allocator had no frame in this round.
export const interfaceDry = 13
// Grows when pages have been noted in the hand for writing, before any of them is marked.
export const interfaceWrites = 14
export const interfaceStateWords = 16

export const returningCalled = 0x80000000

export const lockOwner = 1
export const lockGathering = 0x80000000

export const noBundle = 0xffff
// No current bundle and no spare one.
export const noBundles = 0xffffffff
export const spareShift = 16

export const commandWords = 4
export const commandPage = 0
export const commandCount = 1
export const commandDone = 2
export const commandStatus = 3

// The hand, behind the commands.
export const handEntries = 1024
export const entryWords = 4
export const entryPage = 0
export const entryFrame = 1
export const entryRun = 2
// 0, or why the transfer of this page failed.
export const entryStatus = 3

// What a batch does.
export const opNone = 0
export const opAlloc = 1
// Alloc, with zeros.
export const opClear = 2
export const opFree = 3
export const opRead = 4
export const opWrite = 5

// Where a round of a batch is: pages are claimed, their bytes are on their way (until here a crash undoes the round), or it
// is carried out (a crash completes it).
export const phaseClaim = 0
export const phaseFill = 1
export const phaseFinish = 2

// Why a core stops. The batch is done; the current bundle needs frames from the allocator; the spare bundle has to give
// frames back to it; the hand waits for its bytes.
export const eventDone = 0
export const eventNeedFrames = 1
export const eventGiveFrames = 2
export const eventFill = 3

export const maxSlots = 1024
export const maxCommands = 0x10000
export const maxFrames = 0x40000000
// How often taking over looks again whose a page's mark is, while another worker makes up its mind.
export const maxLooks = 10000
// How often the own interface's lock is looked at while another worker takes idle frames.
export const maxSpins = 0x100000
// Where an unused entry of a bundle says that the allocator has not written it yet.
export const noFrame = 0xffffffff
