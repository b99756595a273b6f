// The frames of a check, and whoever takes them: they have to be somewhere, each once. What an area keeps for itself
// from its opening on (a frame of zeros, say) is nobody's affair.
import type { FrameAllocator } from '../../frame-allocator.ts'
import type { PageArea } from '../../page-area.ts'
import { expectEqual } from '../expect.ts'
import type { PageOracle } from './oracle.ts'

export class PagePool {
  readonly #frames: FrameAllocator
  readonly #areas: { area: PageArea; oracle: PageOracle }[] = []
  /** How many frames can be pages'. */
  #room = 0

  constructor(frames: FrameAllocator) {
    this.#frames = frames
  }

  get room(): number {
    return this.#room
  }

  /** How many pages more can get a frame, when no other worker holds any ready. */
  get left(): number {
    return this.#areas.reduce((left, { oracle }) => left - oracle.resident.size, this.#room)
  }

  /** An area that was just opened takes part; `area` has to stay open. */
  add(area: PageArea, oracle: PageOracle): void {
    this.#areas.push({ area, oracle })
    this.recount()
  }

  /** Somebody else has taken frames from the allocator, or given some back. */
  recount(): void {
    this.#room = this.#somewhere()
  }

  /** What is free, in bundles or a page's: always the same. */
  expectWhole(): void {
    expectEqual(this.#somewhere(), this.#room, 'free, bundled and resident frames together')
  }

  #somewhere(): number {
    const held = this.#areas.reduce((sum, { area }) => {
      const { resident, bundled } = area.stats()
      return sum + resident + bundled
    }, 0)
    return this.#frames.stats().free + held
  }
}
