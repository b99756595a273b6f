// The contract of frame-allocator.ts over a numeric core: checks what only JavaScript can get wrong, turns statuses into
// coded errors, and ends the instance's life. Every backend of every frame allocator is this class over its core.
import type { BackendKind } from '../backend.ts'
import { OutOfMemoryError, ParperosError } from '../errors.ts'
import {
  MAX_ORDER,
  type FrameAllocatorHandle,
  type FrameAllocatorInfo,
  type FrameAllocatorSupports,
  type FrameStats,
  type RecoveryReport,
  type FullFrameAllocator,
} from '../frame-allocator.ts'
import { status, statusName } from '../status.ts'
import { closedCore } from './closed-core.ts'
import type { FrameAllocatorCore } from './core.ts'

/** What is known of an instance besides its core. */
export interface FrameAllocatorDescription {
  component: string
  kind: BackendKind
  supports: FrameAllocatorSupports
  frames: number
  slot: number
  slots: number
  classes: readonly string[]
  metadataBytes: number
  handle: FrameAllocatorHandle
  /** Why this backend, when it was chosen automatically. */
  chosen?: string | undefined
  /** What was mended, when it was opened to recover. */
  recovered?: RecoveryReport | undefined
  /** What `validate` can find, indexed by the core's numbers, each a phrase such as "child counter of huge frame". */
  problems: readonly string[]
  /** Gives the slot back. */
  release: () => void
}

export class FrameAllocatorOfCore implements FullFrameAllocator {
  readonly kind: BackendKind
  readonly supports: FrameAllocatorSupports
  readonly frames: number
  readonly slot: number
  readonly slots: number
  readonly classes: readonly string[]
  readonly handle: FrameAllocatorHandle
  readonly #about: FrameAllocatorDescription
  readonly #numbers = new Uint32Array(4)
  #core: FrameAllocatorCore

  constructor(core: FrameAllocatorCore, about: FrameAllocatorDescription) {
    this.#core = core
    this.#about = about
    this.kind = about.kind
    this.supports = about.supports
    this.frames = about.frames
    this.slot = about.slot
    this.slots = about.slots
    this.classes = about.classes
    this.handle = about.handle
  }

  get(order: number, frameClass = -1): number {
    const frame = isInt(order) && isInt(frameClass) ? this.#core.get(order, frameClass) : notInt(order, status.BAD_CLASS)
    if (frame >= 0) return frame
    throw this.#error(frame, { order, frameClass })
  }

  tryGet(order: number, frameClass = -1): number {
    const frame = isInt(order) && isInt(frameClass) ? this.#core.get(order, frameClass) : notInt(order, status.BAD_CLASS)
    if (frame >= 0) return frame
    if (frame === status.OUT_OF_MEMORY) return -1
    throw this.#error(frame, { order, frameClass })
  }

  getAt(frame: number, order: number, frameClass = -1): boolean {
    const core = this.#core
    if (!core.getAt) throw this.#unsupported('placement', 'getAt')
    const ints = isInt(frame) && isInt(order) && isInt(frameClass)
    const other = isInt(frame) ? status.BAD_CLASS : status.BAD_FRAME
    const taken = ints ? core.getAt(frame, order, frameClass) : notInt(order, other)
    if (taken < 0) throw this.#error(taken, { order, frame, frameClass })
    return taken === 1
  }

  put(frame: number, order: number): void {
    const result = isInt(frame) && isInt(order) ? this.#core.put(frame, order) : notInt(order, status.BAD_FRAME)
    if (result < 0) throw this.#error(result, { order, frame })
  }

  getBatch(order: number, into: Uint32Array, frameClass = -1): number {
    const ints = isInt(order) && isInt(frameClass)
    const count = ints ? this.#core.getBatch(order, into, frameClass) : notInt(order, status.BAD_CLASS)
    if (count >= 0) return count
    if (count === status.OUT_OF_MEMORY) return 0
    throw this.#error(count, { order, frameClass })
  }

  putBatch(order: number, frames: Uint32Array): void {
    if (!isInt(order)) throw this.#error(status.BAD_ORDER, { order })
    let done = 0
    while (done < frames.length) {
      const count = this.#core.putBatch(order, done === 0 ? frames : frames.subarray(done))
      done += count
      if (done === frames.length) return
      // The core stopped before a bad block. Giving that one back alone tells what is wrong with it; if that works
      // after all (another worker has allocated it meanwhile), the batch goes on behind it.
      const frame = frames[done]
      const result = isInt(frame) ? this.#core.put(frame, order) : status.BAD_FRAME
      if (result < 0) throw this.#error(result, { order, frame, done })
      done++
    }
  }

