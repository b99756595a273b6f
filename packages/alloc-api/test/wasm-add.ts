// The smallest WebAssembly that works on a shared memory, written out byte by byte: one atomic addition.
import { end, i32, importedMemory, preamble, section, text } from './wasm-bytes.ts'

/** `(address, value) → what stood there`, by `i32.atomic.rmw.add`. */
export function addInWasm(memory: WebAssembly.Memory | null): (address: number, value: number) => number {
  if (!memory) throw new Error('there is no WebAssembly.Memory here')
  const instance = new WebAssembly.Instance(new WebAssembly.Module(addModule), { env: { memory } })
  return instance.exports.add as (address: number, value: number) => number
}

const localGet = 0x20
const atomicAdd = [0xfe, 0x1e, 2, 0]

const addModule = Uint8Array.from([
  ...preamble,
  ...section(1, 1, 0x60, 2, i32, i32, 1, i32),
  ...importedMemory,
  ...section(3, 1, 0),
  ...section(7, 1, ...text('add'), 0x00, 0),
  ...section(10, 1, 10, 0, localGet, 0, localGet, 1, ...atomicAdd, end),
])
