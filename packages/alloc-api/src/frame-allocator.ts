// The contract of page-frame allocators: numbers in, numbers out. A frame is 4 KiB and has a number; a block of order n
// is 2^n frames at a multiple of 2^n. What an allocator can do beyond that are wider types, one bit in `supports` each.
import type { Backend, BackendKind } from './backend.ts'
import type { Memory } from './memory/memory.ts'
import type { RegionHandle } from './memory/region.ts'

/** Bytes of one frame. */
export const FRAME_BYTES = 4096
/** The order of a huge frame: 512 frames, 2 MiB. */
export const HUGE_ORDER = 9
/** The highest order of the contract: 1024 frames, 4 MiB. */
export const MAX_ORDER = 10

/** Capabilities beyond {@link FrameAllocator}. */
export interface FrameAllocatorSupports {
  /** {@link PlacingFrameAllocator}: take a block at a place that the caller names. */
  readonly placement: boolean
  /** {@link ClassifyingFrameAllocator}: blocks of different classes are kept apart. */
  readonly classes: boolean
  /** {@link ReclaimingFrameAllocator}: workers' reservations can be given back. */
  readonly reclaim: boolean
  /** `initial: 'recover'`: what a crash left is made consistent again. */
  readonly recovery: boolean
}

/** How many frames are free, and how many of them in whole free huge frames. */
export interface FrameStats {
  /** Frames in all. */
  frames: number
  /** Frames that are free. */
  free: number
  /** Huge frames (512 aligned frames) that are entirely free. */
  freeHuge: number
}

/** What opening with `initial: 'recover'` had to mend; all zero after an orderly end. */
export interface RecoveryReport {
  /** Counters of huge frames that did not tell what the bits say. */
  counters: number
  /** Huge blocks whose get or put was brought to its end, or undone. */
  blocks: number
  /** Counts of larger units (trees) that were stale. */
  trees: number
  /** Reservations of workers that were ended. */
  reservations: number
}

/** What `info()` tells: which backend runs and on what. */
export interface FrameAllocatorInfo {
  component: string
  backend: BackendKind
  /** Why this backend and not another, when it was chosen automatically. */
  chosen?: string
  frames: number
  slot: number
  slots: number
  /** Bytes of shared metadata. */
  metadataBytes: number
  /** What was mended, when this instance was opened with `initial: 'recover'`. */
  recovered?: RecoveryReport
}

/** What another worker needs to attach: structured-clonable, self-describing. */
export interface FrameAllocatorHandle {
  readonly component: string
  readonly layoutVersion: number
  readonly region: RegionHandle
  /** Where the stacks of WebAssembly instances are, one range per slot. */
  readonly stacks: RegionHandle
}

/**
 * Hands out page frames. One instance belongs to one worker (it owns a slot); any number of instances, of any backend,
 * work on the same bytes at the same time.
 *
 * Misuse throws a `ParperosError` and changes nothing: `BAD_ORDER`, `BAD_FRAME`, `UNALIGNED`, `NOT_ALLOCATED`,
 * `BAD_CLASS`; after `close()` everything throws `CLOSED`.
 */
export interface FrameAllocator extends Disposable {
  readonly kind: BackendKind
  readonly supports: FrameAllocatorSupports
  /** How many frames are managed; frame numbers are 0 … frames − 1. */
  readonly frames: number
  readonly slot: number
  readonly slots: number
  readonly handle: FrameAllocatorHandle
  /** Takes a block of 2^order frames and returns its first frame. Throws {@link OutOfMemoryError} when none is free. */
  get(order: number, frameClass?: number): number
  /** Like `get`, but returns −1 when none is free. */
  tryGet(order: number, frameClass?: number): number
  /**
   * Gives a block back: every one of its frames has to be allocated (as this block, as part of a larger one, or as
   * smaller ones).
   */
  put(frame: number, order: number): void
  /** Fills `into` with blocks of one order; returns how many there were: fewer only when memory has run out. */
  getBatch(order: number, into: Uint32Array, frameClass?: number): number
  /**
   * Gives back all blocks in `frames`, each of the same order. A bad element throws with `error.done` telling how many
   * before it were given back; it and what follows are left alone.
   */
  putBatch(order: number, frames: Uint32Array): void
  /** Exact when no other worker is inside an operation, else a close estimate. */
  stats(): FrameStats
  /** The same for one block. */
  statsAt(frame: number, order: number): FrameStats
  /** Checks every invariant of the structure; throws `CORRUPT` naming the place. Call it while no operation runs. */
  validate(): void
  info(): FrameAllocatorInfo
  /** Gives the slot back. What was allocated stays allocated. */
  close(): void
}

/** Takes blocks at places that the caller names. */
export interface PlacingFrameAllocator extends FrameAllocator {
  /** Takes exactly this block; false, with nothing changed, when part of it is not free. */
  getAt(frame: number, order: number, frameClass?: number): boolean
}

/** Keeps blocks of different classes apart, so that long-lived and movable blocks don't share huge frames. */
export interface ClassifyingFrameAllocator extends FrameAllocator {
  /** The names of the classes; `frameClass` arguments are indexes into this list. */
  readonly classes: readonly string[]
}

/** Lets memory that workers have reserved for themselves be used by others. */
export interface ReclaimingFrameAllocator extends FrameAllocator {
  /** Gives back the reservations of every slot. Allocated blocks are not touched. */
  drain(): void
  /** `stats` from the upper level only: cheaper, with `freeHuge` a lower bound. */
  quickStats(): FrameStats
}

/** Everything that the contract knows. */
export interface FullFrameAllocator
  extends PlacingFrameAllocator, ClassifyingFrameAllocator, ReclaimingFrameAllocator {}

export interface FrameAllocatorConfig {
  /** Where the metadata is put. */
  memory: Memory
  /** How many frames are managed: 1 … 2^30 (4 TiB). */
  frames: number
  /** How many workers can attach at the same time. Default 1. */
  slots?: number
  /** What the frames are at the start; `'recover'` needs `supports.recovery`. Default `'free'`. */
  initial?: 'free' | 'allocated' | 'recover'
  /** The Region's name in the memory's directory; another process finds it by this. Default: the component's name. */
  name?: string
  /** Why this backend was chosen: what `info().chosen` will say. */
  chosen?: string
}

/** A backend of a frame allocator. */
export type FrameAllocatorBackend<
  Config extends FrameAllocatorConfig = FrameAllocatorConfig,
  Instance extends FrameAllocator = FrameAllocator,
> = Backend<Config, Instance, FrameAllocatorHandle, FrameAllocatorSupports>
