// LLFree for users: open an allocator, attach to it from other workers. Backends are the subpaths /sab, /wasm, /native.
import {
  ParperosError,
  Region,
  requireAvailable,
  type AttachOptions,
  type FrameAllocatorHandle,
  type Memory,
} from '@parperos/alloc-api'
import { autoBackend, type LLFreeBackend } from './auto.ts'
import { requireMemory, type LLFreeConfig, type LLFreeInstance } from './config.ts'
import { COMPONENT } from './header.ts'
import * as L from './layout.ts'

export type { LLFreeBackend } from './auto.ts'
export type { LLFreeConfig, LLFreeInstance } from './config.ts'
export { smallAndHuge, type ClassPolicy, type PolicyAction } from './policy.ts'

export interface OpenOptions extends LLFreeConfig {
  /** The backend of this worker; `'auto'` takes the fastest that runs here, and `info().chosen` says why. */
  backend: LLFreeBackend | 'auto'
}

export type LLFreeAttachOptions = AttachOptions & {
  backend: LLFreeBackend | 'auto'
  /** Which worker this is: 0 … slots − 1, each held by one worker at a time. */
  slot: number
} & ({ handle: FrameAllocatorHandle; memory?: never; name?: never } | { memory: Memory; name?: string; handle?: never })

export const LLFree = {
  /**
   * Makes an allocator in `memory` and attaches to its slot 0. Throws `BAD_OPTION`, `TOO_SMALL`, `BAD_NAME`,
   * `UNAVAILABLE`.
   */
  async open({ backend, ...config }: OpenOptions): Promise<LLFreeInstance> {
    if (backend !== 'auto') {
      requireBackend(backend)
      return await backend.open(config)
    }
    requireMemory(config.memory)
    const choice = await autoBackend(config.memory.wasm !== null)
    return await choice.backend.open({ ...config, chosen: reason(choice) })
  },

  /**
   * Attaches as the owner of `slot`: by the handle that another worker posted, or, in another process, by the memory and
   * the name that the allocator was opened with. Throws `BAD_HANDLE`, `BAD_MAGIC`, `BAD_VERSION`, `BAD_SIZE`, `BAD_SLOT`,
   * `SLOT_BUSY`, `UNAVAILABLE`.
   */
  async attach({ backend, slot, handle, memory, name, ...options }: LLFreeAttachOptions): Promise<LLFreeInstance> {
    const where = memory ? handleIn(memory, name) : handle
    if (backend !== 'auto') {
      requireBackend(backend)
      return await backend.attach(where, slot, options)
    }
    const choice = await autoBackend(regionOf(where).memory.wasm !== null)
    return await choice.backend.attach(where, slot, { ...options, chosen: reason(choice) })
  },
}

const reason = (choice: { backend: LLFreeBackend; passedOver: string[] }): string =>
  choice.passedOver.length === 0
    ? `${choice.backend.kind}: the fastest that can run here`
    : `${choice.backend.kind}: the first that can run here (${choice.passedOver.join('; ')})`

/** Throws `BAD_OPTION` for what is no backend, `UNAVAILABLE` when it cannot run here. */
function requireBackend(backend: LLFreeBackend): void {
  const given = backend as Partial<LLFreeBackend> | null | undefined
  if (typeof given?.open !== 'function' || typeof given.attach !== 'function') {
    throw new ParperosError('BAD_OPTION', "backend is an object of /sab, /wasm or /native, or 'auto'")
  }
  requireAvailable(backend)
}

/** A handle comes from elsewhere: it may be anything. */
function regionOf(handle: FrameAllocatorHandle | null | undefined): Region {
  if (handle?.region) return Region.from(handle.region)
  throw new ParperosError('BAD_HANDLE', `not a handle of llfree: its component is ${String(handle?.component)}`)
}

/** The handle of an allocator that is found by its name in the memory's directory. */
function handleIn(memory: Memory, name = COMPONENT): FrameAllocatorHandle {
  const region = memory.find(name)
  const stacks = memory.find(`${name}-stacks`)
  if (!region || !stacks) {
    throw new ParperosError('BAD_NAME', `this memory has no allocator named ${name}`, {
      hint: `its Regions are: ${memory.names().join(', ') || 'none'}`,
    })
  }
  return { component: COMPONENT, layoutVersion: L.version, region: region.handle, stacks: stacks.handle }
}
