// The allocator in TypeScript: checks of arguments, then the algorithm of blocks.ts under the lock. A lock that is
// abandoned makes every operation answer CORRUPT, and `validate` say why.
import { status, type FrameAllocatorCore } from '@parperos/alloc-api/driver'
import { NO_CLASS, refuseClass } from '../classes.ts'
import { layout } from '../layout.ts'
import type { Words } from '#atomics'
import { allFree, countFree } from './bits.ts'
import { give, take, takeAt } from './blocks.ts'
import { initAllocated, initFree } from './init.ts'
import { ABANDONED, acquire, release } from './lock.ts'
import { buddyOf, type Buddy } from './parts.ts'
import { isValid } from './validate.ts'

const { topOrder, hugeOrder, lockWord, freeWord, countsWord, batchBlocks, problemLock } = layout.values

export class SabCore implements FrameAllocatorCore {
  readonly #buddy: Buddy

  constructor(words: Words, frames: number) {
    this.#buddy = buddyOf(words, frames)
  }

  /** Writes the first contents of a new Region. */
  init(allocated: boolean): void {
    if (allocated) initAllocated(this.#buddy)
    else initFree(this.#buddy)
  }

  get(order: number, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    if (order >>> 0 > topOrder) return status.BAD_ORDER
    const ticket = acquire(this.#buddy)
    if (ticket === ABANDONED) return status.CORRUPT
    const frame = take(this.#buddy, order)
    release(this.#buddy, ticket)
    return frame
  }

  getAt(frame: number, order: number, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    const wrong = misuseOfBlock(this.#buddy, frame, order)
    if (wrong < 0) return wrong
    const ticket = acquire(this.#buddy)
    if (ticket === ABANDONED) return status.CORRUPT
    const taken = takeAt(this.#buddy, frame, order)
    release(this.#buddy, ticket)
    return taken
  }

  put(frame: number, order: number): number {
    const wrong = misuseOfBlock(this.#buddy, frame, order)
    if (wrong < 0) return wrong
    const ticket = acquire(this.#buddy)
    if (ticket === ABANDONED) return status.CORRUPT
    const result = give(this.#buddy, frame, order)
    release(this.#buddy, ticket)
    return result
  }

  getBatch(order: number, into: Uint32Array, frameClass: number): number {
    if (frameClass !== NO_CLASS) refuseClass()
    if (order >>> 0 > topOrder) return status.BAD_ORDER
    let done = 0
    while (done < into.length) {
      const end = Math.min(done + batchBlocks, into.length)
      const ticket = acquire(this.#buddy)
      if (ticket === ABANDONED) return done > 0 ? done : status.CORRUPT
      let frame = 0
      while (done < end && (frame = take(this.#buddy, order)) >= 0) into[done++] = frame
      release(this.#buddy, ticket)
      if (frame < 0) return done > 0 ? done : frame
    }
    return done
  }

  putBatch(order: number, frames: Uint32Array): number {
    let done = 0
    while (done < frames.length) {
      const end = Math.min(done + batchBlocks, frames.length)
      const ticket = acquire(this.#buddy)
      if (ticket === ABANDONED) return done
      while (done < end && this.#giveChecked(frames[done], order)) done++
      release(this.#buddy, ticket)
      if (done < end) return done
    }
    return done
  }

  stats(into: Uint32Array): void {
    const { words } = this.#buddy
    const ticket = acquire(this.#buddy)
    into[0] = words[freeWord]
    into[1] = words[countsWord + hugeOrder] + 2 * words[countsWord + topOrder]
    if (ticket !== ABANDONED) release(this.#buddy, ticket)
  }

  statsAt(frame: number, order: number, into: Uint32Array): number {
    const wrong = misuseOfBlock(this.#buddy, frame, order)
    if (wrong < 0) return wrong
    const ticket = acquire(this.#buddy)
    if (ticket === ABANDONED) return status.CORRUPT
    into[0] = countFree(this.#buddy, frame, order)
    into[1] = 0
    for (let at = frame; at + (1 << hugeOrder) <= frame + (1 << order); at += 1 << hugeOrder) {
      if (allFree(this.#buddy, at, hugeOrder)) into[1]++
    }
    release(this.#buddy, ticket)
    return 0
  }

  validate(into: Uint32Array): number {
    const ticket = acquire(this.#buddy)
    if (ticket === ABANDONED) {
      const found = this.#buddy.words[lockWord]
      into.set([problemLock, lockWord, found & ~layout.values.lockStateMask, found])
      return status.CORRUPT
    }
    const valid = isValid(this.#buddy, into)
    release(this.#buddy, ticket)
    return valid ? 0 : status.CORRUPT
  }

  #giveChecked(frame: number, order: number): boolean {
    return misuseOfBlock(this.#buddy, frame, order) === 0 && give(this.#buddy, frame, order) === 0
  }
}

/** 0, or the status of a block that cannot exist. */
function misuseOfBlock({ frames }: Buddy, frame: number, order: number): number {
  if (order >>> 0 > topOrder) return status.BAD_ORDER
  if (frame >>> 0 >= frames) return status.BAD_FRAME
  const size = 1 << order
  if ((frame & (size - 1)) !== 0) return status.UNALIGNED
  return frame + size > frames ? status.BAD_FRAME : 0
}
