// Areas whose pages have addresses of their own: page n is at n · 4096 of a buffer that is as large as the area. What is not
// resident is not there: it reads as zeros, and costs nothing (in the way 'memfd' a page of memory, once it was looked at).
import { ExMapArea, type AreaParts } from '../page-area.ts'
import { Windows } from '../windows.ts'
import { PageTable } from './page-table.ts'

export class MappedArea extends ExMapArea {
  readonly windowMask: number
  /**
   * The descriptor of the memory that the pages are in, where it is one for other processes and this instance opened it:
   * hand it to a child process. Else null.
   */
  readonly descriptor: number | null
  readonly #windows: Windows
  readonly #table: PageTable

  constructor(parts: AreaParts, buffer: SharedArrayBuffer, descriptor: number | null) {
    const supports = { ...parts.supports, processes: parts.started.way === 'memfd' }
    super({ ...parts, supports })
    this.descriptor = descriptor
    this.#table = new PageTable(parts.attached)
    this.#windows = new Windows(buffer, 0, parts.attached.geometry.pages * 4096)
    this.windowMask = this.#windows.mask
  }

  /** The page table of the largest areas has more words than one view. */
  override isResident(page: number): boolean {
    return Number.isInteger(page) && page >= 0 && page < this.pages && this.#table.isResident(page)
  }

  override address(page: number): number {
    return page * 4096
  }

  override window(address: number): Uint8Array<SharedArrayBuffer> {
    return this.#windows.bytes(address)
  }

  override words(address: number): Int32Array<SharedArrayBuffer> {
    return this.#windows.words(address)
  }
}
