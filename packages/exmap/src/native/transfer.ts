// The transfer of the native backend: one call into the addon for a whole hand, which knows by itself whether it is read or
// written (csrc/native/station.h).
import { ParperosError, type PageFile } from '@parperos/alloc-api'
import { closeSync, constants, openSync } from 'node:fs'
import { syncFile } from '../io/sync-file.ts'
import type { PageTransfer } from '../io/transfer.ts'
import { errorName, type NativeCore } from './addon.ts'

export class NativeTransfer implements PageTransfer {
  readonly io: string
  /** Why it is not a better one. */
  readonly reasons: readonly string[]
  readonly #core: NativeCore
  readonly #descriptor: number
  #isOpen = true
  #done: (() => void) | null = null

  /** Throws `SYSTEM` when the file cannot be opened. `ring`: use io_uring where it is allowed. */
  constructor(core: NativeCore, file: PageFile, ring: boolean) {
    const { descriptor, reasons } = openPageFile(file)
    try {
      const refused = core.openFile(descriptor, ring, () => this.#finish())
      if (refused > 0) reasons.push(`io_uring: io_uring_setup was refused with ${errorName(refused)}`)
      this.io = refused === 0 ? 'io_uring' : 'pread'
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
    this.#core = core
    this.#descriptor = descriptor
    this.reasons = reasons
  }

  readSync(): void {
    this.#core.fillSync()
  }

  writeSync(): void {
    this.#core.fillSync()
  }

  read(): Promise<void> {
    return this.#fill()
  }

  write(): Promise<void> {
    return this.#fill()
  }

  sync(): Promise<void> {
    return syncFile(this.#descriptor)
  }

  cancel(): void {
    this.#core.cancel()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#core.closeFile()
    closeSync(this.#descriptor)
  }

  #fill(): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve
      if (!this.#core.fill()) this.#finish()
    })
  }

  #finish(): void {
    const done = this.#done
    this.#done = null
    done?.()
  }
}

function openPageFile({ path, readOnly = false, direct = false }: PageFile): { descriptor: number; reasons: string[] } {
  const access = readOnly ? constants.O_RDONLY : constants.O_RDWR
  const reasons: string[] = []
  try {
    if (direct) {
      try {
        return { descriptor: openSync(path, access | constants.O_DIRECT), reasons }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
        reasons.push('direct: the file system of this file has no O_DIRECT, so that its pages are in the page cache too')
      }
    }
    return { descriptor: openSync(path, access), reasons }
  } catch (cause) {
    throw new ParperosError('SYSTEM', `the file of a page area cannot be opened: ${String(cause)}`, { cause })
  }
}
