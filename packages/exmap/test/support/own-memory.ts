// A file of which some pages cannot be read: the addresses of this process, where the kernel answers EIO for those that are
// not mapped. Only the lowest ones have page numbers that an area can have.
import { readFileSync } from 'node:fs'

const MOST_PAGES = 2 ** 20

/** Pages that can be read before and behind some that cannot. */
export interface Gap {
  /** The last page before them. */
  last: number
  /** The first page behind them. */
  next: number
}

/** A short gap between mappings of several pages each; null when all of this process is mapped too high. */
export function gapInMemory(): Gap | null {
  const mappings = readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line))
    .filter((found) => found !== null)
    .map(([, start, end]) => ({ start: parseInt(start, 16) / 4096, end: parseInt(end, 16) / 4096 }))
  for (const [index, { start, end }] of mappings.entries()) {
    const next = mappings.at(index + 1)
    if (!next || next.end > MOST_PAGES) break
    const isShort = next.start > end && next.start - end < 100
    if (isShort && end - start > 2 && next.end - next.start > 2) return { last: end - 1, next: next.start }
  }
  return null
}

/** Null, or why there is no such gap. */
export const gapUnavailable = (): string | null =>
  gapInMemory() === null ? 'this process has no short gap between its lowest mappings' : null
