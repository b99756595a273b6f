// The adapter over the WebAssembly exports: adds the three numbers that every call begins with, and moves arrays through
// the slot's scratch area, since the core sees nothing but its own memory.
import type { FrameAllocatorCore } from '@parperos/alloc-api/driver'
import type { WasmCore as Loaded } from '@parperos/alloc-api/driver/wasm'
import type { Words } from '#atomics'
import { NO_CLASS, refuseClass } from '../classes.ts'
import { layout } from '../layout.ts'
import { threadMaySleep } from '../thread.ts'

const { batchBlocks } = layout.values

/** What csrc/wasm.c exports. Addresses are bytes from the memory's start; `maySleep` is 0 or 1. */
export interface WasmExports {
  buddy_layout_hash(): number
  buddy_init(base: number, frames: number, maySleep: number, allocated: number): void
  buddy_get(base: number, frames: number, maySleep: number, order: number): number
  buddy_get_at(base: number, frames: number, maySleep: number, frame: number, order: number): number
  buddy_put(base: number, frames: number, maySleep: number, frame: number, order: number): number
  buddy_get_batch(base: number, frames: number, maySleep: number, order: number, into: number, count: number): number
  buddy_put_batch(base: number, frames: number, maySleep: number, order: number, from: number, count: number): number
  buddy_stats(base: number, frames: number, maySleep: number, into: number): void
  buddy_stats_at(base: number, frames: number, maySleep: number, frame: number, order: number, into: number): number
  buddy_validate(base: number, frames: number, maySleep: number, into: number): number
}

export class WasmCore implements FrameAllocatorCore {
  readonly #exports: WasmExports
  readonly #scratch: Uint32Array
  readonly #scratchAddress: number
  readonly #base: number
  readonly #frames: number
  readonly #maySleep: number
  /** Blocks that pass through the scratch area at a time: whole holds of the lock, as in the other backends. */
  readonly #most: number

  constructor({ exports, scratch, scratchAddress }: Loaded<WasmExports>, base: number, words: Words, frames: number) {
    this.#exports = exports
    this.#scratch = scratch
    this.#scratchAddress = scratchAddress
    this.#base = base
    this.#frames = frames
    this.#maySleep = Number(threadMaySleep(words))
    this.#most = Math.floor(scratch.length / batchBlocks) * batchBlocks
  }

  init(allocated: boolean): void {
    this.#exports.buddy_init(this.#base, this.#frames, this.#maySleep, Number(allocated))
  }

  get(order: number, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    return this.#exports.buddy_get(this.#base, this.#frames, this.#maySleep, order)
  }

  getAt(frame: number, order: number, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    return this.#exports.buddy_get_at(this.#base, this.#frames, this.#maySleep, frame, order)
  }

  put(frame: number, order: number): number {
    return this.#exports.buddy_put(this.#base, this.#frames, this.#maySleep, frame, order)
  }

  getBatch(order: number, into: Uint32Array, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    let done = 0
    do {
      const count = Math.min(into.length - done, this.#most)
      const got = this.#exports.buddy_get_batch(
        this.#base, this.#frames, this.#maySleep, order, this.#scratchAddress, count,
      )
      if (got < 0) return done > 0 ? done : got
      into.set(this.#scratch.subarray(0, got), done)
      done += got
      if (got < count) return done
    } while (done < into.length)
    return done
  }

  putBatch(order: number, frames: Uint32Array): number {
    let done = 0
    while (done < frames.length) {
      const some = frames.subarray(done, done + this.#most)
      this.#scratch.set(some)
      const given = this.#exports.buddy_put_batch(
        this.#base, this.#frames, this.#maySleep, order, this.#scratchAddress, some.length,
      )
      done += given
      if (given < some.length) return done
    }
    return done
  }

  stats(into: Uint32Array): void {
    this.#exports.buddy_stats(this.#base, this.#frames, this.#maySleep, this.#scratchAddress)
    into.set(this.#scratch.subarray(0, 2))
  }

  statsAt(frame: number, order: number, into: Uint32Array): number {
    const result = this.#exports.buddy_stats_at(
      this.#base, this.#frames, this.#maySleep, frame, order, this.#scratchAddress,
    )
    into.set(this.#scratch.subarray(0, 2))
    return result
  }

  validate(into: Uint32Array): number {
    const result = this.#exports.buddy_validate(this.#base, this.#frames, this.#maySleep, this.#scratchAddress)
    into.set(this.#scratch.subarray(0, 4))
    return result
  }
}
