// The frames that a worker holds ready, as far as the allocator is concerned: the core cannot call it, so whatever stops the
// core for that reason is done here, for all backends. What is on its way between a bundle and the allocator is noted in
// the interface first, so that it is found again after a death.
import { HUGE_ORDER, ParperosError, type FrameAllocator } from '@parperos/alloc-api'
import { status, statusName } from '@parperos/alloc-api/driver'
import { load, type Words } from '#atomics'
import type { Attached, ExMapCore } from './driver.ts'
import type { Geometry } from './geometry.ts'
import * as L from './layout.ts'
import { lockAfter, unlockInterface } from './lock.ts'

export class Bundles {
  readonly #core: ExMapCore
  readonly #words: Words
  readonly #shape: Geometry
  readonly #frames: FrameAllocator
  readonly #self: number
  readonly #slot: number

  constructor(core: ExMapCore, { words, geometry: shape, frames, slot }: Attached) {
    this.#core = core
    this.#words = words
    this.#shape = shape
    this.#frames = frames
    this.#slot = slot
    this.#self = shape.interfacesAt + slot * shape.interfaceWords
  }

  /** Lets the core go on until it is done (`eventDone`) or its hand waits for bytes (`eventFill`). */
  drive(): number {
    for (;;) {
      const event = this.#core.step()
      if (event === L.eventNeedFrames) this.#refill()
      else if (event === L.eventGiveFrames) this.#giveBack(this.#spare())
      else if (event < 0) throw corrupt(event)
      else return event
    }
  }

  /** Makes the slot as new, whatever its former holder left. */
  recover(): void {
    this.#lockForRecovery()
    this.#recoverRefilling()
    this.#recoverReturning()
    for (;;) {
      const event = this.#core.recover()
      if (event === L.eventDone) return
      if (event < 0) throw corrupt(event)
      this.#giveBack(this.#spare())
    }
  }

