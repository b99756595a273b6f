// The WebAssembly backend: the C core, in memories made with backend 'wasm' or 'native'.
import type { FrameAllocatorBackend } from '@parperos/alloc-api'
import { loadWasmCore, requireWasmMemory, wasmUnavailable } from '@parperos/alloc-api/driver/wasm'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'
import { checkHash } from './core/check-hash.ts'
import type { WasmExports } from './core/exports.ts'
import { LLFreeWasmCore } from './core/wasm-core.ts'
import type { CoreBackend } from './driver.ts'
import { allocatorBackend } from './open.ts'

const core: CoreBackend = {
  kind: 'wasm',
  persists: false,
  requireFit: requireWasmMemory,
  async start({ region, stacks, slot }) {
    const url = new URL('../prebuilds/wasm32/llfree.wasm', import.meta.url)
    const loaded = await loadWasmCore<WasmExports>(url, stacks, slot)
    checkHash(loaded.exports.layout_hash())
    return new LLFreeWasmCore(loaded, region.byteOffset, slot)
  },
}

export const wasm: FrameAllocatorBackend<LLFreeConfig, LLFreeInstance> = allocatorBackend(core, wasmUnavailable)
