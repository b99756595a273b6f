// The transfer of the native backend: one call into the addon for a whole hand, which knows by itself whether it is read or
// written (csrc/native/station.h).
import type { PageFile } from '@parperos/alloc-api'
import { closeSync } from 'node:fs'
import { openPageFile } from '../io/page-file.ts'
import { syncFile } from '../io/sync-file.ts'
import type { PageTransfer } from '../io/transfer.ts'
import { errorName, type NativeCore } from './addon.ts'
import type { Way } from './ways.ts'

/** How the file is read and written. */
export interface RingOptions {
  /** Requests of io_uring at the same time; 0: without it. */
  depth: number
  registered: boolean
  way: Way
}

export class NativeTransfer implements PageTransfer {
  readonly io: string
  readonly reasons: readonly string[]
  readonly #core: NativeCore
  readonly #descriptor: number
  #isOpen = true
  #done: (() => void) | null = null

  /** Throws `SYSTEM` when the file cannot be opened. */
  constructor(core: NativeCore, file: PageFile, { depth, registered, way }: RingOptions) {
    const { descriptor, cached, reasons } = openPageFile(file)
    const report = new Int32Array(2)
    try {
      core.openFile(descriptor, depth, cached, registered, () => this.#finish(), report)
      const [refused, unregistered] = report
      if (refused > 0) reasons.push(`io_uring: io_uring_setup was refused with ${errorName(refused)}`)
      if (registered) reasons.push(...whyNotRegistered(way, refused === 0, unregistered))
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

function whyNotRegistered(way: Way, hasRing: boolean, error: number): string[] {
  if (way !== 'table') {
    return [`registered: in the way '${way}' frames do not stay where they are; the way 'table' has to be asked for`]
  }
  if (!hasRing) return ['registered: without io_uring there is nothing to register the pool with']
  if (error === 0) return []
  return [`registered: the pool was refused with ${errorName(error)}; the process may lock what ulimit -l says`]
}