  /** Gives all frames of the own bundles, and of those of nobody, back to the allocator. */
  trim(): void {
    this.#giveBack(this.#spare())
    do this.#giveBack(this.#current())
    while (this.#core.nextBundle())
  }

  /** How many frames are ready in all bundles. */
  count(): number {
    let count = 0
    for (let bundle = 0; bundle < this.#shape.bundles; bundle++) {
      const { first, end } = this.#fillOf(bundle)
      count += end - first
    }
    return count
  }

  /** The allocator writes frames into the current bundle, which is empty. They count once all of them are there. */
  #refill(): void {
    const words = this.#words
    const { bundleFrames } = this.#shape
    const bundle = this.#current()
    const at = this.#framesAt(bundle)
    const into = new Uint32Array(words.buffer, words.byteOffset + at * 4, bundleFrames)
    into.fill(L.noFrame)
    words[this.#self + L.interfaceRefilling] = bundle + 1
    const count = this.#takeHuge(bundle, into) || this.#frames.getBatch(0, into)
    for (let i = 0; i < count; i++) if (!this.#isUsable(into[i])) throw corrupt(status.CORRUPT)
    this.#setFill(bundle, 0, count)
    words[this.#self + L.interfaceRefilling] = 0
    if (count === 0 && !this.#core.gather()) words[this.#self + L.interfaceDry] = 1
  }

  /**
   * Where frames lie in huge pages, a bundle is all of one at best: then they can move as one. How many frames, 0 or all. A
   * negative number notes that the first entry stands for all of them.
   */
  #takeHuge(bundle: number, into: Uint32Array): number {
    const words = this.#words
    if ((words[L.headerNative] & L.nativeHugePages) === 0 || into.length !== 2 ** HUGE_ORDER) return 0
    words[this.#self + L.interfaceRefilling] = -1 - bundle
    if (this.#frames.getBatch(HUGE_ORDER, into.subarray(0, 1)) === 1) {
      for (let i = 1; i < into.length; i++) into[i] = into[0] + i
      return into.length
    }
    words[this.#self + L.interfaceRefilling] = 1 + bundle
    return 0
  }

  /** Nobody else may have the interface; and what the former holder had of others', nobody has any more. */
  #lockForRecovery(): void {
    const words = this.#words
    const { slots, interfacesAt, interfaceWords } = this.#shape
    const held = lockAfter(words, this.#self + L.interfaceLock)
    if (held !== 0) throw takingFrames(held)
    for (let slot = 0; slot < slots; slot++) {
      const lock = interfacesAt + slot * interfaceWords + L.interfaceLock
      if (load(words, lock) === (L.lockGathering | this.#slot)) unlockInterface(words, lock)
    }
  }

  /** Frames that the allocator had written when the worker died are ours, as far as they go. */
  #recoverRefilling(): void {
    const words = this.#words
    const noted = words[this.#self + L.interfaceRefilling]
    if (noted === 0) return
    const bundle = Math.abs(noted) - 1
    const isOwn = bundle < this.#shape.bundles && words[this.#shape.shelfAt + bundle] === (L.shelfOwned | this.#slot)
    if (!isOwn) throw corrupt(status.CORRUPT)
    const at = this.#framesAt(bundle)
    if (noted < 0 && this.#isUsable(words[at] >>> 0)) {
      for (let i = 1; i < this.#shape.bundleFrames; i++) words[at + i] = words[at] + i
    }
    let count = 0
    while (count < this.#shape.bundleFrames && this.#isUsable(words[at + count] >>> 0)) count++
    this.#setFill(bundle, 0, count)
    words[this.#self + L.interfaceRefilling] = 0
  }

  /** Gives a bundle's frames back to the allocator, one by one: each is noted before it leaves the bundle. */
  #giveBack(bundle: number): void {
    const words = this.#words
    const noted = this.#self + L.interfaceReturning
    for (;;) {
      const { first, end } = this.#fillOf(bundle)
      if (first >= end) return
      const frame = words[this.#framesAt(bundle) + first]
      words[noted] = frame + 1
      this.#setFill(bundle, first + 1, end)
      words[noted] = (frame + 1) | L.returningCalled
      try {
        this.#frames.put(frame, 0)
      } catch (error) {
        words[noted] = frame + 1
        this.#recoverReturning()
        throw error
      }
      words[noted] = 0
    }
  }

  /**
   * A frame that was on its way back, and not yet in the allocator's hands, goes back into its bundle. One that was is the
   * allocator's affair: it has it again, or its `put` ended in the middle; nobody can tell when others take frames too.
   */
  #recoverReturning(): void {
    const noted = this.#self + L.interfaceReturning
    const frame = this.#words[noted] - 1
    for (const bundle of frame < 0 ? [] : [this.#current(), this.#spare()]) {
      if (bundle >= this.#shape.bundles) continue
      const { first, end } = this.#fillOf(bundle)
      if (first > 0 && this.#words[this.#framesAt(bundle) + first - 1] === frame) this.#setFill(bundle, first - 1, end)
    }
    this.#words[noted] = 0
  }

  #current(): number {
    return this.#words[this.#self + L.interfaceBundles] & L.noBundle
  }

  #spare(): number {
    return this.#words[this.#self + L.interfaceBundles] >>> L.spareShift
  }

  #bundleAt(bundle: number): number {
    return this.#shape.bundlesAt + bundle * this.#shape.bundleWords
  }

  #framesAt(bundle: number): number {
    return this.#bundleAt(bundle) + L.bundleHeaderWords
  }

  /** Never more than there can be, whatever the word says. */
  #fillOf(bundle: number): { first: number; end: number } {
    const fill = this.#words[this.#bundleAt(bundle) + L.bundleFill]
    const end = Math.min(fill >>> L.bundleEndShift, this.#shape.bundleFrames)
    return { first: Math.min(fill & L.bundleFirstMask, end), end }
  }

  #setFill(bundle: number, first: number, end: number): void {
    this.#words[this.#bundleAt(bundle) + L.bundleFill] = first | (end << L.bundleEndShift)
  }

  /** In the pool, and none of the frames of zeros. */
  #isUsable(frame: number): boolean {
    const zero = this.#words[L.headerZeroFrame]
    return frame < this.#shape.frames && (frame ^ zero) >>> this.#shape.zeroOrder !== 0
  }
}

const corrupt = (found: number): ParperosError =>
  new ParperosError('CORRUPT', `exmap: the area contradicts itself (${statusName(found) ?? found})`, {
    hint: 'validate() names the place',
  })

/** The error of whoever waits for a worker that does not come to its end with the interface's idle frames. */
export const takingFrames = (held: number): ParperosError =>
  new ParperosError('BUSY', `the worker of slot ${held & ~L.lockGathering} takes this slot's idle frames, and does not end`, {
    hint: 'if that worker is gone, take its slot over first',
  })
