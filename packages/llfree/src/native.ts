// The native backend: the C core as a Node-API addon, in memories of every kind.
import type { FrameAllocatorBackend } from '@parperos/alloc-api'
import { addonUnavailable, loadAddon } from '@parperos/alloc-api/driver/native'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
import { checkHash } from './core/check-hash.ts'
import type { CoreBackend, LLFreeCore } from './driver.ts'
import { allocatorBackend } from './open.ts'

/** The addon (csrc/addon.c): its cores have the contract's form already. */
interface Addon {
  layoutHash: number
  attach(words: Int32Array, slot: number): LLFreeCore
}

const core: CoreBackend = {
  kind: 'native',
  persists: true,
  async start({ words, slot }) {
    const addon = loadAddon<Addon>(import.meta.url, 'llfree')
    checkHash(addon.layoutHash)
    return addon.attach(words, slot)
  },
}

export const native: FrameAllocatorBackend<LLFreeConfig, LLFreeInstance> = allocatorBackend(core, () => addonUnavailable(import.meta.url, 'llfree'))
