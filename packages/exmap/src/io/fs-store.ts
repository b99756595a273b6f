// A file through Node's fs. The asynchronous calls run in libuv's threads and write straight into the pool.
import { ParperosError, type PageFile } from '@parperos/alloc-api'
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  readv,
  readvSync,
  writeSync,
  writev,
  writevSync,
} from 'node:fs'
import type { PageStore } from './page-store.ts'
import { syncFile } from './sync-file.ts'

/** Opens the file of that path; throws `SYSTEM`. */
export function openFsStore(file: PageFile): PageStore {
  return new FsStore(openFile(file))
}

function openFile({ path, readOnly = false, direct = false }: PageFile): number {
  const access = readOnly ? constants.O_RDONLY : constants.O_RDWR
  // There is no O_DIRECT on every system; and not every file system that is asked for it has it.
  const uncached = (constants as { O_DIRECT?: number }).O_DIRECT ?? 0
  try {
    if (direct) {
      try {
        return openSync(path, access | uncached)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
      }
    }
    return openSync(path, access)
  } catch (cause) {
    throw new ParperosError('SYSTEM', `the file of a page area cannot be opened: ${String(cause)}`, { cause })
  }
}

class FsStore implements PageStore {
  readonly kind = 'fs'
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  size(): number {
    return fstatSync(this.#fd).size
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
