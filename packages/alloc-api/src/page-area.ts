// The contract of page areas: a large virtual area of pages over a small pool of frames, controlled explicitly (ExMap
// of Leis et al., "Virtual-Memory Assisted Buffer Management", SIGMOD'23). Page id = address: a page's bytes are
// found by its number alone. Nothing happens by itself: no page is read, evicted or written unless somebody says so.
//
// Work is done in batches of runs through an interface, an array of commands in shared memory that belongs to one
// worker:
//
//   command   page │ count │ done │ status      four 32-bit words; the last two are written by the area
//
// A run that meets an obstacle stops there: `done` says how many of its pages were done before, `status` why it
// ended. The other runs of the batch are done all the same, in their order: one that names a page of an earlier one
// finds it as that left it. A run that reaches beyond the last page is not begun; an empty one is done, if its page
// exists.
import type { AttachOptions, BackendKind } from './backend.ts'
import type { FrameAllocator } from './frame-allocator.ts'
import type { Memory } from './memory/memory.ts'
import type { Region, RegionHandle } from './memory/region.ts'

/** Words of a command, and which is which. */
export const COMMAND_WORDS = 4
export const COMMAND_PAGE = 0
export const COMMAND_COUNT = 1
export const COMMAND_DONE = 2
export const COMMAND_STATUS = 3

/** Pages `page` … `page + count − 1`. */
export interface PageRun {
  readonly page: number
  readonly count: number
}

/** The runs of a batch: a list, or how many of the interface's commands have been written already. */
export type Runs = readonly PageRun[] | number

/** What the area says of a run. */
export interface RunResult {
  /** How many of its pages were done. */
  readonly done: number
  /** 0, or why it ended before its end: a negative number of `status` (`statusName` gives its name). */
  readonly status: number
}

/** Capabilities beyond {@link PageArea}. */
export interface PageAreaSupports {
  /**
   * Pages are mapped by the MMU: `address(page)` is the same for ever, and a page that is not resident reads as
   * zeros (not while it is being read, nor when somebody has written to it; that is gone once it gets a frame). Exactly
   * then the handle has an `area`, and `info().way` is not 'table'.
   */
  readonly mapped: boolean
  /** Other processes can attach, and read. */
  readonly processes: boolean
}

export interface PageAreaStats {
  /** Pages of the area. */
  pages: number
  /** Pages that have a frame. */
  resident: number
  /**
   * Frames that the area's workers hold ready in bundles. While no batch is in flight, the allocator's free frames
   * and all areas' resident and bundled ones are together always as many as after opening.
   */
  bundled: number
}

/** What `info()` tells. */
export interface PageAreaInfo {
  component: string
  backend: BackendKind
  pages: number
  slot: number
  slots: number
  metadataBytes: number
  /** How pages get their frames here: 'table', or a way of the operating system ('move', 'madvise', 'memfd'). */
  way: string
  /** Why no better way was taken: one sentence for each that was tried. */
  whyNotBetter: readonly string[]
  /** How bytes get from and to the file: 'io_uring', 'pread', 'fs', 'opfs', or 'none' without a file. */
  io: string
}

/** All that another worker needs to attach: structured-clonable. */
export interface PageAreaHandle {
  readonly component: string
  readonly layoutVersion: number
  readonly region: RegionHandle
  readonly stacks: RegionHandle
  /** Where the frames' bytes are. */
  readonly pool: RegionHandle
  /** The area's own address space, where it has one. */
  readonly area: SharedArrayBuffer | null
  readonly file: PageFile | null
}

/**
 * A file behind an area: page n is its bytes from n · 4096 on. Where the file ends within a page, the page's rest is
 * zeros; pages that begin behind the end do not exist. Writing behind the end makes the file longer, by whole pages.
 */
export interface PageFile {
  readonly path: string
  /** Default: also writable. Pages of one that is not end their run with `IO_ERROR` when they are written. */
  readonly readOnly?: boolean
  /** Past the page cache (O_DIRECT) where the file system can do that. Default false. */
  readonly direct?: boolean
}

/** What a batch that others need not wait for can be told. */
export interface FlightOptions {
  /**
   * Aborted, it ends the batch as soon as what the operating system is doing allows. The promise is fulfilled all the same:
   * runs are done as far as their `done` says, and `CANCELLED` where that is not all.
   */
  signal?: AbortSignal
}

/**
 * One worker's commands. A batch has at most `capacity` runs: more of them, or what is no number of runs, throws
 * `BAD_OPTION`. Every method returns how many pages were done in all runs together; what became of each run is in its
 * command (`result`).
 *
 * Statuses: `BAD_PAGE` out of range, or no whole numbers, `RESIDENT` it has a frame already, `NOT_RESIDENT` it has
 * none, `OUT_OF_MEMORY` it could have one but the pool is exhausted (neither the allocator nor a bundle of this
 * worker or of nobody has a frame; those of pages that the same batch fails to read count as taken until it ends),
 * `PAGE_BUSY` another batch works on that page, `END_OF_FILE` the page begins behind the file's end, `IO_ERROR` the
 * operating system refused, `CANCELLED` the batch was aborted or the area closed meanwhile, `PENDING` the batch is in flight.
 *
 * A batch is in flight until its promise settles, and until then its commands are the area's. A method that is called
 * meanwhile throws `BUSY` and changes nothing, as it does when another worker has taken the slot over. Without a file
 * `read` and `write` throw `UNSUPPORTED`. After `close()` everything throws `CLOSED`. `read` and `write` reject with
 * what the others throw.
 */
