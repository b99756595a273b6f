// The sequential specification of a frame allocator, for the search of linearize.ts. It is a relation, not a function:
// of several free blocks a `get` may give any. What it says about each operation:
//
//   get(order) → frame    the block is aligned, inside of the memory, and all of it was free; now it is allocated
//   get(order) → nothing  no aligned block of that order was free
//   getAt → true / false  all of the block was free / some of it was not
//   put → done / refused  all of the block was allocated / some of it was not; a refused one changes nothing
//   drain                 always, and changes nothing
//
// A policy that keeps classes apart may refuse a class although blocks are free: `mayRefuse` says for which requests.
// Statistics are left out: they sum up counters that others change meanwhile and promise no more than a close estimate,
// so there need not be a moment at which they were true.
//
// A history cannot be taken apart into one for each block, as that of a map can for each key: a refusal is about all of
// memory at one moment. Which operations have been done says what is free, whatever their order was, since each frame
// changes its state once with each operation that took or gave it. So the search needs no key.
import { ALLOCATED, changes, FREE, framesOf, freeOf, type Block, type History, type Operation } from './history.ts'
import type { Specification } from './linearize.ts'

/** The orders and classes of a request that may be refused at any time; −1 is the class of a call that names none. */
export type MayRefuse = (order: number, frameClass: number) => boolean

export class FrameSpecification implements Specification<Operation> {
  /** One byte per frame. */
  readonly #now: Uint8Array
  readonly #left: Uint8Array | undefined
  readonly #mayRefuse: MayRefuse
  /** How many frames are not as they have to be in the end. */
  #amiss = 0

  constructor({ frames, free, left }: History, mayRefuse: MayRefuse = () => false) {
    this.#now = framesOf(frames, free)
    this.#left = left && framesOf(frames, left)
    this.#mayRefuse = mayRefuse
    this.#amiss = this.#left?.reduce((sum, state, frame) => sum + Number(state !== this.#now[frame]), 0) ?? 0
  }

  apply(operation: Operation): boolean {
    if (this.objection(operation) !== null) return false
    if (changes(operation)) this.#set(operation, operation.what === 'put' ? FREE : ALLOCATED)
    return true
  }

  revert(operation: Operation): void {
    if (changes(operation)) this.#set(operation, operation.what === 'put' ? ALLOCATED : FREE)
  }

  accepts(): boolean {
    return this.#amiss === 0
  }

  /** Why the operation may not come next, or null when it may. */
  objection({ what, order, frame, done, frameClass }: Operation): string | null {
    if (what === 'drain') return null
    if (what === 'get' && !done) {
      const free = this.#mayRefuse(order, frameClass) ? -1 : this.#firstFree(order)
      return free < 0 ? null : `block ${free} of order ${order} is free`
    }
    const place = misplaced(this.#now.length, { frame, order })
    if (place !== null) return place
    const odd = this.#firstIn(frame, order, what === 'put' ? FREE : ALLOCATED)
    if (done) return odd < 0 ? null : `frame ${odd} is ${what === 'put' ? 'free' : 'allocated'}`
    return odd < 0 ? `all of it is ${what === 'put' ? 'allocated' : 'free'}` : null
  }

  /** What is free now. */
  get free(): Block[] {
    return freeOf(this.#now)
  }

  /** The frames that are not as they were found in the end. */
  amiss(): { frame: number; found: 'free' | 'allocated' }[] {
    return Array.from(this.#left ?? [], (state, frame) => ({ state, frame }))
      .filter(({ state, frame }) => state !== this.#now[frame])
      .map(({ state, frame }) => ({ frame, found: state === FREE ? 'free' : 'allocated' }))
  }

  #firstFree(order: number): number {
    const size = 2 ** order
    // Most is allocated in the histories that matter: from one free frame to the next.
    let frame = this.#now.indexOf(FREE)
    while (frame >= 0) {
      const start = frame - (frame % size)
      if (start + size > this.#now.length) return -1
      if (this.#firstIn(start, order, ALLOCATED) < 0) return start
      frame = this.#now.indexOf(FREE, start + size)
    }
    return -1
  }

  /** The first frame of a block that is in that state, or −1. */
  #firstIn(frame: number, order: number, state: number): number {
    const end = frame + 2 ** order
    for (let i = frame; i < end; i++) if (this.#now[i] === state) return i
    return -1
  }

  /** All frames of a block are in the other state. */
  #set({ frame, order }: Block, state: number): void {
    const end = frame + 2 ** order
    if (this.#left) for (let i = frame; i < end; i++) this.#amiss += this.#left[i] === state ? -1 : 1
    this.#now.fill(state, frame, end)
  }
}

/** Why there is no such block in a memory of that many frames, or null when there is. */
export function misplaced(frames: number, { frame, order }: Block): string | null {
  const size = 2 ** order
  if (!Number.isInteger(frame / size)) return `${frame} is no multiple of ${size}`
  return frame < 0 || frame + size > frames ? `part of it is outside of 0 … ${frames - 1}` : null
}
