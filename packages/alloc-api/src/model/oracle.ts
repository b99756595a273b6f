// What a frame allocator owes its users, kept beside it: told what another allocator handed out and took back, the
// oracle knows which frames are free, and throws as soon as the other has contradicted itself. It shares no code with
// the model, and it never says what to hand out: any choice that keeps the contract is right.
import { ParperosError } from '../errors.ts'
import { HUGE_ORDER, MAX_ORDER, type FrameStats } from '../frame-allocator.ts'

const HUGE_FRAMES = 2 ** HUGE_ORDER

/** Judges the results of one frame allocator. What contradicts the contract throws `CORRUPT`. */
export class FrameOracle {
  readonly frames: number
  /** 1 = allocated. */
  readonly #allocated: Uint8Array
  /** How many frames of each whole huge frame are free. */
  readonly #freeInHuge: Uint16Array
  #free: number
  #freeHuge: number

  constructor(frames: number, initial: 'free' | 'allocated' = 'free') {
    const free = initial === 'free'
    this.frames = frames
    this.#allocated = new Uint8Array(frames).fill(free ? 0 : 1)
    this.#freeInHuge = new Uint16Array(Math.floor(frames / HUGE_FRAMES)).fill(free ? HUGE_FRAMES : 0)
    this.#free = free ? frames : 0
    this.#freeHuge = free ? this.#freeInHuge.length : 0
  }

  get free(): number {
    return this.#free
  }

  /** Huge frames that are entirely free. */
  get freeHuge(): number {
    return this.#freeHuge
  }

  get stats(): FrameStats {
    return { frames: this.frames, free: this.#free, freeHuge: this.#freeHuge }
  }

  isFree(frame: number): boolean {
    return this.#allocated[frame] === 0
  }

  /** Whether every frame of a block inside of the memory is free. */
  isFreeBlock(frame: number, order: number): boolean {
    return this.#firstOf(frame, order, 1) < 0
  }

  /** Whether every frame of a block inside of the memory is allocated: then it may be given back. */
  isAllocatedBlock(frame: number, order: number): boolean {
    return this.#firstOf(frame, order, 0) < 0
  }

  /** The allocator handed this block out. Throws when it had no right to. */
  took(frame: number, order: number): void {
    this.#check(frame, order, 'handed out')
    const taken = this.#firstOf(frame, order, 1)
    if (taken >= 0) throw corrupt(`${block(frame, order)} was handed out, but frame ${taken} of it is allocated`)
    this.#set(frame, order, 1)
  }

  /** The allocator took this block back. Throws when it should have refused. */
  gave(frame: number, order: number): void {
    this.#check(frame, order, 'taken back')
    const free = this.#firstOf(frame, order, 0)
    if (free >= 0) throw corrupt(`${block(frame, order)} was taken back, but frame ${free} of it is free`)
    this.#set(frame, order, 0)
  }

  /** The allocator said that it has no block of this order. Throws when there is one, that is, when frames got lost. */
  refused(order: number): void {
    const frame = this.firstFree(order)
    if (frame >= 0) throw corrupt(`no block of order ${order} was found, but ${block(frame, order)} is free`)
  }

  /** The allocator refused this very block. Throws when all of it is free. */
  refusedAt(frame: number, order: number): void {
    this.#check(frame, order, 'refused')
    if (this.isFreeBlock(frame, order)) throw corrupt(`${block(frame, order)} was refused, but it is free`)
  }

  /** The first aligned block that is free, or −1. */
  firstFree(order: number): number {
    const size = 1 << order
    for (let frame = 0; frame + size <= this.frames; frame += size) {
      if (this.isFreeBlock(frame, order)) return frame
    }
    return -1
  }

  /** What `statsAt` of the block has to say. */
  statsAt(frame: number, order: number): FrameStats {
    const size = 1 << order
    let free = 0
    for (let i = frame; i < frame + size; i++) free += 1 - this.#allocated[i]
    let freeHuge = 0
    for (let i = 0; i < size / HUGE_FRAMES && size >= HUGE_FRAMES; i++) {
      if (this.#freeInHuge[frame / HUGE_FRAMES + i] === HUGE_FRAMES) freeHuge++
    }
    return { frames: size, free, freeHuge }
  }

  #check(frame: number, order: number, what: string): void {
    if (!Number.isInteger(order) || order < 0 || order > MAX_ORDER)
      throw corrupt(`a block of order ${order} was ${what}`)
    if (!Number.isInteger(frame) || frame < 0 || frame + (1 << order) > this.frames) {
      throw corrupt(`${block(frame, order)} was ${what}, outside of 0 … ${this.frames - 1}`)
    }
    if (frame % (1 << order) !== 0)
      throw corrupt(`${block(frame, order)} was ${what}, which is no multiple of ${1 << order}`)
  }

  /** The first frame of the block in that state, or −1. */
  #firstOf(frame: number, order: number, state: 0 | 1): number {
    for (let i = frame; i < frame + (1 << order); i++) {
      if (this.#allocated[i] === state) return i
    }
    return -1
  }

  /** Changes all frames of a block that is entirely in the other state. */
  #set(frame: number, order: number, state: 0 | 1): void {
    const size = 1 << order
    const sign = state === 0 ? 1 : -1
    this.#allocated.fill(state, frame, frame + size)
    this.#free += sign * size
    for (let at = frame; at < frame + size; at += HUGE_FRAMES) {
      const huge = Math.floor(at / HUGE_FRAMES)
      // The frames behind the last whole huge frame belong to none.
      if (huge >= this.#freeInHuge.length) return
      const before = this.#freeInHuge[huge]
      const after = before + sign * Math.min(size, HUGE_FRAMES)
      this.#freeInHuge[huge] = after
      this.#freeHuge += Number(after === HUGE_FRAMES) - Number(before === HUGE_FRAMES)
    }
  }
}

const block = (frame: number, order: number): string => `block ${frame} of order ${order}`

const corrupt = (message: string): ParperosError => new ParperosError('CORRUPT', message)
