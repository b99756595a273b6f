// Memories made of a shared WebAssembly.Memory: its buffer is a SharedArrayBuffer, so all three backends of every
// component can work in it at once. At most 4 GiB; never grown, so that fixed-length views stay whole.
import { Directory } from './memory/directory.ts'
import { sharedMemoryUnavailable } from './memory/available.ts'
import { Memory, roundedBytes, type MemoryBackend } from './memory/memory.ts'

/** A page of WebAssembly. */
export const WASM_PAGE_BYTES = 65536
/** What 32-bit WebAssembly can address. */
export const MAX_WASM_BYTES = 2 ** 32

/** A shared WebAssembly.Memory of exactly that many bytes (a multiple of 64 KiB) that cannot grow. */
export function fixedWasmMemory(bytes: number): WebAssembly.Memory {
  const pages = bytes / WASM_PAGE_BYTES
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

export const wasm: MemoryBackend = {
  kind: 'wasm',
  component: 'memory',
  unavailable() {
    if (typeof WebAssembly === 'undefined') return 'this JavaScript engine has no WebAssembly'
    return sharedMemoryUnavailable()
  },
  async create(options) {
    const bytes = roundedBytes(options.bytes, WASM_PAGE_BYTES, MAX_WASM_BYTES)
    const wasm = fixedWasmMemory(bytes)
    new Directory(wasm.buffer as unknown as SharedArrayBuffer).format(bytes)
    return new Memory({ kind: 'wasm', bytes, wasm, buffer: null })
  },
}
