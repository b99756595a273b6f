// LLFree for users: open an allocator, attach to it from other workers. Backends are the subpaths /sab, /wasm, /native.
import type { AttachOptions, FrameAllocatorHandle, Memory } from '@parperos/alloc-api'
import { regionsIn, regionsOf, requireBackend, requireMemory } from '@parperos/alloc-api/driver'
import { autoBackend, type LLFreeBackend } from './auto.ts'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
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
    const choice = await autoBackend(regionsOf(where, COMPONENT, L.version).region.memory.wasm !== null)
    return await choice.backend.attach(where, slot, { ...options, chosen: reason(choice) })
  },
}

const reason = (choice: { backend: LLFreeBackend; passedOver: string[] }): string =>
  choice.passedOver.length === 0
    ? `${choice.backend.kind}: the fastest that can run here`
    : `${choice.backend.kind}: the first that can run here (${choice.passedOver.join('; ')})`

/** The handle of an allocator that is found by its name in the memory's directory. */
function handleIn(memory: Memory, name = COMPONENT): FrameAllocatorHandle {
  const { region, stacks } = regionsIn(memory, name, 'allocator')
  return { component: COMPONENT, layoutVersion: L.version, region: region.handle, stacks: stacks.handle }
}
