// How the operating system gives a page its frame (csrc/native/space.h), and why not in a better way.
import type { Words } from '@parperos/alloc-api'
import * as L from '../layout.ts'
import { errorName } from './addon.ts'

/**
 * - `'move'`: the frame's page itself moves to the page's address and back (userfaultfd, Linux 6.8). The quickest.
 * - `'madvise'`: a page is faulted in and dropped; frames only limit how many there are.
 * - `'memfd'`: the same in memory that other processes can map.
 * - `'table'`: not at all. A page's bytes are its frame's, found through the page table as with backends sab and wasm, which
 *   can attach too.
 */
export type Way = 'move' | 'madvise' | 'memfd' | 'table'

/** Their numbers in the header and for the addon. */
export const wayNumbers: Record<Way, number> = { table: 0, move: 1, madvise: 2, memfd: 3 }

/** For the addon: the best that works here. */
export const BEST_WAY = 4

/** The way of that number; undefined when it is none's. */
export const wayOf = (number: number): Way | undefined =>
  (Object.keys(wayNumbers) as Way[]).find((way) => wayNumbers[way] === number)

/** What the addon reports of an address space: words of an Int32Array. */
const REPORT_WORDS = 5
const [REPORT_WAY, REPORT_STAGE, REPORT_MOVE, REPORT_MANY, REPORT_HUGE] = [0, 1, 2, 3, 4]

const stages = [
  'nothing',
  'userfaultfd with UFFDIO_MOVE',
  'userfaultfd on the area',
  'userfaultfd on the pool, which has to be in a memory of kind sab or wasm',
  'UFFDIO_MOVE between pool and area, which both have to be private anonymous memory',
]

/** What came of opening an address space. The opener's refusals stand in the header, for those who attach. */
export class WayReport {
  readonly words = new Int32Array(REPORT_WORDS)

  /** `opened`: the header of an area that somebody has opened. */
  constructor(opened: Words | null) {
    if (opened) this.words.set(opened.subarray(L.headerRefusals, L.headerRefusals + REPORT_WORDS - 1), REPORT_STAGE)
  }

  writeTo(header: Words): void {
    header.set(this.words.subarray(REPORT_STAGE), L.headerRefusals)
  }

  /** Undefined: the one that was asked for does not work. */
  get way(): Way | undefined {
    return wayOf(this.words[REPORT_WAY])
  }

  /** A sentence for each thing that was refused. */
  reasons(): string[] {
    const { words } = this
    const reasons: string[] = []
    if (words[REPORT_MOVE] !== 0) {
      reasons.push(`move: ${stages[words[REPORT_STAGE]] ?? stages[0]} was refused with ${errorName(words[REPORT_MOVE])}`)
    }
    if (words[REPORT_MANY] !== 0) {
      const instead = this.way === 'move' ? 'scattered pages move one by one' : 'each range is a call of its own'
      const refused = `was refused with ${errorName(words[REPORT_MANY])}, so that ${instead}`
      reasons.push(`batches: process_madvise on this process ${refused}`)
    }
    if (words[REPORT_HUGE] !== 0) {
      const refused = `was refused with ${errorName(words[REPORT_HUGE])}; the pool has to begin at a multiple of 2 MiB`
      reasons.push(`huge pages: MADV_HUGEPAGE ${refused}`)
    }
    return reasons
  }
}
