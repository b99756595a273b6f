// The model behind a lock, so that several workers can use it at once, and the same with mistakes that only workers
// together can see. The lock is a spare word of the model's header.
import type { FrameAllocatorCore } from '../src/driver/core.ts'
import { FrameAllocatorOfCore } from '../src/driver/instance.ts'
import { Region } from '../src/memory/region.ts'
import { makeModelBackend, type ModelBackend } from '../src/model/backend.ts'
import { ModelCore } from '../src/model/core.ts'
import type { FrameBytes } from '../src/model/layout.ts'

export const LOCK = 15

/** Runs every operation of a core under the lock. */
export function locked(core: FrameAllocatorCore, words: Int32Array): FrameAllocatorCore {
  return new Proxy(core, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...operands: unknown[]): unknown => {
        while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) Atomics.wait(words, LOCK, 1, 1)
        try {
          return Reflect.apply(method, target, operands)
        } finally {
          Atomics.store(words, LOCK, 0)
          Atomics.notify(words, LOCK, 1)
        }
      }
    },
  })
}

/** Hands out once more what it has handed out just before. */
class HandsOutTwice extends ModelCore {
  #last: { frame: number; order: number } | undefined

  override get(order: number, frameClass: number): number {
    if (this.#last?.order === order) return this.#last.frame
    const frame = super.get(order, frameClass)
    this.#last = frame < 0 ? undefined : { frame, order }
    return frame
  }

  override put(frame: number, order: number): number {
    this.#last = undefined
    return super.put(frame, order)
  }
}

/** Keeps one frame that was given back. */
class LosesOne extends ModelCore {
  #count = 0

  override put(frame: number, order: number): number {
    const result = super.put(frame, order)
    if (result === 0 && ++this.#count === 500) this.bytes[frame] = 1
    return result
  }
}

/** Counts one frame too many. */
class CountsOneMore extends ModelCore {
  override stats(into: Uint32Array): void {
    super.stats(into)
    into[0]++
  }
}

export const behindLock = (Core: new (bytes: FrameBytes) => ModelCore): ModelBackend =>
  makeModelBackend({
    core: (bytes) => new Core(bytes),
    instance: (core, about) => new FrameAllocatorOfCore(locked(core, Region.from(about.handle.region).words()), about),
  })

/** By the names that the workers know them by. */
export const lockedBackends: Record<string, ModelBackend> = {
  locked: behindLock(ModelCore),
  'hands out twice': behindLock(HandsOutTwice),
  'loses one': behindLock(LosesOne),
  'counts one more': behindLock(CountsOneMore),
}
