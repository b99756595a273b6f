// The functions of the package's addon (csrc/addon.c), and its errors as coded ones.
import { ParperosError } from '@parperos/alloc-api'
import { loadAddon } from '@parperos/alloc-api/driver/native'
import { getSystemErrorName } from 'node:util'
import { checkHash } from '../core/check-hash.ts'
import type { ExMapCore } from '../driver.ts'

/** The core of one attached worker, with what only native code has. */
export interface NativeCore extends ExMapCore {
  /**
   * Says where pages and frames are (views of the first of each; no area for the way 'table') and gives pages addresses in a
   * way (native/ways.ts). `opening`: finds out what works; else `report` has what the opener found. Writes what came of it there.
   */
  openSpace(
    area: Uint8Array | null,
    pool: Uint8Array,
    way: number,
    huge: boolean,
    opening: boolean,
    report: Int32Array,
  ): void
  /** Whether the hand's pages have memory already, so that their bytes are put there and not into frames that move there. */
  isInPlace(): boolean
  /**
   * The transfers' file, through io_uring with so many requests at the same time, or without it (0). `cached`: pages may be in
   * the page cache. `registered`: the pool is to be registered, where frames stay in their places. Writes two words to
   * `report`: 0 or the error that io_uring was refused with, −1 when not asked for; and 0 or that of registering the pool.
   */
  openFile(
    descriptor: number,
    depth: number,
    cached: boolean,
    registered: boolean,
    listener: () => void,
    report: Int32Array,
  ): void
  closeFile(): void
  /** Whether the hand's transfer goes on and the listener will be called; false: it is done. */
  fill(): boolean
  fillSync(): void
  /** Ends what goes on as soon as that can be; the listener is called then. */
  cancel(): void
}

interface Addon {
  layoutHash: number
  attach(words: Int32Array, slot: number): NativeCore
  memfd(bytes: number): number
  mapShared(page: Uint8Array, bytes: number, descriptor: number): void
  intoHugePage(view: Uint8Array): number
}

/** The addon, once it is known to be of this layout. `base`: the `import.meta.url` of `native.ts`. */
export function loadExMapAddon(base: string): Addon {
  const addon = loadAddon<Addon>(base, 'exmap')
  checkHash(addon.layoutHash)
  return addon
}

/** Calls into the operating system; its refusal becomes `SYSTEM` with what was being done. */
export function system<Result>(doing: string, call: () => Result): Result {
  try {
    return call()
  } catch (cause) {
    throw new ParperosError('SYSTEM', `${doing}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** EPERM and the like. */
export const errorName = (error: number): string => (error > 0 && error < 4096 ? getSystemErrorName(-error) : `error ${error}`)
