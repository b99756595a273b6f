// The obvious frame allocator: one byte per frame says whether it is allocated, and every operation looks at all that
// it has to look at. First fit from frame 0, so that equal operations give equal results. Nothing here is fast, and
// nothing is safe against another worker at the same time; what it says is what the contract means.
import type { FrameAllocatorCore } from '../driver/core.ts'
import { HUGE_ORDER, MAX_ORDER } from '../frame-allocator.ts'
import { status } from '../status.ts'
import type { FrameBytes } from './layout.ts'

const FREE = 0
const ALLOCATED = 1
const HUGE_FRAMES = 2 ** HUGE_ORDER

/** The model accepts classes and treats all of them alike. */
export const classes = ['small', 'huge'] as const

/** What `validate` can find. */
export const problems = ['the byte of frame'] as const

export class ModelCore implements Required<FrameAllocatorCore> {
  /** One byte per frame. */
  protected readonly bytes: FrameBytes

  constructor(bytes: FrameBytes) {
    this.bytes = bytes
  }

  get(order: number, frameClass: number): number {
    const misuse = badOrder(order) || badClass(frameClass)
    if (misuse) return misuse
    const frame = this.firstFree(order, 0)
    if (frame >= 0) this.mark(frame, order, ALLOCATED)
    return frame
  }

  getAt(frame: number, order: number, frameClass: number): number {
    const misuse = this.badBlock(frame, order) || badClass(frameClass)
    if (misuse) return misuse
    if (!this.all(frame, order, FREE)) return 0
    this.mark(frame, order, ALLOCATED)
    return 1
  }

  put(frame: number, order: number): number {
    const misuse = this.badBlock(frame, order)
    if (misuse) return misuse
    if (!this.all(frame, order, ALLOCATED)) return status.NOT_ALLOCATED
    this.mark(frame, order, FREE)
    return 0
  }

  getBatch(order: number, into: Uint32Array, frameClass: number): number {
    const misuse = badOrder(order) || badClass(frameClass)
    if (misuse) return misuse
    let from = 0
    for (let i = 0; i < into.length; i++) {
      const frame = this.firstFree(order, from)
      if (frame < 0) return i
      this.mark(frame, order, ALLOCATED)
      into[i] = frame
      from = frame + (1 << order)
    }
    return into.length
  }

  putBatch(order: number, frames: Uint32Array): number {
    const bad = frames.findIndex((frame) => this.put(frame, order) !== 0)
    return bad < 0 ? frames.length : bad
  }

  stats(into: Uint32Array): void {
    this.count(0, this.bytes.length, into)
  }

  statsAt(frame: number, order: number, into: Uint32Array): number {
    const misuse = this.badBlock(frame, order)
    if (misuse) return misuse
    this.count(frame, frame + (1 << order), into)
    return 0
  }

  quickStats(into: Uint32Array): void {
    this.stats(into)
  }

  /** The model reserves nothing for anybody. */
  drain(): void {
    // All that is free can be had by everybody at any time.
  }

  validate(into: Uint32Array): number {
    const frame = this.bytes.findIndex((byte) => byte !== FREE && byte !== ALLOCATED)
    if (frame < 0) return 0
    into.set([0, frame, ALLOCATED, this.bytes[frame]])
    return status.CORRUPT
  }

  /** The first block from `from` (a multiple of its size) on that is entirely free, or OUT_OF_MEMORY. */
  protected firstFree(order: number, from: number): number {
    const size = 1 << order
    for (let frame = from; frame + size <= this.bytes.length; frame += size) {
      if (this.all(frame, order, FREE)) return frame
    }
    return status.OUT_OF_MEMORY
  }

  protected all(frame: number, order: number, state: number): boolean {
    for (let i = frame; i < frame + (1 << order); i++) {
      if (this.bytes[i] !== state) return false
    }
    return true
  }

  protected mark(frame: number, order: number, state: number): void {
    this.bytes.fill(state, frame, frame + (1 << order))
  }

  /** Writes how many of the frames from `start` to before `end` are free, and how many whole huge frames. */
  protected count(start: number, end: number, into: Uint32Array): void {
    let free = 0
    for (let i = start; i < end; i++) if (this.bytes[i] === FREE) free++
    let freeHuge = 0
    for (let huge = Math.ceil(start / HUGE_FRAMES) * HUGE_FRAMES; huge + HUGE_FRAMES <= end; huge += HUGE_FRAMES) {
      if (this.all(huge, HUGE_ORDER, FREE)) freeHuge++
    }
    into[0] = free
    into[1] = freeHuge
  }

  /** 0, or what is wrong with a block. */
  protected badBlock(frame: number, order: number): number {
    if (badOrder(order)) return status.BAD_ORDER
    if (frame < 0 || frame + (1 << order) > this.bytes.length) return status.BAD_FRAME
    return frame % (1 << order) === 0 ? 0 : status.UNALIGNED
  }
}

const badOrder = (order: number): number => (order >= 0 && order <= MAX_ORDER ? 0 : status.BAD_ORDER)

/** −1 stands for the class that the policy has for an order. */
const badClass = (frameClass: number): number =>
  frameClass >= -1 && frameClass < classes.length ? 0 : status.BAD_CLASS
