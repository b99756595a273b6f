// Areas whose pages are found through the page table: a page's bytes are its frame's, in the pool. A page that is not
// resident is at a frame of zeros. Most pools fit into one window; then all numbers are 32-bit integers.
import { FRAME_BYTES, ParperosError, type Memory, type PageAreaHandle, type PageAreaSupports } from '@parperos/alloc-api'
import type { Geometry } from './geometry.ts'
import * as L from './layout.ts'
import { ExMapArea, type AreaParts } from './page-area.ts'
import { WINDOW_BYTES, windowMask, Windows } from './windows.ts'

/** What such areas can do. */
export const supports: PageAreaSupports = { mapped: false, processes: false }

/** Throws `UNSUPPORTED` for an area whose pages have addresses of their own: their bytes are not in the pool. */
export function refuseMapped(handle: PageAreaHandle): void {
  if (handle.area === null) return
  throw new ParperosError('UNSUPPORTED', 'the pages of this area are mapped by the operating system', {
    hint: 'attach to it with the native backend',
  })
}

/** Throws `TOO_SMALL` for an area whose page table is more than a view can be. */
export function requireView(_memory: Memory, { wordsTotal }: Geometry): void {
  if (wordsTotal < 2 ** 31) return
  throw new ParperosError('TOO_SMALL', 'where pages are found through the page table there are at most 2^31 of them, less the metadata', {
    hint: 'use the native backend in a way that gives pages addresses, or several areas',
  })
}

/** The instance for a pool of that size. */
export const tableArea = (parts: AreaParts): ExMapArea =>
  parts.attached.geometry.frames * FRAME_BYTES > WINDOW_BYTES ? new ManyWindowsArea(parts) : new OneWindowArea(parts)

/** Bytes of a page as a shift. */
const FRAME_SHIFT = 12

class OneWindowArea extends ExMapArea {
  readonly windowMask: number
  readonly #zero: number
  readonly #bytes: Uint8Array<SharedArrayBuffer>
  readonly #words: Int32Array<SharedArrayBuffer>

  constructor(parts: AreaParts) {
    super(parts)
    const { pool, words, geometry: shape } = parts.attached
    const bytes = shape.frames * FRAME_BYTES
    this.#zero = words[L.headerZeroFrame]
    this.#bytes = pool.bytes(0, bytes)
    this.#words = new Int32Array(pool.memory.buffer, pool.byteOffset, bytes / 4)
    this.windowMask = windowMask(bytes)
  }

  override address(page: number): number {
    // What stands above the frame's number (BUSY, WRITING) is shifted out.
    return (this.table[page] ^ this.#zero) << FRAME_SHIFT
  }

  override window(_address: number): Uint8Array<SharedArrayBuffer> {
    return this.#bytes
  }

  override words(_address: number): Int32Array<SharedArrayBuffer> {
    return this.#words
  }
}

class ManyWindowsArea extends ExMapArea {
  readonly windowMask: number
  readonly #zero: number
  readonly #windows: Windows

  constructor(parts: AreaParts) {
    super(parts)
    const { pool, words, geometry: shape } = parts.attached
    this.#zero = words[L.headerZeroFrame]
    this.#windows = new Windows(pool.memory.buffer, pool.byteOffset, shape.frames * FRAME_BYTES)
    this.windowMask = this.#windows.mask
  }

  override address(page: number): number {
    return ((this.table[page] & L.tableFrame) ^ this.#zero) * FRAME_BYTES
  }

  override window(address: number): Uint8Array<SharedArrayBuffer> {
    return this.#windows.bytes(address)
  }

  override words(address: number): Int32Array<SharedArrayBuffer> {
    return this.#windows.words(address)
  }
}
