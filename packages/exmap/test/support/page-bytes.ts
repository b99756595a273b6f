// The bytes of pages: where they are, and what tests put into them. Every page differs from every other one, and from its
// own other versions.
import { FRAME_BYTES, type PageArea } from '@parperos/alloc-api'

/** The bytes of a page, where it is now. */
export function bytesOf(area: PageArea, page: number): Uint8Array<SharedArrayBuffer> {
  const address = area.address(page)
  const at = address & area.windowMask
  return area.window(address).subarray(at, at + FRAME_BYTES)
}

const word = (page: number, version: number, index: number): number =>
  Math.imul(page + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca77 + version)

/** What page `page` of a file holds. */
export function pattern(page: number, version = 0): Uint8Array<ArrayBuffer> {
  const words = new Int32Array(FRAME_BYTES / 4)
  for (let i = 0; i < words.length; i++) words[i] = word(page, version, i)
  return new Uint8Array(words.buffer)
}

/** The bytes of a file of patterned pages. */
export function patternedBytes(bytes: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(Math.ceil(bytes / FRAME_BYTES) * FRAME_BYTES)
  for (let page = 0; page * FRAME_BYTES < bytes; page++) content.set(pattern(page), page * FRAME_BYTES)
  return content.slice(0, bytes)
}

/** The first byte of a page that is not its pattern's; −1 when there is none. */
export function wrongByte(bytes: Uint8Array, page: number, version = 0): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, FRAME_BYTES / 4)
  for (let i = 0; i < words.length; i++) if (words[i] !== word(page, version, i)) return i * 4
  return -1
}
