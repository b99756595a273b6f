// How the tree's operations end: small numbers, since an object for each would be made millions of times a second.
export const results = {
  /** Start again: what was being read has been changed or evicted meanwhile. */
  CHANGED: 0,
  /** A page is not in memory; which one stands beside it. The same number as the pool's MISS. */
  MISS: 1,
  ABSENT: 2,
  FOUND: 3,
  DONE_NEW: 4,
  DONE_REPLACED: 5,
  DONE_DELETED: 6,
  /** Nothing was changed; it takes a copy of the path. */
  NOT_IN_PLACE: 7,
  /** There are entries, and there may be more. */
  MORE: 8,
  /** These were the last entries, if there are any. */
  END: 9,
  /** A value is complete. */
  COMPLETE: 10,
  /** There are values in chains, which have to be held to be read. */
  CHAINED: 11,
} as const

export type Result = (typeof results)[keyof typeof results]
