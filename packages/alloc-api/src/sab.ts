// Memories made of a SharedArrayBuffer. A growable buffer that is created at its full size has a page-aligned base on
// every engine (a plain one has not), so that native code can work on the same pages.
import { Directory, PAGE_BYTES } from './memory/directory.ts'
import { sharedMemoryUnavailable } from './memory/available.ts'
import { Memory, roundedBytes, type MemoryBackend } from './memory/memory.ts'

/** What V8 lets a growable buffer have. */
const MAX_BYTES = 2 ** 40

export const sab: MemoryBackend = {
  kind: 'sab',
  component: 'memory',
  unavailable: sharedMemoryUnavailable,
  async create(options) {
    const bytes = roundedBytes(options.bytes, PAGE_BYTES, MAX_BYTES)
    const buffer = new SharedArrayBuffer(bytes, { maxByteLength: bytes })
    new Directory(buffer).format(bytes)
    return new Memory({ kind: 'sab', bytes, wasm: null, buffer })
  },
}
