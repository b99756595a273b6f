// The bytes of pages: what a check puts into them, and where they are. No two pages have the same ones, nor two
// versions of one page, and no word of a page is the same as that of another: so bytes at the wrong place are always
// wrong.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import type { PageArea } from '../../page-area.ts'
import { fail } from '../expect.ts'

/** 32-bit words of a page. */
export const PAGE_WORDS = FRAME_BYTES / 4

/** What a page of a number has in a version. */
export function pattern(page: number, version: number): Int32Array<ArrayBuffer> {
  const start = Math.imul(page + 1, 0x9e3779b1) ^ Math.imul(version + 1, 0x85ebca77)
  const words = new Int32Array(PAGE_WORDS)
  for (let i = 0; i < PAGE_WORDS; i++) words[i] = start + Math.imul(i + 1, 0x27d4eb2f)
  return words
}

/** The first `bytes` bytes of a file whose pages have their patterns of version 0. */
export function patternedBytes(bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Int32Array(Math.ceil(bytes / FRAME_BYTES) * PAGE_WORDS)
  for (let page = 0; page * PAGE_WORDS < words.length; page++) words.set(pattern(page, 0), page * PAGE_WORDS)
  return new Uint8Array(words.buffer).slice(0, bytes)
}

/** The page of a file: zeros behind its end. */
export function pageOfFile(file: Uint8Array, page: number): Int32Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_BYTES)
  bytes.set(file.subarray(page * FRAME_BYTES, (page + 1) * FRAME_BYTES))
  return new Int32Array(bytes.buffer)
}

/** A page's words, where they are now. */
export function wordsOf(area: PageArea, page: number): Int32Array<SharedArrayBuffer> {
  const address = area.address(page)
  const at = (address & area.windowMask) >>> 2
  return whole(area.words(address).subarray(at, at + PAGE_WORDS), `words(${address})`)
}

/** A page's bytes, where they are now. */
export function bytesOf(area: PageArea, page: number): Uint8Array<SharedArrayBuffer> {
  const address = area.address(page)
  const at = address & area.windowMask
  return whole(area.window(address).subarray(at, at + FRAME_BYTES), `window(${address})`)
}

function whole<View extends Uint8Array | Int32Array>(view: View, what: string): View {
  if (view.byteLength !== FRAME_BYTES) fail(`${what} ends ${view.byteLength} bytes behind the start of its page`)
  return view
}

/** The first index at which two lists of words differ; −1: they are the same. */
export function firstDifference(found: Int32Array, expected: Int32Array): number {
  if (found.length !== expected.length) return Math.min(found.length, expected.length)
  for (let i = 0; i < expected.length; i++) if (found[i] !== expected[i]) return i
  return -1
}
