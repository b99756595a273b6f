// The public face: opening and attaching. It imports no backend; the caller hands one in, or says 'auto'.
import type {
  AttachOptions,
  FrameAllocatorConfig,
  FrameAllocatorHandle,
  Memory,
  PlacingFrameAllocator,
} from '@parperos/alloc-api'
import { requireMemory } from '@parperos/alloc-api/driver'
import { choose, type BackendOption } from './auto.ts'
import { handleIn, structureOf } from './header.ts'

export type { BackendOption } from './auto.ts'
export type { BuddyBackend } from './backend.ts'

export interface OpenOptions extends FrameAllocatorConfig {
  backend: BackendOption
}

interface AnyAttachOptions extends AttachOptions {
  backend: BackendOption
  /** Which worker this is: 0 … slots − 1, each held by one worker at a time. */
  slot: number
}

/** In another worker: by what an instance's `handle` says. */
export interface AttachByHandle extends AnyAttachOptions {
  handle: FrameAllocatorHandle
  memory?: never
  name?: never
}

/** In another process: by the memory, and the name that the allocator was opened with. */
export interface AttachByName extends AnyAttachOptions {
  memory: Memory
  name?: string
  handle?: never
}

/**
 * A locked binary buddy allocator of page frames over shared memory. One lock guards everything; a worker that finds it
 * held sleeps. What it can do beyond the contract: `supports.placement`.
 */
export const Buddy = {
  /**
   * Makes an allocator in `memory` and attaches to its slot 0. Throws `BAD_OPTION`, `BAD_NAME`, `TOO_SMALL`,
   * `UNSUPPORTED` for `initial: 'recover'`, `UNAVAILABLE` when the backend cannot run here or not in this memory.
   */
  async open({ backend: option, ...config }: OpenOptions): Promise<PlacingFrameAllocator> {
    requireMemory(config.memory)
    const { backend, why } = await choose(option, config.memory)
    return await backend.open({ ...config, ...why })
  },

  /**
   * Attaches to an allocator that some backend opened: by the handle that another worker posted, or, in another process,
   * by the memory and the name that it was opened with. Throws `BAD_HANDLE`, `BAD_NAME`, `BAD_MAGIC`, `BAD_VERSION`,
   * `BAD_SIZE`, `BAD_SLOT`, `SLOT_BUSY`, or `UNAVAILABLE`.
   */
  async attach(options: AttachByHandle | AttachByName): Promise<PlacingFrameAllocator> {
    const { backend: option, slot, handle, memory, name, ...said } = options
    const where = memory ? handleIn(memory, name) : handle
    const { backend, why } = await choose(option, structureOf(where).region.memory)
    return await backend.attach(where, slot, { ...said, ...why })
  },
}
