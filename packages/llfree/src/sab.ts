// The TypeScript backend: runs in every worker of every engine with shared memory, beside the others on the same bytes.
import type { FrameAllocatorBackend } from '@parperos/alloc-api'
import { sharedMemoryUnavailable } from '@parperos/alloc-api/driver'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
import { attachAllocator, COMPONENT, openAllocator, supports, type CoreBackend } from './header.ts'
import { Area } from './sab/area.ts'
import { init } from './sab/init.ts'
import { SabCore } from './sab/llfree.ts'

const core: CoreBackend = {
  kind: 'sab',
  async start({ words, geometry, slot }, initialise) {
    const area = new Area(words, geometry, slot)
    if (initialise) init(area, initialise.allocated)
    return new SabCore(area)
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
