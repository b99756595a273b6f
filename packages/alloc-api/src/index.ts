// The contracts: what every package of ours speaks. Backends of memories are the subpaths /sab, /wasm and /native.
export {
  chooseBackend,
  requireAvailable,
  type AttachOptions,
  type Backend,
  type BackendChoice,
  type BackendKind,
} from './backend.ts'
export { OutOfMemoryError, ParperosError, type ErrorCode, type ErrorDetails } from './errors.ts'
export {
  FRAME_BYTES,
  HUGE_ORDER,
  MAX_ORDER,
  type ClassifyingFrameAllocator,
  type FrameAllocator,
  type FrameAllocatorBackend,
  type FrameAllocatorConfig,
  type FrameAllocatorHandle,
  type FrameAllocatorInfo,
  type FrameAllocatorSupports,
  type FrameStats,
  type FullFrameAllocator,
  type PlacingFrameAllocator,
  type ReclaimingFrameAllocator,
  type RecoveryReport,
} from './frame-allocator.ts'
export {
  COMMAND_COUNT,
  COMMAND_DONE,
  COMMAND_PAGE,
  COMMAND_STATUS,
  COMMAND_WORDS,
  type PageArea,
  type PageAreaAttachOptions,
  type FlightOptions,
  type PageAreaBackend,
  type PageAreaConfig,
  type PageAreaHandle,
  type PageAreaInfo,
  type PageAreaStats,
  type PageAreaSupports,
  type PageFile,
  type PageInterface,
  type PageRun,
  type RunResult,
  type Runs,
} from './page-area.ts'
export { createMemory, type CreateMemoryOptions } from './memory/create.ts'
export {
  adoptMemory,
  type Memory,
  type MemoryBackend,
  type MemoryHandle,
  type MemoryInfo,
  type MemoryOptions,
} from './memory/memory.ts'
export { Region, type RegionHandle } from './memory/region.ts'
export type { Words } from './sab/atomics.ts'
