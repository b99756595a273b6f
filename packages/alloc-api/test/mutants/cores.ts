// Cores with one mistake each: the model with one operation replaced.
import { ModelCore } from '../../src/model/core.ts'
import type { FrameBytes } from '../../src/model/layout.ts'
import { status } from '../../src/status.ts'

/** Hands every tenth block out again. */
export class DoubleHandOut extends ModelCore {
  #count = 0
  #last = -1

  override get(order: number, frameClass: number): number {
    if (order === 0 && ++this.#count % 10 === 0 && this.#last >= 0) return this.#last
    const frame = super.get(order, frameClass)
    this.#last = order === 0 ? frame : -1
    return frame
  }
}

/** Says of every hundredth frame that it was given back, and keeps it. */
export class LostFrame extends ModelCore {
  #count = 0

  override put(frame: number, order: number): number {
    const misuse = this.badBlock(frame, order)
    if (misuse === 0 && order === 0 && this.bytes[frame] === 1 && ++this.#count % 100 === 0) return 0
    return super.put(frame, order)
  }
}

/** Looks for blocks at multiples of half their size. */
export class WrongAlignment extends ModelCore {
  protected override firstFree(order: number, from: number): number {
    const size = 2 ** order
    for (let frame = from; frame + size <= this.bytes.length; frame += Math.max(size / 2, 1)) {
      if (this.all(frame, order, 0)) return frame
    }
    return status.OUT_OF_MEMORY
  }
}

/** Hands out a block of which the last frame is one behind the end. */
export class OneBeyondTheEnd extends ModelCore {
  protected override firstFree(order: number, from: number): number {
    const frame = super.firstFree(order, from)
    if (frame >= 0) return frame
    const last = Math.floor(this.bytes.length / 2 ** order) * 2 ** order
    const overhang = last + 2 ** order - this.bytes.length
    const free = this.bytes.subarray(last).every((byte) => byte === 0)
    return overhang === 1 && order > 0 && free ? last : frame
  }
}

/** Never hands out the last frame. */
export class LastFrameForgotten extends ModelCore {
  protected override firstFree(order: number, from: number): number {
    const frame = super.firstFree(order, from)
    return frame + 2 ** order === this.bytes.length && order === 0 ? status.OUT_OF_MEMORY : frame
  }
}

/** Takes back what is free already, without a word. */
export class SilentDoubleFree extends ModelCore {
  override put(frame: number, order: number): number {
    const misuse = this.badBlock(frame, order)
    if (misuse) return misuse
    this.mark(frame, order, 0)
    return 0
  }
}

/** Looks at the first frame of a block only before it takes it back. */
export class LazyDoubleFree extends ModelCore {
  override put(frame: number, order: number): number {
    const misuse = this.badBlock(frame, order)
    if (misuse) return misuse
    if (this.bytes[frame] === 0) return status.NOT_ALLOCATED
    this.mark(frame, order, 0)
    return 0
  }
}

/** Keeps a counter beside the frames, and forgets it when a refused block is given back. */
export class DriftingStats extends ModelCore {
  #drift = 0

  override put(frame: number, order: number): number {
    const result = super.put(frame, order)
    if (result === status.NOT_ALLOCATED) this.#drift += 2 ** order
    return result
  }

