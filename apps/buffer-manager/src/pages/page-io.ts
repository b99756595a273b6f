// One page of a file through its descriptor, however little a call of the operating system takes or gives.
import { readSync, writeSync } from 'node:fs'
import { systemError } from '../errors.ts'
import { PAGE_BYTES } from './page.ts'

/** Reads a page to `at` of the bytes; what is behind the file's end is zeros. How many bytes there were. Throws `SYSTEM`. */
export function readPage(fd: number, bytes: Uint8Array, at: number, page: number): number {
  let done = 0
  try {
    while (done < PAGE_BYTES) {
      const some = readSync(fd, bytes, at + done, PAGE_BYTES - done, page * PAGE_BYTES + done)
      if (some === 0) break
      done += some
    }
  } catch (cause) {
    throw systemError(`page ${page} cannot be read`, cause)
  }
  bytes.fill(0, at + done, at + PAGE_BYTES)
  return done
}

/** Writes the page that stands at `at` of the bytes. Throws `DISK_FULL`, `READ_ONLY` or `SYSTEM`. */
export function writePage(fd: number, bytes: Uint8Array, at: number, page: number): void {
  try {
    for (let done = 0; done < PAGE_BYTES; ) {
      done += writeSync(fd, bytes, at + done, PAGE_BYTES - done, page * PAGE_BYTES + done)
    }
  } catch (cause) {
    throw systemError(`page ${page} cannot be written`, cause)
  }
}