  stats(): FrameStats {
    this.#core.stats(this.#numbers)
    return this.#read(this.frames)
  }

  statsAt(frame: number, order: number): FrameStats {
    const ints = isInt(frame) && isInt(order)
    const result = ints ? this.#core.statsAt(frame, order, this.#numbers) : notInt(order, status.BAD_FRAME)
    if (result < 0) throw this.#error(result, { order, frame })
    return this.#read(2 ** order)
  }

  quickStats(): FrameStats {
    const core = this.#core
    if (!core.quickStats) throw this.#unsupported('reclaim', 'quickStats')
    core.quickStats(this.#numbers)
    return this.#read(this.frames)
  }

  drain(): void {
    const core = this.#core
    if (!core.drain) throw this.#unsupported('reclaim', 'drain')
    core.drain()
  }

  validate(): void {
    if (this.#core.validate(this.#numbers) === 0) return
    const [what, index, expected, found] = this.#numbers
    const problem = this.#about.problems[what] ?? `problem ${what} at`
    throw new ParperosError('CORRUPT', `${this.#name()}: ${problem} ${index} is ${found}, expected ${expected}`)
  }

  info(): FrameAllocatorInfo {
    const { component, kind, frames, slot, slots, metadataBytes, chosen, recovered } = this.#about
    const info = { component, backend: kind, frames, slot, slots, metadataBytes }
    return { ...info, ...(chosen !== undefined && { chosen }), ...(recovered && { recovered }) }
  }

  close(): void {
    if (this.#core === closedCore) return
    this.#core = closedCore
    this.#about.release()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    if (this.#core === closedCore) return `${this.#name()} { closed }`
    const { free, freeHuge } = this.stats()
    return `${this.#name()} { slot ${this.slot} of ${this.slots}, ${free} of ${this.frames} frames free, ${freeHuge} huge }`
  }

  #name(): string {
    return `${this.#about.component}/${this.kind}`
  }

  #read(frames: number): FrameStats {
    return { frames, free: this.#numbers[0], freeHuge: this.#numbers[1] }
  }

  #unsupported(capability: keyof FrameAllocatorSupports, method: string): ParperosError {
    const hint = `look at supports.${capability} first`
    return new ParperosError('UNSUPPORTED', `${this.#name()} has no ${method}`, { hint })
  }

  #error(result: number, call: Call): ParperosError {
    const { order, frame = 0, frameClass = -1, done } = call
    const details = done === undefined ? {} : { done }
    const name = this.#name()
    const code = statusName(result) ?? 'CORRUPT'
    switch (code) {
      case 'OUT_OF_MEMORY':
        return new OutOfMemoryError(`${name}: no free block of order ${order}, ${2 ** order} frames`, details)
      case 'BAD_ORDER':
        return new ParperosError(code, `order ${order} does not exist: orders are 0 … ${MAX_ORDER}`, details)
      case 'BAD_FRAME':
        return new ParperosError(code, `${name}: block ${frame} of order ${order} is outside of 0 … ${this.frames - 1}`, details)
      case 'UNALIGNED':
        return new ParperosError(code, `${name}: block ${frame} of order ${order} is no multiple of ${2 ** order}`, details)
      case 'NOT_ALLOCATED':
        return new ParperosError(code, `${name}: block ${frame} of order ${order} is not allocated, or only in part`, {
          ...details,
          hint: 'it was given back twice, or with another order than it was taken',
        })
      case 'BAD_CLASS':
        if (!this.supports.classes) return this.#unsupported('classes', 'classes: leave the argument out')
        return new ParperosError(code, `class ${frameClass} does not exist: there are ${this.classes.join(', ')}`, details)
      default:
        return new ParperosError('CORRUPT', `${name}: counters and bits contradict each other`, {
          ...details,
          hint: 'validate() names the place',
        })
    }
  }
}

interface Call {
  order: number
  frame?: number
  frameClass?: number
  done?: number
}

/** Cores work on 32-bit integers; anything else is misuse that only JavaScript can commit. */
const isInt = (value: number): boolean => value === (value | 0)

/** The status for arguments that are not all integers: of the order when it is the order, else `other`. */
const notInt = (order: number, other: number): number => (isInt(order) ? other : status.BAD_ORDER)
