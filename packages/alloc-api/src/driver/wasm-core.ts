// Loading a package's C core as WebAssembly, several instances on one shared memory. The cores have no data segment and
// no global but the stack pointer, so the only thing that two instances must not share is their stack: each slot has a
// range of its own in a Region set aside for stacks.
//
//   one slot's range     0 ──────────────── 8 KiB ──────────────── 16 KiB
//                        │ scratch: arrays   │   ←── stack grows down │
//                        │ in and out        │                        │
import { ParperosError } from '../errors.ts'
import type { Memory } from '../memory/memory.ts'
import type { Region } from '../memory/region.ts'
import { STACK_BYTES } from './stacks.ts'

const SCRATCH_BYTES = STACK_BYTES / 2

/** A running core: its exported functions, and where its arrays stand. */
export interface WasmCore<Exports> {
  readonly exports: Exports
  /** Arrays for the core, at most this many words, at address `scratchAddress`. */
  readonly scratch: Uint32Array<SharedArrayBuffer>
  readonly scratchAddress: number
}

/** Null when WebAssembly can run here, else why not. */
export function wasmUnavailable(): string | null {
  if (typeof WebAssembly === 'undefined') return 'this JavaScript engine has no WebAssembly'
  if (typeof SharedArrayBuffer === 'undefined') return 'this JavaScript engine has no SharedArrayBuffer here'
  return null
}

/**
 * Instantiates the module at `url` on the memory of `stacks`, with the stack of `slot`. Throws `UNAVAILABLE` when the
 * memory is not a WebAssembly memory or the module cannot be had.
 */
export async function loadWasmCore<Exports>(url: URL, stacks: Region, slot: number): Promise<WasmCore<Exports>> {
  const memory = requireWasmMemory(stacks.memory)
  if ((slot + 1) * STACK_BYTES > stacks.byteLength) {
    throw new ParperosError('BAD_SIZE', `there is no stack for slot ${slot} in a Region of ${stacks.byteLength} bytes`)
  }
  const instance = await WebAssembly.instantiate(await compile(url), { env: { memory } })
  const exports = instance.exports as Exports & { __stack_pointer: WebAssembly.Global<'i32'> }
  const scratchAddress = stacks.byteOffset + slot * STACK_BYTES
  // The value is an address: as signed 32 bits, since that is what an i32 global takes.
  exports.__stack_pointer.value = (scratchAddress + STACK_BYTES) | 0
  const scratch = new Uint32Array(stacks.memory.buffer, scratchAddress, SCRATCH_BYTES / 4)
  return { exports, scratch, scratchAddress }
}

/** The WebAssembly memory that a memory is made of. Throws `UNAVAILABLE` when it is none. */
export function requireWasmMemory(memory: Memory): WebAssembly.Memory {
  if (memory.wasm) return memory.wasm
  throw new ParperosError('UNAVAILABLE', 'WebAssembly cannot work in this memory', {
    hint: "create the memory with backend 'wasm' or 'native' and at most 4 GiB",
  })
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  try {
    if (url.protocol !== 'file:') return await WebAssembly.compileStreaming(fetch(url))
    const { readFile } = process.getBuiltinModule('node:fs/promises')
    return await WebAssembly.compile(await readFile(url))
  } catch (cause) {
    throw new ParperosError('UNAVAILABLE', `the core ${url.href} cannot be loaded: ${String(cause)}`, { cause })
  }
}
