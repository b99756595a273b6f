// The words that all workers of a store share besides the pool's: one Region. 53-bit numbers are doubles, which only the
// holder of the commit lock writes.
//
//   words    header │ trees: root, name │ owners: a word per worker   │ next: a word per page │ live: a bit per page
//   doubles  header │ trees: entries    │ snapshots, loads: per worker │ retired: one per page
import { StoreError } from '../errors.ts'

export const MAX_TREES = 1000
export const MAX_NAME_BYTES = 116
/** What users can have open; what the store holds for a moment besides; both. */
export const SNAPSHOTS_PER_WORKER = 256
export const HELD_PER_WORKER = 16
export const PLACES_PER_WORKER = SNAPSHOTS_PER_WORKER + HELD_PER_WORKER

/** Words of the header. */
export const word = {
  /** The commit lock: 0, or its holder's worker number plus one. */
  lock: 0,
  /** Grows with every release, and while a holder has much to do: who waits sees that somebody is alive. */
  lockSigns: 1,
  /** Odd while several roots are being stored. */
  rootsChange: 2,
  trees: 3,
  /** As the commit lock, for whoever makes a checkpoint. */
  checkpointLock: 4,
  closed: 5,
  /** First page of the list of the durable checkpoint. */
  listPage: 6,
  /** Queues of retired pages (pages.ts): page 0 is none. */
  youngHead: 7,
  youngTail: 8,
  oldHead: 9,
  oldTail: 10,
  freshHead: 18,
  freshTail: 19,
  /** Pages from here on have never been used. */
  highWater: 11,
  livePages: 13,
  openSnapshots: 14,
  /** Pages from here on the allocator does not have yet. */
  extentEnd: 15,
  /** The file could not be synced. */
  unsynced: 16,
  /** Grows while whoever has the checkpoint lock is alive. */
  checkpointBeat: 17,
} as const
const HEADER_WORDS = 32

/** Doubles of the header. */
export const double = {
  epoch: 0,
  /** Epochs of the last checkpoint that was begun, of the last one that is durable, and of the oldest that may be read. */
  started: 1,
  durable: 2,
  floor: 3,
  /** Of the next commit. */
  sequence: 4,
  checkpoints: 5,
  /** The log's position at the last checkpoint, and now. */
  logStart: 6,
  logEnd: 7,
} as const
const HEADER_DOUBLES = 16

export const TREE_WORDS = 32
export const treeWord = { root: 0, nameBytes: 1, name: 2 } as const

export interface StoreShape {
  /** Pages that the store can have. */
  pages: number
  workers: number
}

export interface StoreLayout extends StoreShape {
  treesAt: number
  ownersAt: number
  nextAt: number
  liveAt: number
  liveWords: number
  words: number
  entriesAt: number
  snapshotsAt: number
  /** Per worker: the epoch of the pages that it is loading, which are still being changed; 0: none. */
  loadsAt: number
  retiredAt: number
  doubles: number
  bytes: number
}

/** Where everything is: `…At` count words or doubles. The doubles come first. */
export function layoutOf({ pages, workers }: StoreShape): StoreLayout {
  if (pages > 2 ** 30) throw new StoreError('BAD_OPTION', 'maxBytes is 4 TiB at most')
  const treesAt = HEADER_WORDS
  const ownersAt = treesAt + MAX_TREES * TREE_WORDS
  const nextAt = ownersAt + workers
  const liveAt = nextAt + pages
  const liveWords = Math.ceil(pages / 32)
  const words = liveAt + liveWords
  const entriesAt = HEADER_DOUBLES
  const snapshotsAt = entriesAt + MAX_TREES
  const loadsAt = snapshotsAt + workers * PLACES_PER_WORKER
  const retiredAt = loadsAt + workers
  const doubles = retiredAt + pages
  const where = { treesAt, ownersAt, nextAt, liveAt, liveWords, words, entriesAt, snapshotsAt, loadsAt, retiredAt, doubles }
  return { pages, workers, ...where, bytes: doubles * 8 + words * 4 }
}
