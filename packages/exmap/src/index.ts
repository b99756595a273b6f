// ExMap for users: open an area, attach to it from other workers. Backends are the subpaths /sab, /wasm, /native.
import type { PageAreaHandle } from '@parperos/alloc-api'
import { regionsOf, requireBackend, requireMemory } from '@parperos/alloc-api/driver'
import { autoBackend } from './auto.ts'
import type { ExMapAttachOptions, ExMapConfig } from './config.ts'
import type { ExMapBackend } from './driver.ts'
import { COMPONENT } from './header.ts'
import * as L from './layout.ts'
import type { ExMapArea } from './page-area.ts'

export type { ExMapAttachOptions, ExMapConfig } from './config.ts'
export type { ExMapBackend } from './driver.ts'
export type { PageStore } from './io/page-store.ts'
export type { ExMapArea } from './page-area.ts'

export interface OpenOptions extends ExMapConfig {
  /** The backend of this worker; `'auto'` takes the first that runs here, and `info().whyNotBetter` says why no other. */
  backend: ExMapBackend | 'auto'
}

export interface AttachOptions extends ExMapAttachOptions {
  backend: ExMapBackend | 'auto'
  handle: PageAreaHandle
  /** Which worker this is: 0 … slots − 1, each held by one worker at a time. */
  slot: number
}

export const ExMap = {
  /**
   * Makes an area and attaches to its slot 0. Throws `BAD_OPTION`, `TOO_SMALL`, `BAD_NAME`, `OUT_OF_MEMORY` (a frame of
   * zeros for each slot), `SYSTEM` (the file), `UNAVAILABLE`.
   */
  async open({ backend, ...config }: OpenOptions): Promise<ExMapArea> {
    if (backend !== 'auto') {
      requireBackend(backend)
      return await backend.open(config)
    }
    requireMemory(config.memory)
    const choice = await autoBackend(config.memory.wasm !== null)
    return await choice.backend.open({ passedOver: choice.passedOver, ...config })
  },

  /**
   * Attaches as the owner of `slot`, with this worker's own instance of the allocator. What the slot's former holder had
   * in its hand, if it died, goes where it belongs. Throws `BAD_HANDLE`, `BAD_MAGIC`, `BAD_VERSION`, `BAD_SIZE`,
   * `BAD_OPTION`, `BAD_SLOT`, `SLOT_BUSY`, `SYSTEM`, `UNSUPPORTED`, `UNAVAILABLE`.
   */
  async attach({ backend, handle, slot, ...options }: AttachOptions): Promise<ExMapArea> {
    if (backend !== 'auto') {
      requireBackend(backend)
      return await backend.attach(handle, slot, options)
    }
    const choice = await autoBackend(regionsOf(handle, COMPONENT, L.version).region.memory.wasm !== null)
    return await choice.backend.attach(handle, slot, { passedOver: choice.passedOver, ...options })
  },
}
