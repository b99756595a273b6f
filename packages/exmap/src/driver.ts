// What a backend of ExMap consists of: a core that does the accounting, an area that knows where pages are, and, where it
// has a better one than the usual, a way to move bytes between the pool and the file.
import type {
  BackendKind,
  FrameAllocator,
  Memory,
  PageAreaBackend,
  PageAreaHandle,
  PageAreaSupports,
  Region,
  Words,
} from '@parperos/alloc-api'
import type { ExMapAttachOptions, ExMapConfig } from './config.ts'
import type { Geometry } from './geometry.ts'
import type { PageTransfer } from './io/transfer.ts'
import type { ExMapArea, AreaParts } from './page-area.ts'

/** The batches of one attached worker. Results are events (layout.ts, `event…`); below zero they are statuses. */
export interface ExMapCore {
  /** Gives back what the slot's former holder had in its hand. Stops with `eventGiveFrames`; then once more. */
  recover(): number
  /** Begins a batch of the first `runs` commands. */
  begin(op: number, runs: number): void
  /** Goes on until the batch is done or somebody else has to do something. */
  step(): number
  /** The current bundle is empty: makes another one with frames the current one; false when there is none. */
  nextBundle(): boolean
  /** The allocator has no frames: puts other workers' idle ones on the shelf; whether there were any. */
  gather(): boolean
  /** After the lock was taken: the slot has bundles again if another worker has taken them. */
  ready(): void
  /** Gives the slot's bundles to nobody. The hand is empty. */
  leave(): void
}

/** Everything that a backend needs to run a core on an area. */
export interface Attached {
  handle: PageAreaHandle
  region: Region
  stacks: Region
  /** Where the frames' bytes are. */
  pool: Region
  /** The area's words: all of them, or the first 2^31 − 1. */
  words: Words
  geometry: Geometry
  slot: number
  /** This worker's instance of the allocator. */
  frames: FrameAllocator
}

/** A core that runs, and what belongs to it. */
export interface Started {
  core: ExMapCore
  /** Makes the instance, whose class knows where pages are. */
  area: (parts: AreaParts) => ExMapArea
  /** How pages get their frames: 'table', or a way of the operating system. */
  way: string
  whyNotBetter: readonly string[]
  /** How bytes get from and to the file; undefined: through Node's fs or OPFS. */
  transfer?: PageTransfer
  /** Where a hand's bytes are while they are transferred; undefined: in the pool. */
  place?: Place
  /** Lets go of what the operating system lent. No batch is in flight. */
  close?: () => void
}

/** Where the bytes of pages in transit are: those of `count` neighbouring pages that have neighbouring frames. */
export type Place = (page: number, frame: number, count: number) => Uint8Array<SharedArrayBuffer>

/** What differs between the backends. */
export interface CoreBackend {
  kind: BackendKind
  supports: PageAreaSupports
  /** Throws when the backend cannot work in that memory, or with that area. */
  requireFit?: (memory: Memory, geometry: Geometry) => void
  /** Whether the file is opened by `start` (which gives a `transfer`), given the handle's `file`. */
  opensFile?: boolean
  /** The area's own address space, for backends whose pages have one: made when an area is opened. */
  reserve?: (config: ExMapConfig, geometry: Geometry) => SharedArrayBuffer
  /** A core for this slot, ready to run. */
  start(attached: Attached): Promise<Started>
}

/** A backend, as users hold it. */
export interface ExMapBackend extends PageAreaBackend<ExMapConfig, ExMapArea> {
  attach(handle: PageAreaHandle, slot: number, options: ExMapAttachOptions): Promise<ExMapArea>
}
