// What the cells of the exmap suite are told and bring back. Every case has phases: the work of ExMap and, in the same
// process and in turn with it, the work that it is compared with; each as time and as CPU time.
import type { BackendKind } from '@parperos/alloc-api'
import type { FioReads } from '../measure/fio.ts'
import type { Samples } from './llfree-outcome.ts'

/** Pages of a run, and runs of single pages in a batch. */
export const RUN_PAGES = 512

interface Measured {
  timeMs: number
  rounds: number
  seed: number
}

/**
 * Pages get frames and lose them again.
 *
 *   contiguous   runs of 512, against fault + MADV_DONTNEED; small pages also against bare moves, which are the least that
 *                the kernel takes for it
 *   scattered    batches of 512 single pages, against fault + process_madvise
 *   accounting   runs of 512 that no page table of the processor knows, against nothing
 */
export interface PagesInput extends Measured {
  case: 'contiguous' | 'scattered' | 'accounting'
  backend: BackendKind
  hugePages: boolean
}

/** One way to read. */
export interface ReadSeries {
  way: 'move' | 'table'
  /** Requests with the operating system at the same time: of ExMap, and of the bare loop. */
  depth: number
  /** Single pages that ExMap reads in one batch. */
  batch: number
}

/** Random pages of a file come, against the bare loop; then they go. */
export interface ReadsInput extends Measured {
  /** Past the page cache; else all of the file is in it. */
  direct: boolean
  fileBytes: number
  series: ReadSeries[]
}

/** `address(page)` on sab, against a plain read of an array. */
export type AddressInput = Measured

/** Names of the phases of pages and reads, in the order of a pass: all but the first two where there is such work. */
export const PAGES_PHASES = ['exmap', 'exmapCpu', 'bare', 'bareCpu', 'moves', 'movesCpu'] as const
export const READS_PHASES = ['exmap', 'exmapCpu', 'bare', 'bareCpu', 'free', 'freeCpu'] as const
export const ADDRESS_PHASES = ['exmap', 'bare'] as const

export interface ReadsOutcome {
  /** By series. */
  samples: Samples[]
  /** Of the first series. Null: it is not installed, or was not asked. */
  fio: FioReads | null
}
