// The TypeScript backend: runs in every worker of every engine with shared memory, beside the others on the same bytes.
import type { FrameAllocatorBackend } from '@parperos/alloc-api'
import { sharedMemoryUnavailable } from '@parperos/alloc-api/driver'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
import type { CoreBackend } from './driver.ts'
import { COMPONENT } from './header.ts'
import { attachAllocator, openAllocator, supports } from './open.ts'
import { Area } from './sab/area.ts'
import { SabCore } from './sab/llfree.ts'

const core: CoreBackend = {
  kind: 'sab',
  persists: true,
  async start({ words, geometry, slot, persistence }) {
    return new SabCore(new Area(words, geometry, slot, persistence))
  },
}

export const sab: FrameAllocatorBackend<LLFreeConfig, LLFreeInstance> = {
  kind: 'sab',
  component: COMPONENT,
  supports,
  unavailable: sharedMemoryUnavailable,
  open: (config) => openAllocator(core, config),
  attach: (handle, slot, options) => attachAllocator(core, handle, slot, options),
}
