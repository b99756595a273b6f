// The allocator's C core as a Node-API addon: runs in Node, on every kind of memory.
import { addonUnavailable, loadAddon } from '@parperos/alloc-api/driver/native'
import { buddyBackend } from './backend.ts'
import { requireHash } from './core/hash.ts'
import { NativeCore, type Addon } from './core/native-core.ts'

export const native = buddyBackend({
  kind: 'native',
  unavailable: () => addonUnavailable(import.meta.url, 'buddy'),
  async core({ words, frames }) {
    const addon = loadAddon<Addon>(import.meta.url, 'buddy')
    requireHash('buddy.node', addon.layoutHash())
    return new NativeCore(addon, words, frames)
  },
})
