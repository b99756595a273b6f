// What ExMap is compared with: the same work by bare system calls, in loops in C, in the same process. The loops know nothing
// of page areas: no page table, no frames, no statuses.
import { loadAddon } from '@parperos/alloc-api/driver/native'

/** Reads of single pages through an io_uring of the thread's own. */
export interface BareReads {
  /**
   * Reads all of `pages`, as many at the same time as the depth says, into `buffer`, whose pages are used again and again: it
   * has as many as the depth, and begins on one. Throws when a page does not come, with the errno value as `code`.
   */
  read(pages: Uint32Array, buffer: Uint8Array): void
  close(): void
}

/** Views of memory begin on a page, and have whole ones; it is private anonymous memory. */
export interface BareLoops {
  /** Whatever the system prefers, the memory's pages are single ones, of 4 KiB. */
  small(memory: Uint8Array): void
  /**
   * Touches `pages` neighbouring pages and drops them with one madvise (MADV_DONTNEED), `times` times, from one end of the
   * memory to the other in turn.
   */
  faultAndDrop(memory: Uint8Array, pages: number, times: number): void
  /** Touches pages that lie anywhere, and drops them: 512 of them with one process_madvise (Linux 6.13). */
  faultAndDropMany(memory: Uint8Array, pages: Uint32Array): void
  /**
   * A descriptor by which pages move within `memory` by their page tables alone (userfaultfd(2), UFFDIO_MOVE), the caller's to
   * close. Throws before Linux 6.8.
   */
  openMover(memory: Uint8Array): number
  /**
   * Moves the memory's first `pages` pages to a place behind them and back, `times` times, to the next place in turn. Nothing
   * may be at these places; throws EEXIST.
   */
  moveAndBack(mover: number, memory: Uint8Array, pages: number, times: number): void
  /** Reads of the file `descriptor`, at most `depth` at the same time (1 … 256). Throws where there is no io_uring. */
  openReads(descriptor: number, depth: number): BareReads
}

/** The loops. Throws `UNAVAILABLE` when their addon was not built. */
export const bareLoops = (): BareLoops => loadAddon<BareLoops>(import.meta.url, 'exmap-bench')
