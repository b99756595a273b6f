// The adapter over the addon: its operations, bound to one Region. The view is kept here, because the addon remembers
// only where the words are.
import type { FrameAllocatorCore } from '@parperos/alloc-api/driver'
import type { Words } from '#atomics'
import { NO_CLASS, refuseClass } from '../classes.ts'

/** What csrc/addon.c exports. */
export interface Addon {
  layoutHash(): number
  attach(words: Words, frames: number): Operations
}

interface Operations {
  init(allocated: number): void
  get(order: number): number
  getAt(frame: number, order: number): number
  put(frame: number, order: number): number
  getBatch(order: number, into: Uint32Array): number
  putBatch(order: number, frames: Uint32Array): number
  stats(into: Uint32Array): void
  statsAt(frame: number, order: number, into: Uint32Array): number
  validate(into: Uint32Array): number
}

export class NativeCore implements FrameAllocatorCore {
  readonly words: Words
  readonly #operations: Operations

  constructor(addon: Addon, words: Words, frames: number) {
    this.words = words
    this.#operations = addon.attach(words, frames)
  }

  init(allocated: boolean): void {
    this.#operations.init(Number(allocated))
  }

  get(order: number, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    return this.#operations.get(order)
  }

  getAt(frame: number, order: number, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    return this.#operations.getAt(frame, order)
  }

  put(frame: number, order: number): number {
    return this.#operations.put(frame, order)
  }

  getBatch(order: number, into: Uint32Array, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    return this.#operations.getBatch(order, into)
  }

  putBatch(order: number, frames: Uint32Array): number {
    return this.#operations.putBatch(order, frames)
  }

  stats(into: Uint32Array): void {
    this.#operations.stats(into)
  }

  statsAt(frame: number, order: number, into: Uint32Array): number {
    return this.#operations.statsAt(frame, order, into)
  }

  validate(into: Uint32Array): number {
    return this.#operations.validate(into)
  }
}
