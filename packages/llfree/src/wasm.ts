// The WebAssembly backend: the C core, in memories made with backend 'wasm' or 'native'.
import type { FrameAllocatorBackend } from '@parperos/alloc-api'
import { loadWasmCore, requireWasmMemory, wasmUnavailable } from '@parperos/alloc-api/driver/wasm'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
import { checkHash } from './core/check-hash.ts'
import type { WasmExports } from './core/exports.ts'
import { LLFreeWasmCore } from './core/wasm-core.ts'
import { attachAllocator, COMPONENT, openAllocator, supports, type CoreBackend } from './header.ts'

const core: CoreBackend = {
  kind: 'wasm',
  requireFit: requireWasmMemory,
  async start({ region, stacks, slot }, initialise) {
    const url = new URL('../prebuilds/wasm32/llfree.wasm', import.meta.url)
    const loaded = await loadWasmCore<WasmExports>(url, stacks, slot)
    checkHash(loaded.exports.layout_hash())
    const core = new LLFreeWasmCore(loaded, region.byteOffset, slot)
    if (initialise) core.init(initialise.allocated)
    return core
  },
}

export const wasm: FrameAllocatorBackend<LLFreeConfig, LLFreeInstance> = {
  kind: 'wasm',
  component: COMPONENT,
  supports,
  unavailable: wasmUnavailable,
  open: (config) => openAllocator(core, config),
  attach: (handle, slot, options) => attachAllocator(core, handle, slot, options),
}