  override stats(into: Uint32Array): void {
    super.stats(into)
    into[0] += this.#drift
  }
}

/** Ends a batch at a multiple of 64 blocks. */
export class ShortBatch extends ModelCore {
  override getBatch(order: number, into: Uint32Array, frameClass: number): number {
    const some = into.length > 64 ? into.subarray(0, into.length - (into.length % 64)) : into
    return super.getBatch(order, some, frameClass)
  }
}

/** Fills a batch with single frames. */
export class BatchOfFrames extends ModelCore {
  override getBatch(order: number, into: Uint32Array, frameClass: number): number {
    const count = super.getBatch(order, into, frameClass)
    for (const frame of into.subarray(0, Math.max(count, 0))) this.bytes.fill(0, frame + 1, frame + 2 ** order)
    return count
  }
}

/** Gives back one frame, whatever the order. */
export class PutIgnoresOrder extends ModelCore {
  override put(frame: number, order: number): number {
    const result = super.put(frame, order)
    if (result === 0) this.bytes.fill(1, frame + 1, frame + 2 ** order)
    return result
  }
}

/** Gives back the lower half of the largest blocks. */
export class HalfPut extends ModelCore {
  override put(frame: number, order: number): number {
    const result = super.put(frame, order)
    if (result === 0 && order === 10) this.bytes.fill(1, frame + 512, frame + 1024)
    return result
  }
}

/** Goes on behind a bad element of a batch. */
export class BatchGoesOn extends ModelCore {
  override putBatch(order: number, frames: Uint32Array): number {
    let bad = frames.length
    frames.forEach((frame, i) => {
      if (this.put(frame, order) !== 0) bad = Math.min(bad, i)
    })
    return bad
  }
}

/** Takes a named block even when its last frame is taken. */
export class GetAtTakesTaken extends ModelCore {
  override getAt(frame: number, order: number, frameClass: number): number {
    const taken = super.getAt(frame, order, frameClass)
    if (taken !== 0 || order === 0 || !this.all(frame, order - 1, 0)) return taken
    this.mark(frame, order, 1)
    return 1
  }
}

/** Counts a huge frame as free in which at least one frame is. */
export class WrongStatsAt extends ModelCore {
  override statsAt(frame: number, order: number, into: Uint32Array): number {
    const result = super.statsAt(frame, order, into)
    if (order === 9 && into[0] > 0) into[1] = 1
    return result
  }
}

/** Counts the incomplete huge frame at the end as a huge one. */
export class RoundedHugeFrames extends ModelCore {
  override stats(into: Uint32Array): void {
    super.stats(into)
    const start = this.bytes.length - (this.bytes.length % 512)
    if (start < this.bytes.length && this.bytes.subarray(start).every((byte) => byte === 0)) into[1]++
  }
}

/** Says that memory has run out while one frame is left. */
export class EarlyEnd extends ModelCore {
  override get(order: number, frameClass: number): number {
    const frame = super.get(order, frameClass)
    if (frame < 0 || this.bytes.includes(0) || this.bytes.length < 100) return frame
    this.mark(frame, order, 0)
    return order === 0 ? status.OUT_OF_MEMORY : super.get(order, frameClass)
  }
}

/** Finds a huge frame only as long as nothing of it was ever given back in parts. */
export class NeverMerges extends ModelCore {
  #split = new Set<number>()

  override put(frame: number, order: number): number {
    const result = super.put(frame, order)
    if (result === 0 && order < 9) this.#split.add(Math.floor(frame / 512))
    return result
  }

  protected override firstFree(order: number, from: number): number {
    let frame = super.firstFree(order, from)
    while (order >= 9 && frame >= 0 && this.#split.has(frame / 512)) frame = super.firstFree(order, frame + 2 ** order)
    return frame
  }
}

/** Wants a block back as it was handed out, never in other pieces. */
export class WantsTheSamePieces extends ModelCore {
  readonly #orders = new Map<number, number>()

  override get(order: number, frameClass: number): number {
    const frame = super.get(order, frameClass)
    if (frame >= 0) this.#orders.set(frame, order)
    return frame
  }

  override put(frame: number, order: number): number {
    const taken = this.#orders.get(frame)
    return taken !== undefined && taken < order ? status.NOT_ALLOCATED : super.put(frame, order)
  }
}

/** Gives everything back, instead of what was reserved. */
export class DrainFrees extends ModelCore {
  override drain(): void {
    this.bytes.fill(0, 0, 1)
  }
}

/** Counts every huge frame in the quick statistics. */
export class QuickStatsTooHigh extends ModelCore {
  override quickStats(into: Uint32Array): void {
    super.quickStats(into)
    into[1] = Math.floor(this.bytes.length / 512)
  }
}

/** Accepts any class. */
export class AnyClass extends ModelCore {
  override get(order: number, _frameClass: number): number {
    return super.get(order, -1)
  }
}

/** Keeps half of the memory from the second class. */
export class SelfishClass extends ModelCore {
  override getBatch(order: number, into: Uint32Array, frameClass: number): number {
    const free = this.bytes.filter((byte) => byte === 0).length
    if (frameClass === 1 && free < this.bytes.length / 2) return 0
    return super.getBatch(order, into, frameClass)
  }
}

/** Counts what is free in one counter for the whole process. */
const processWide = { free: 0 }
export class ProcessWide extends ModelCore {
  constructor(bytes: FrameBytes) {
    super(bytes)
    processWide.free = bytes.filter((byte) => byte === 0).length
  }

  protected override mark(frame: number, order: number, state: number): void {
    super.mark(frame, order, state)
    processWide.free += (state === 0 ? 1 : -1) * 2 ** order
  }

  override stats(into: Uint32Array): void {
    super.stats(into)
    into[0] = processWide.free
  }
}

/** Keeps single frames of the worker for itself, so that nobody else can have them. */
export class PrivateFrames extends ModelCore {
  readonly #own: number[] = []

  override put(frame: number, order: number): number {
    const result = super.put(frame, order)
    if (result !== 0 || order > 0) return result
    this.mark(frame, 0, 1)
    this.#own.push(frame)
    return 0
  }

  override get(order: number, frameClass: number): number {
    return order === 0 && this.#own.length > 0 ? (this.#own.pop() ?? -1) : super.get(order, frameClass)
  }
}