export interface PageInterface {
  readonly capacity: number
  /** The commands, `COMMAND_WORDS` words each. */
  readonly commands: Int32Array<SharedArrayBuffer>
  /** Writes command `index`; what is no page or count of 32 bits will end with `BAD_PAGE`. Throws `BAD_OPTION`. */
  set(index: number, page: number, count: number): void
  /** What became of command `index`. Throws `BAD_OPTION`. */
  result(index: number): RunResult
  /** Gives frames to pages that have none. Their bytes are anything, unless `zero` asks for zeros. */
  alloc(runs: Runs, options?: { zero?: boolean }): number
  /** Takes the frames away from pages that have one; their bytes are gone. */
  free(runs: Runs): number
  /** Gives frames to pages that have none, filled from the file; a page is resident when its bytes are there. */
  read(runs: Runs, options?: FlightOptions): Promise<number>
  /** The same, blocking this thread. */
  readSync(runs: Runs): number
  /** Writes resident pages to the file; they stay resident, and are durable after `sync`. */
  write(runs: Runs, options?: FlightOptions): Promise<number>
  writeSync(runs: Runs): number
}

/**
 * An area as one worker sees it. Any number of workers attach, each on a slot of its own. Reading and writing a
 * page's bytes is plain memory access: who may do that when is the workers' own affair (latches, versions), as with
 * all shared memory.
 */
export interface PageArea extends Disposable {
  readonly kind: BackendKind
  readonly supports: PageAreaSupports
  readonly pages: number
  readonly slot: number
  readonly slots: number
  readonly handle: PageAreaHandle
  readonly io: PageInterface
  /**
   * Where page `page` is now: a byte address for `window` and `words`. Without `supports.mapped` it holds until the
   * page is freed; a page that is not resident is at an address full of zeros. Plain loads only; does not check its
   * argument, nor, as `window`, `words` and `isResident`, whether the area is open.
   */
  address(page: number): number
  /** `address & windowMask` is the index in `window(address)`; windows have a power of two of bytes, 2^30 at most. */
  readonly windowMask: number
  window(address: number): Uint8Array<SharedArrayBuffer>
  /** The same bytes as 32-bit words: index `(address & windowMask) >>> 2`. */
  words(address: number): Int32Array<SharedArrayBuffer>
  /**
   * Whether it has a frame with its bytes; also while it is written, not yet while it is read. False for what is no
   * page.
   */
  isResident(page: number): boolean
  /** Makes durable what was written (fdatasync), also when the area is closed meanwhile; nothing without a file. */
  sync(): Promise<void>
  /**
   * Gives frames that lie ready in bundles back to the allocator: those of this worker and those of nobody, which
   * include those of workers that have closed. Throws `BUSY` while a batch of this worker is in flight.
   */
  trim(): void
  stats(): PageAreaStats
  /** Checks every invariant; throws `CORRUPT` naming the place. Call it while no batch is in flight. */
  validate(): void
  info(): PageAreaInfo
  /**
   * Ends a batch in flight and gives the slot back when that has ended. The batch's promise is fulfilled: its runs,
   * in the commands, were done, as far as `done` says, or are `CANCELLED`. Resident pages stay. A second call does
   * nothing.
   */
  close(): void
}

export interface PageAreaConfig {
  /** Where the page table and the interfaces are put. */
  memory: Memory
  /** How many pages: 1 … 2^32. */
  pages: number
  /** Who hands out the pool's frames: any allocator; each worker brings an instance of its own. */
  frames: FrameAllocator
  /** The bytes of the pool's frames: frame n is at n · 4096. */
  pool: Region
  /** How many workers can attach at the same time. Default 1. */
  slots?: number
  /** Commands of an interface. Default 1024. */
  commands?: number
  file?: PageFile
  /** The Region's name in the memory's directory. Default: the component's name. */
  name?: string
}

/** What attaching takes besides handle and slot. */
export interface PageAreaAttachOptions extends AttachOptions {
  /** This worker's instance of the allocator that the area was opened with. */
  frames: FrameAllocator
}

/** A backend of page areas. */
export interface PageAreaBackend<
  Config extends PageAreaConfig = PageAreaConfig,
  Instance extends PageArea = PageArea,
> {
  readonly kind: BackendKind
  readonly component: string
  readonly supports: PageAreaSupports
  /** Null when the backend can run here, else one sentence that says why not. */
  unavailable(): string | null
  /**
   * Makes a new area and attaches to its slot 0. One that is refused leaves nothing behind, neither a Region nor a
   * frame.
   */
  open(config: Config): Promise<Instance>
  /**
   * Attaches to an area that was opened here or in another worker, as the owner of `slot`. Throws `BAD_OPTION` for an
   * allocator of another number of frames. What a worker that is gone held in flight and in bundles is not lost
   * (`takeOver`).
   */
  attach(handle: PageAreaHandle, slot: number, options: PageAreaAttachOptions): Promise<Instance>
}
