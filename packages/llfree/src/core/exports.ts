// The numeric ABI of the C core (csrc/wasm.c): what the WebAssembly module exports. Addresses are byte offsets in the
// instance's memory.

export interface WasmExports {
  layout_hash(): number
  init(words: number, slot: number, allocated: number): void
  recover(words: number, slot: number, into: number): void
  get(words: number, slot: number, order: number, frameClass: number): number
  get_at(words: number, slot: number, frame: number, order: number, frameClass: number): number
  put(words: number, slot: number, frame: number, order: number): number
  get_batch(words: number, slot: number, order: number, into: number, length: number, frameClass: number): number
  put_batch(words: number, slot: number, order: number, frames: number, length: number): number
  drain(words: number, slot: number): void
  stats(words: number, slot: number, into: number): void
  quick_stats(words: number, slot: number, into: number): void
  stats_at(words: number, slot: number, frame: number, order: number, into: number): number
  validate(words: number, slot: number, into: number): number
}
