// The C core behind WebAssembly calls (csrc/wasm.c). Addresses are byte offsets in the instance's memory.
import type { ExMapCore } from '../driver.ts'

export interface WasmExports {
  layout_hash(): number
  recover(words: number, slot: number): number
  begin(words: number, slot: number, op: number, runs: number): void
  step(words: number, slot: number): number
  next_bundle(words: number, slot: number): number
  gather(words: number, slot: number): number
  ready(words: number, slot: number): void
  leave(words: number, slot: number): void
}

export class ExMapWasmCore implements ExMapCore {
  readonly #exports: WasmExports
  readonly #words: number
  readonly #slot: number

  constructor(exports: WasmExports, wordsAddress: number, slot: number) {
    this.#exports = exports
    this.#words = wordsAddress
    this.#slot = slot
  }

  recover(): number {
    return this.#exports.recover(this.#words, this.#slot)
  }

  begin(op: number, runs: number): void {
    this.#exports.begin(this.#words, this.#slot, op, runs)
  }

  step(): number {
    return this.#exports.step(this.#words, this.#slot)
  }

  nextBundle(): boolean {
    return this.#exports.next_bundle(this.#words, this.#slot) !== 0
  }

  gather(): boolean {
    return this.#exports.gather(this.#words, this.#slot) !== 0
  }

  ready(): void {
    this.#exports.ready(this.#words, this.#slot)
  }

  leave(): void {
    this.#exports.leave(this.#words, this.#slot)
  }
}
