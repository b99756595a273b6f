// The page table of an area of any size, through windows: one of 2^32 words is more than a view can have.
import type { Attached } from '../driver.ts'
import * as L from '../layout.ts'
import { Windows } from '../windows.ts'

export class PageTable {
  readonly #windows: Windows

  constructor({ region, geometry: shape }: Attached) {
    this.#windows = new Windows(region.memory.buffer, region.byteOffset + shape.tableAt * 4, shape.pages * 4)
  }

  /** Whether the page has a frame and nobody has claimed it. */
  isResident(page: number): boolean {
    const at = page * 4
    const word = this.#windows.words(at)[(at & this.#windows.mask) >>> 2]
    return word !== 0 && (word & L.tableBusy) === 0
  }
}
