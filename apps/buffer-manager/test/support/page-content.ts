// What tests put into pages: every word tells the page and a value, so that a byte of another page or time is seen.
import type { Words } from '@parperos/alloc-api'
import { beginPage, HEADER_WORDS, kinds, PAGE_WORDS, seal } from '../../src/pages/page.ts'

const wordOf = (page: number, value: number, index: number): number =>
  Math.imul(page + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca77 + value)

/** Writes all of a page, but does not seal it. `at`: its first word. */
export function fillPage(words: Words, at: number, page: number, value: number, birth = 1): void {
  beginPage(words, at, page, birth, kinds.leaf, 0)
  words[at + HEADER_WORDS] = value
  for (let i = HEADER_WORDS + 1; i < PAGE_WORDS; i++) words[at + i] = wordOf(page, value, i)
}

/** The value that a page has, −1 if not all of it has the same. */
export function valueOf(words: Int32Array, at: number, page: number): number {
  const value = words[at + HEADER_WORDS]
  for (let i = HEADER_WORDS + 1; i < PAGE_WORDS; i++) if (words[at + i] !== wordOf(page, value, i)) return -1
  return value
}

/** A whole page as a file has it. */
export function sealedPage(page: number, value: number, birth = 1): Uint8Array<SharedArrayBuffer> {
  const words = new Int32Array(new SharedArrayBuffer(PAGE_WORDS * 4))
  fillPage(words, 0, page, value, birth)
  seal(words, 0)
  return new Uint8Array(words.buffer)
}
