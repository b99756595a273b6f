// The TypeScript backend: runs in every worker of every engine with shared memory, beside the others on the same bytes.
import type { FrameAllocatorBackend } from '@parperos/alloc-api'
import { sharedMemoryUnavailable } from '@parperos/alloc-api/driver'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
import type { CoreBackend } from './driver.ts'
import { allocatorBackend } from './open.ts'
import { Area } from './sab/area.ts'
import { SabCore } from './sab/llfree.ts'

const core: CoreBackend = {
  kind: 'sab',
  persists: true,
  async start({ words, geometry, slot, persistence }) {
    return new SabCore(new Area(words, geometry, slot, persistence))
  },
}

export const sab: FrameAllocatorBackend<LLFreeConfig, LLFreeInstance> = allocatorBackend(core, sharedMemoryUnavailable)
