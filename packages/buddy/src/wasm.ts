// The allocator's C core as WebAssembly: runs wherever there is a shared WebAssembly.Memory.
import { loadWasmCore, wasmUnavailable } from '@parperos/alloc-api/driver/wasm'
import { buddyBackend } from './backend.ts'
import { requireHash } from './core/hash.ts'
import { WasmCore, type WasmExports } from './core/wasm-core.ts'

export const wasm = buddyBackend({
  kind: 'wasm',
  unavailable: wasmUnavailable,
  unfit: (memory) => (memory.wasm === null ? 'it is no WebAssembly memory' : null),
  async core({ stacks, region, words, frames }, slot) {
    const url = new URL('../prebuilds/wasm32/buddy.wasm', import.meta.url)
    const loaded = await loadWasmCore<WasmExports>(url, stacks, slot)
    requireHash('buddy.wasm', loaded.exports.buddy_layout_hash())
    return new WasmCore(loaded, region.byteOffset, words, frames)
  },
})
