// Models that keep every account, and are wrong only about when: each answers by what was true at another moment than
// between its call and its return. No shadow and no count in the end tells them from the right one.
import { FrameAllocatorOfCore } from '../src/driver/instance.ts'
import { Region } from '../src/memory/region.ts'
import { makeModelBackend, modelBackend, type ModelBackend } from '../src/model/backend.ts'
import { ModelCore } from '../src/model/core.ts'
import { status } from '../src/status.ts'
import { behindLock, LOCK, locked, lockedBackends } from './locked-model.ts'

/** Does what was to be given back only at the beginning of its next call. */
class LatePut extends ModelCore {
  #late: { frame: number; order: number } | undefined

  override put(frame: number, order: number): number {
    const wrong = this.badBlock(frame, order) || (this.all(frame, order, 1) ? 0 : status.NOT_ALLOCATED)
    if (wrong) return wrong
    this.#catchUp()
    this.#late = { frame, order }
    return 0
  }

  override getAt(frame: number, order: number, frameClass: number): number {
    this.#catchUp()
    return super.getAt(frame, order, frameClass)
  }

  protected override firstFree(order: number, from: number): number {
    this.#catchUp()
    return super.firstFree(order, from)
  }

  protected override count(start: number, end: number, into: Uint32Array): void {
    this.#catchUp()
    super.count(start, end, into)
  }

  #catchUp(): void {
    const late = this.#late
    this.#late = undefined
    if (late) this.mark(late.frame, late.order, 0)
  }
}

/** Refuses a place that was taken at the end of its own last call. */
class StaleGetAt extends ModelCore {
  #seen = new Uint8Array()

  override getAt(frame: number, order: number, frameClass: number): number {
    const wasTaken = this.#seen.subarray(frame, frame + 2 ** order).includes(1)
    return wasTaken && order === 0 ? 0 : super.getAt(frame, order, frameClass)
  }

  protected override mark(frame: number, order: number, state: number): void {
    super.mark(frame, order, state)
    this.#seen = this.bytes.slice()
  }

  protected override count(start: number, end: number, into: Uint32Array): void {
    super.count(start, end, into)
    this.#seen = this.bytes.slice()
  }
}

/** Says that there is no memory when another worker is inside: a lost race comes out as "out of memory". */
const busyIsNothing: ModelBackend = makeModelBackend({
  instance(core, about) {
    const words = Region.from(about.handle.region).words()
    const right = locked(core, words)
    const get = (order: number, frameClass: number): number =>
      Atomics.load(words, LOCK) === 0 ? right.get(order, frameClass) : status.OUT_OF_MEMORY
    const replaced = new Proxy(right, {
      get: (target, name): unknown => (name === 'get' ? get : Reflect.get(target, name)),
    })
    return new FrameAllocatorOfCore(replaced, about)
  },
})

/** By the names that the workers know them by. */
export const inexactBackends: Record<string, ModelBackend> = {
  'gives back too late': behindLock(LatePut),
  'refuses what was taken before': behindLock(StaleGetAt),
  'takes busy for full': busyIsNothing,
}

/** Every model that a worker of these tests can run. */
export const models: Record<string, ModelBackend> = { ...lockedBackends, ...inexactBackends, model: modelBackend }
