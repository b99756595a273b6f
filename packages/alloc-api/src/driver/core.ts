// What a frame allocator's algorithm has to provide, in TypeScript or in C: numbers in, numbers out. FrameAllocatorOfCore
// (instance.ts) makes the contract of it, in the same way for every backend.
// Results below zero are statuses (status.ts).

export interface FrameAllocatorCore {
  /** The first frame of a block, or a status. `frameClass` −1 is the class that the policy has for that order. */
  get(order: number, frameClass: number): number
  /** Ends in 0 or a status; nothing is changed unless it is 0. */
  put(frame: number, order: number): number
  /** How many blocks it wrote, or a status when the very first is misuse. */
  getBatch(order: number, into: Uint32Array, frameClass: number): number
  /** How many blocks it gave back: it stops before the first bad one. */
  putBatch(order: number, frames: Uint32Array): number
  /** Writes [free frames, free huge frames]. */
  stats(into: Uint32Array): void
  /** The same for one block; 0 or a status. */
  statsAt(frame: number, order: number, into: Uint32Array): number
  /** 0, or CORRUPT with [what, index, expected, found]; `what` indexes `FrameAllocatorDescription.problems`. */
  validate(into: Uint32Array): number
  /** With `supports.placement`: 1 taken, 0 not free, or a status. */
  getAt?(frame: number, order: number, frameClass: number): number
  /** With `supports.reclaim`. */
  drain?(): void
  /** With `supports.reclaim`: `stats` from the upper level. */
  quickStats?(into: Uint32Array): void
}
