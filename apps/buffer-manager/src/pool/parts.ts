// What the parts of one worker's pool share.
import type { PageArea } from '@parperos/alloc-api'
import type { ResidentTable } from './resident-table.ts'
import type { SinglePages } from './single-page.ts'
import type { States } from './states.ts'

/** What one worker counts of its own pool; nobody else sees it. */
export interface Counts {
  misses: number
  evictions: number
  writeBacks: number
}

export interface Parts {
  /** For synchronous work. */
  readonly area: PageArea
  readonly file: SinglePages
  /** Pages that fit into memory. */
  readonly frames: number
  readonly states: States
  readonly table: ResidentTable
  readonly counts: Counts
}
