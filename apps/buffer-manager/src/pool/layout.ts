// Where everything stands in the pool's shared words. All zeros is an empty pool, so nobody has to prepare it.
//
//   0        16       32            32 + capacity
//   ┌────────┬────────┬─────────────┬──────────────
//   │ FAILED │ HAND   │ resident    │ states: a word
//   │        │RESIDENT│ table       │ per page
//   └────────┴────────┴─────────────┴──────────────

/** Not zero: a worker died inside an operation, and nothing goes on. */
export const FAILED = 0
/** Where the clock is in the resident table; on a cache line of its own. */
export const HAND = 16
/** How many pages are in the table. */
export const RESIDENT = 17
export const TABLE = 32

/** Words of the resident table: a power of two, at most half full. */
export const capacityOf = (frames: number): number => 2 ** Math.ceil(Math.log2(frames * 2))

/** The first page's state word. */
export const statesAt = (frames: number): number => TABLE + capacityOf(frames)

export const wordsFor = (pages: number, frames: number): number => statesAt(frames) + pages
