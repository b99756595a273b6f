// The WebAssembly backend: the C core, for areas whose page table is in a memory made with backend 'wasm' or 'native'. The
// pool can be in any memory.
import { loadWasmCore, requireWasmMemory, wasmUnavailable } from '@parperos/alloc-api/driver/wasm'
import { checkHash } from './core/check-hash.ts'
import { ExMapWasmCore, type WasmExports } from './core/wasm-core.ts'
import type { CoreBackend, ExMapBackend } from './driver.ts'
import { areaBackend } from './open.ts'
import { refuseMapped, supports, tableArea } from './table-area.ts'

const core: CoreBackend = {
  kind: 'wasm',
  supports,
  requireFit: requireWasmMemory,
  async start({ region, stacks, slot, handle }) {
    refuseMapped(handle)
    const url = new URL('../prebuilds/wasm32/exmap.wasm', import.meta.url)
    const { exports } = await loadWasmCore<WasmExports>(url, stacks, slot)
    checkHash(exports.layout_hash())
    const core = new ExMapWasmCore(exports, region.byteOffset, slot)
    return { core, area: tableArea, way: 'table', whyNotBetter: [] }
  },
}

export const wasm: ExMapBackend = areaBackend(core, wasmUnavailable)
