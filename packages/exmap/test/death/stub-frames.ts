// An allocator that is one list, whose state can be put back: so that what is examined is the area alone. It tells of each
// frame that moves, and a death can be there too.
import type { FrameAllocator, FrameStats } from '@parperos/alloc-api'

export class StubFrames {
  readonly frames: number
  free: number[]
  /** Called before and after a frame moves. */
  step: () => void = () => undefined

  constructor(frames: number) {
    this.frames = frames
    this.free = Array.from({ length: frames }, (_, frame) => frame)
  }

  get(order: number): number {
    return this.free.splice(0, 2 ** order)[0]
  }

  getBatch(_order: number, into: Uint32Array): number {
    for (let i = 0; i < into.length; i++) {
      this.step()
      if (this.free.length === 0) return i
      into[i] = this.free[0]
      this.free.shift()
    }
    this.step()
    return into.length
  }

  put(frame: number): void {
    this.step()
    if (this.free.includes(frame)) throw new Error(`frame ${frame} was given back twice`)
    this.free.push(frame)
    this.step()
  }

  statsAt(frame: number): FrameStats {
    return { frames: 1, free: Number(this.free.includes(frame)), freeHuge: 0 }
  }

  /** As what `open` and `attach` take: they use no more of an allocator than this. */
  asAllocator(): FrameAllocator {
    return this as unknown as FrameAllocator
  }
}
