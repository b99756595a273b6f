// One page read or written through the file's descriptor: where ExMap only says that the operating system refused, this
// says why; and where another one's transfer has the page, this goes past it.
import type { PageArea } from '@parperos/alloc-api'
import { StoreError } from '../errors.ts'
import { readPage, writePage } from '../pages/page-io.ts'

/** The file, page by page. */
export class SinglePages {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  /**
   * Reads a page to `at` of the bytes; what is behind the file's end is zeros. False: all of it is. Throws `SYSTEM`.
   */
  read(bytes: Uint8Array, at: number, page: number): boolean {
    return readPage(this.#fd, bytes, at, page) > 0
  }

  /** Writes a resident page. Throws `DISK_FULL`, `READ_ONLY` or `SYSTEM`. */
  write(area: PageArea, page: number): void {
    const address = area.address(page)
    writePage(this.#fd, area.window(address), address & area.windowMask, page)
  }
}

export const beyondFile = (page: number): StoreError =>
  new StoreError('CORRUPT', `page ${page} is needed, but the file ends before it`)

export const badChecksum = (page: number): StoreError =>
  new StoreError('CORRUPT', `page ${page} of the file is not what was written there: its checksum or number is wrong`)

export const noSuchPage = (page: number, pages: number): StoreError =>
  new StoreError('CORRUPT', `page ${page} is needed, but a store of this size has pages 0 to ${pages - 1}`)
