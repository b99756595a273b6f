// One page read or written through the file's descriptor: where ExMap only says that the operating system refused, this
// says why; and where another one's transfer has the page, this goes past it.
import type { PageArea } from '@parperos/alloc-api'
import { readSync, writeSync } from 'node:fs'
import { StoreError, systemError } from '../errors.ts'
import { PAGE_BYTES } from '../pages/page.ts'

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
    try {
      const length = readSync(this.#fd, bytes, at, PAGE_BYTES, page * PAGE_BYTES)
      bytes.fill(0, at + length, at + PAGE_BYTES)
      return length > 0
    } catch (cause) {
      throw systemError(`page ${page} cannot be read`, cause)
    }
  }

  /** Writes a resident page. Throws `DISK_FULL`, `READ_ONLY` or `SYSTEM`. */
  write(area: PageArea, page: number): void {
    const address = area.address(page)
    const bytes = area.window(address)
    const at = address & area.windowMask
    for (let done = 0; done < PAGE_BYTES; ) {
      try {
        done += writeSync(this.#fd, bytes, at + done, PAGE_BYTES - done, page * PAGE_BYTES + done)
      } catch (cause) {
        throw systemError(`page ${page} cannot be written`, cause)
      }
    }
  }
}

/** Whatever was thrown while something was done, as an error of ours. */
export const asStoreError = (what: string, cause: unknown): StoreError =>
  cause instanceof StoreError ? cause : systemError(what, cause)

export const beyondFile = (page: number): StoreError =>
  new StoreError('CORRUPT', `page ${page} is needed, but the file ends before it`)

export const badChecksum = (page: number): StoreError =>
  new StoreError('CORRUPT', `page ${page} of the file is not what was written there: its checksum or number is wrong`)

export const noSuchPage = (page: number, pages: number): StoreError =>
  new StoreError('CORRUPT', `page ${page} is needed, but a store of this size has pages 0 to ${pages - 1}`)
