// The C core behind WebAssembly calls. Arrays pass through the slot's scratch memory, since the core sees nothing but its
// own memory; batches longer than that go in parts.
import type { WasmCore } from '@parperos/alloc-api/driver/wasm'
import type { LLFreeCore } from '../driver.ts'
import type { WasmExports } from './exports.ts'

export class LLFreeWasmCore implements LLFreeCore {
  readonly #exports: WasmExports
  readonly #scratch: Uint32Array
  readonly #scratchAddress: number
  readonly #words: number
  readonly #slot: number

  constructor(core: WasmCore<WasmExports>, wordsAddress: number, slot: number) {
    this.#exports = core.exports
    this.#scratch = core.scratch
    this.#scratchAddress = core.scratchAddress
    this.#words = wordsAddress
    this.#slot = slot
  }

  init(allocated: boolean): void {
    this.#exports.init(this.#words, this.#slot, allocated ? 1 : 0)
  }

  recover(into: Uint32Array): void {
    this.#exports.recover(this.#words, this.#slot, this.#scratchAddress)
    into.set(this.#scratch.subarray(0, 4))
  }

  get(order: number, frameClass: number): number {
    return this.#exports.get(this.#words, this.#slot, order, frameClass)
  }

  getAt(frame: number, order: number, frameClass: number): number {
    return this.#exports.get_at(this.#words, this.#slot, frame, order, frameClass)
  }

  put(frame: number, order: number): number {
    return this.#exports.put(this.#words, this.#slot, frame, order)
  }

  getBatch(order: number, into: Uint32Array, frameClass: number): number {
    let done = 0
    do {
      const wanted = Math.min(into.length - done, this.#scratch.length)
      const got = this.#exports.get_batch(
        this.#words,
        this.#slot,
        order,
        this.#scratchAddress,
        wanted,
        frameClass,
      )
      if (got < 0) return done > 0 ? done : got
      into.set(this.#scratch.subarray(0, got), done)
      done += got
      if (got < wanted) break
    } while (done < into.length)
    return done
  }

  putBatch(order: number, frames: Uint32Array): number {
    let done = 0
    while (done < frames.length) {
      const part = Math.min(frames.length - done, this.#scratch.length)
      this.#scratch.set(frames.subarray(done, done + part))
      const put = this.#exports.put_batch(this.#words, this.#slot, order, this.#scratchAddress, part)
      done += put
      if (put < part) break
    }
    return done
  }

  drain(): void {
    this.#exports.drain(this.#words, this.#slot)
  }

  stats(into: Uint32Array): void {
    this.#exports.stats(this.#words, this.#slot, this.#scratchAddress)
    into.set(this.#scratch.subarray(0, 2))
  }

  quickStats(into: Uint32Array): void {
    this.#exports.quick_stats(this.#words, this.#slot, this.#scratchAddress)
    into.set(this.#scratch.subarray(0, 2))
  }

  statsAt(frame: number, order: number, into: Uint32Array): number {
    const result = this.#exports.stats_at(this.#words, this.#slot, frame, order, this.#scratchAddress)
    into.set(this.#scratch.subarray(0, 2))
    return result
  }

  validate(into: Uint32Array): number {
    const result = this.#exports.validate(this.#words, this.#slot, this.#scratchAddress)
    into.set(this.#scratch.subarray(0, 4))
    return result
  }
}
