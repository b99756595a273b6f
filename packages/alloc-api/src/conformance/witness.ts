// An allocator and its oracle, operated together: each result is judged as it comes.
import type { FullFrameAllocator } from '../frame-allocator.ts'
import type { FrameOracle } from '../model/oracle.ts'
import { expectEqual, fail } from './expect.ts'

const BATCH = 128

export class Witness {
  readonly allocator: FullFrameAllocator
  readonly oracle: FrameOracle

  constructor(allocator: FullFrameAllocator, oracle: FrameOracle) {
    this.allocator = allocator
    this.oracle = oracle
  }

  get frames(): number {
    return this.oracle.frames
  }

  /** Another instance on the same frames. */
  through(allocator: FullFrameAllocator): Witness {
    return new Witness(allocator, this.oracle)
  }

  get(order: number): number {
    const frame = this.allocator.get(order)
    this.oracle.took(frame, order)
    return frame
  }

  /** A frame or −1. */
  tryGet(order: number, frameClass?: number): number {
    const { allocator, oracle } = this
    const frame = frameClass === undefined ? allocator.tryGet(order) : allocator.tryGet(order, frameClass)
    if (frame === -1) oracle.refused(order)
    else oracle.took(frame, order)
    return frame
  }

  getAt(frame: number, order: number): boolean {
    const taken: unknown = this.allocator.getAt(frame, order)
    if (taken === true) this.oracle.took(frame, order)
    else if (taken === false) this.oracle.refusedAt(frame, order)
    else fail(`getAt(${frame}, ${order}) answered ${String(taken)}, expected true or false`)
    return taken
  }

  put(frame: number, order: number): void {
    this.allocator.put(frame, order)
    this.oracle.gave(frame, order)
  }

  /** The blocks that one `getBatch` of `length` gave. */
  getBatch(order: number, length: number, frameClass?: number): Uint32Array {
    const { allocator, oracle } = this
    const into = new Uint32Array(length)
    const count =
      frameClass === undefined ? allocator.getBatch(order, into) : allocator.getBatch(order, into, frameClass)
    if (!Number.isInteger(count) || count < 0 || count > length) {
      fail(`getBatch of ${length} blocks answered ${String(count)}`)
    }
    const frames = into.subarray(0, count)
    for (const frame of frames) oracle.took(frame, order)
    if (count < length) oracle.refused(order)
    return frames
  }

  putBatch(order: number, frames: Uint32Array): void {
    this.allocator.putBatch(order, frames)
    for (const frame of frames) this.oracle.gave(frame, order)
  }

  /** Takes blocks of one order until there are no more; returns them. */
  fill(order: number, frameClass?: number): Uint32Array {
    const frames: number[] = []
    while (true) {
      const some = this.getBatch(order, BATCH, frameClass)
      frames.push(...some)
      if (some.length < BATCH) return Uint32Array.from(frames)
    }
  }

  /** Takes everything there is, from the highest order down; returns the blocks of each order. */
  fillAll(): Uint32Array[] {
    const blocks: Uint32Array[] = []
    for (let order = 10; order >= 0; order--) blocks[order] = this.fill(order)
    expectEqual(
      this.allocator.stats().free,
      0,
      'free frames after blocks of every order were taken until none was left',
    )
    return blocks
  }

  /** The statistics and the invariants, which is quick. */
  agreeInSum(): void {
    this.allocator.validate()
    expectEqual(this.allocator.stats(), this.oracle.stats, 'stats()')
  }

  /** Those, and the state of every single frame. */
  agree(): void {
    this.agreeInSum()
    for (let frame = 0; frame < this.frames; frame++) {
      const { free } = this.allocator.statsAt(frame, 0)
      if (free !== Number(this.oracle.isFree(frame)))
        fail(`statsAt says that frame ${frame} is ${free ? 'free' : 'allocated'}`)
    }
  }
}
