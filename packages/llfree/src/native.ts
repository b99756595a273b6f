// The native backend: the C core as a Node-API addon, in memories of every kind.
import type { FrameAllocatorBackend } from '@parperos/alloc-api'
import type { FrameAllocatorCore } from '@parperos/alloc-api/driver'
import { addonUnavailable, loadAddon } from '@parperos/alloc-api/driver/native'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
import { checkHash } from './core/check-hash.ts'
import { attachAllocator, COMPONENT, openAllocator, supports, type CoreBackend } from './header.ts'

/** The addon (csrc/addon.c): its cores have the contract's form already. */
interface Addon {
  layoutHash: number
  attach(words: Int32Array, slot: number): Required<FrameAllocatorCore> & { init(allocated: number): void }
}

const core: CoreBackend = {
  kind: 'native',
  async start({ words, slot }, initialise) {
    const addon = loadAddon<Addon>(import.meta.url, 'llfree')
    checkHash(addon.layoutHash)
    const core = addon.attach(words, slot)
    if (initialise) core.init(initialise.allocated ? 1 : 0)
    return core
  },
}

export const native: FrameAllocatorBackend<LLFreeConfig, LLFreeInstance> = {
  kind: 'native',
  component: COMPONENT,
  supports,
  unavailable: () => addonUnavailable(import.meta.url, 'llfree'),
  open: (config) => openAllocator(core, config),
  attach: (handle, slot, options) => attachAllocator(core, handle, slot, options),
}
