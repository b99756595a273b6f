// Instances of the model that have one mistake each.
import { FRAME_BYTES } from '../../src/frame-allocator.ts'
import type { PageAreaStats } from '../../src/page-area.ts'
import { RESIDENT } from '../../src/model/page-area-layout.ts'
import { ModelPageArea } from '../../src/model/page-area-instance.ts'

export class ResidentUnlessWritten extends ModelPageArea {
  override isResident(page: number): boolean {
    return super.isResident(page) && this.parts.table.state(page) === RESIDENT
  }
}

export class ResidentWhenReading extends ModelPageArea {
  override isResident(page: number): boolean {
    return page >= 0 && page < this.pages && this.parts.table.state(page) > 0
  }
}

export class AnyPageIsResident extends ModelPageArea {
  override isResident(page: number): boolean {
    return super.isResident(page >= this.pages ? 0 : page)
  }
}

export class OldAddress extends ModelPageArea {
  override address(page: number): number {
    return this.parts.table.frame(page) * FRAME_BYTES
  }
}

export class MaskOfTwoWindows extends ModelPageArea {
  override readonly windowMask = 2 ** 21 - 1
}

export class WordsOfFirstWindow extends ModelPageArea {
  override words(address: number): Int32Array<SharedArrayBuffer> {
    return super.words(address & this.windowMask)
  }
}

export class TrimLosesFrames extends ModelPageArea {
  override trim(): void {
    super.trim()
    this.parts.frames.tryGet(0)
  }
}

export class MostEverResident extends ModelPageArea {
  #most = 0

  override stats(): PageAreaStats {
    const stats = super.stats()
    this.#most = Math.max(this.#most, stats.resident)
    return { ...stats, resident: this.#most }
  }
}

export class ClosesNothing extends ModelPageArea {
  override close(): void {
    // As if it had never been called.
  }
}
