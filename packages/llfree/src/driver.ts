// What a backend of LLFree consists of: a core that does the operations, and how one is started on an allocator's Region.
import type { BackendKind, FrameAllocatorHandle, Memory, Region } from '@parperos/alloc-api'
import type { FrameAllocatorCore } from '@parperos/alloc-api/driver'
import type { Words } from '#atomics'
import type { Geometry } from './geometry.ts'
import type { Persistence } from './sab/persist.ts'

/** The operations of one attached worker. Results below zero are statuses. */
export interface LLFreeCore extends Required<FrameAllocatorCore> {
  /** Brings the structure into its first state: everything free, or everything allocated. */
  init(allocated: boolean): void
  /** Makes consistent what the last workers left; writes what was mended, four numbers, to `into`. */
  recover(into: Uint32Array): void
}

/** Everything that a backend needs to run a core on an allocator. */
export interface Attached {
  handle: FrameAllocatorHandle
  region: Region
  stacks: Region
  words: Words
  geometry: Geometry
  slot: number
  /** How changes are made durable; null: not at all. */
  persistence: Persistence | null
}

/** What differs between the backends. */
export interface CoreBackend {
  kind: BackendKind
  /** Throws when the backend cannot work in that memory. */
  requireFit?: (memory: Memory) => void
  /** Whether its core can make changes durable. */
  persists: boolean
  /** A core for this slot, ready to run. */
  start(attached: Attached): Promise<LLFreeCore>
}
