// A file through Node's fs. The asynchronous calls run in libuv's threads and write straight into the pool.
import type { PageFile } from '@parperos/alloc-api'
import { closeSync, readSync, readv, readvSync, writeSync, writev, writevSync } from 'node:fs'
import { openPageFile, sizeOf } from './page-file.ts'
import type { PageStore } from './page-store.ts'
import { syncFile } from './sync-file.ts'

/** Opens the file of that path; throws `SYSTEM`. */
export function openFsStore(file: PageFile): PageStore {
  const { descriptor, reasons } = openPageFile(file)
  return new FsStore(descriptor, reasons)
}

class FsStore implements PageStore {
  readonly kind = 'fs'
  readonly reasons: readonly string[]
  readonly #fd: number

  constructor(fd: number, reasons: readonly string[]) {
    this.#fd = fd
    this.reasons = reasons
  }

  size(): number {
    return sizeOf(this.#fd)
  }

  readSync(views: readonly Uint8Array[], position: number): number {
    if (views.length === 1) return readSync(this.#fd, views[0], 0, views[0].length, position)
    return readvSync(this.#fd, views, position)
  }

  read(views: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      readv(this.#fd, views, position, (error, bytes) => (error ? reject(error) : resolve(bytes)))
    })
  }

  writeSync(views: readonly Uint8Array[], position: number): number {
    if (views.length === 1) return writeSync(this.#fd, views[0], 0, views[0].length, position)
    return writevSync(this.#fd, views, position)
  }

  write(views: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      writev(this.#fd, views as Uint8Array[], position, (error, bytes) => (error ? reject(error) : resolve(bytes)))
    })
  }

  sync(): Promise<void> {
    return syncFile(this.#fd)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
