// Values that are too long for a leaf stand in pages of their own. The first page of each group lists the numbers of
// the group's others, so that all of them can be fetched at the same time, and is filled up with the value's beginning:
//
//   group's first page   next group │ count │ numbers of `count` pages │ bytes …     level 1; the last one's next is 0
//   the others           bytes …                                                     level 0
//
// How many pages a group has follows from how many bytes are left.
import { isCorrupt } from '../errors.ts'
import { KIND, HEADER_WORDS, PAGE_BYTES, birthOf, kinds } from '../pages/page.ts'
import type { Edit, Place, ReadablePages } from './edit.ts'
import { LEVEL, REFERENCE_BYTES } from './layout.ts'
import { results, type Result } from './results.ts'
import { corrupt } from './search.ts'

const NEXT = HEADER_WORDS
const LISTED = HEADER_WORDS + 1
const NUMBERS = HEADER_WORDS + 2
const DATA_BYTES = PAGE_BYTES - 4 * HEADER_WORDS
const FIRST_BYTES = PAGE_BYTES - 4 * NUMBERS
const MOST_LISTED = FIRST_BYTES / 4
/** Bytes of a group that another one follows. */
const GROUP_BYTES = MOST_LISTED * DATA_BYTES
const FIRST_KIND = kinds.chain | LEVEL
const OTHER_KIND = kinds.chain
/** So many pages are asked for when one of them is missing. */
const PREFETCHED = 64

/** Pages besides the first that hold a group with that many bytes from its beginning to the value's end. */
const listedFor = (bytes: number): number =>
  bytes <= FIRST_BYTES ? 0 : Math.min(MOST_LISTED, Math.ceil((bytes - FIRST_BYTES) / (DATA_BYTES - 4)))

/** Bytes of a group in its first page. */
const inFirst = (bytes: number): number => Math.min(bytes, FIRST_BYTES - 4 * listedFor(bytes))

/** Writes a value; what stands in the leaf for it. Nothing is latched before and after. */
export function writeChain(edit: Edit, value: Uint8Array): Uint8Array {
  let next = 0
  // The last group first, since each names the one behind it.
  const last = value.length <= GROUP_BYTES ? 0 : Math.floor((value.length - 1) / GROUP_BYTES) * GROUP_BYTES
  for (let at = last; at >= 0; at -= GROUP_BYTES) next = writeGroup(edit, value, at, next)
  const reference = new Uint8Array(REFERENCE_BYTES)
  const view = new DataView(reference.buffer)
  view.setInt32(0, next, true)
  view.setInt32(4, value.length, true)
  return reference
}

function writeGroup(edit: Edit, value: Uint8Array, from: number, next: number): number {
  const { pool } = edit
  const bytes = value.length - from
  const numbers = new Int32Array(listedFor(bytes))
  let at = from + inFirst(bytes)
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = edit.allocate(kinds.chain, 0)
    writeBytes(edit, HEADER_WORDS, value, at, DATA_BYTES)
    at += DATA_BYTES
    edit.release()
  }
  const first = edit.allocate(kinds.chain, 1)
  const words = pool.base >>> 2
  pool.words[words + NEXT] = next
  pool.words[words + LISTED] = numbers.length
  pool.words.set(numbers, words + NUMBERS)
  writeBytes(edit, NUMBERS + numbers.length, value, from, inFirst(bytes))
  edit.release()
  return first
}

function writeBytes({ pool }: Edit, word: number, value: Uint8Array, from: number, most: number): void {
  const to = pool.base + 4 * word
  const length = Math.min(most, value.length - from)
  pool.bytes.set(value.subarray(from, from + length), to)
  pool.bytes.fill(0, to + length, pool.base + PAGE_BYTES)
}

/** What a group's first page says. */
interface Group {
  first: number
  numbers: Int32Array
  next: number
  birth: number
}

/** Reads the group at the pool's place, of whose value so many bytes are left; null: it is none. It may be garbage. */
function groupAt({ words, base }: Place, first: number, left: number): Group | null {
  const at = base >>> 2
  const listed = listedFor(left)
  const next = words[at + NEXT]
  const isLast = left <= GROUP_BYTES
  if (words[at + KIND] !== FIRST_KIND || words[at + LISTED] !== listed || isLast !== (next === 0)) return null
  const numbers = words.slice(at + NUMBERS, at + NUMBERS + listed)
  if (next < 0 || numbers.some((page) => page <= 0)) return null
  return { first, numbers, next, birth: birthOf(words, at) }
}

/** The groups of a chain that nobody changes; only their first pages are read. Throws CORRUPT. */
export function* groupsOf(pool: ReadablePages, first: number, length: number): Generator<Group> {
  let page = first
  for (let left = length; left > 0; ) {
    const ticket = pool.beginSync(page)
    const group = groupAt(pool, page, left)
    if (!pool.isUnchanged(page, ticket)) continue
    if (!group) throw corrupt(page, NO_GROUP)
    yield group
    page = group.next
    left -= Math.min(left, GROUP_BYTES)
  }
}

/** Whether the page holds a value's bytes behind a group's first page. Fetches it. Nobody changes it. */
export function isChainPage(pool: ReadablePages, page: number): boolean {
  for (;;) {
    const ticket = pool.beginSync(page)
    const kind = pool.words[(pool.base >>> 2) + KIND]
    if (pool.isUnchanged(page, ticket)) return kind === OTHER_KIND
  }
}

/** Retires a chain's pages. Nothing is latched before. */
export function retireChain(edit: Edit, first: number, length: number): void {
  for (const group of groupsOf(edit.pool, first, length)) {
    for (const page of group.numbers) edit.retire(page, group.birth)
    edit.retire(group.first, group.birth)
  }
}

/**
 * Reads a value from a chain, as far as its pages are in memory; called again, it goes on where it was. Look before it
 * is made that the leaf is unchanged, since the length is taken at its word.
 *
 * Each page is checked by itself. That the chain has been this value all the time is the caller's to know: the leaf is
 * still unchanged after the end, or something keeps the chain, such as a snapshot; then it is `frozen`.
 */
export class ChainReader {
  /** All of it after COMPLETE. */
  readonly value: Uint8Array
  /** After MISS: the page that is missing. */
  page: number
  readonly #pool: ReadablePages
  readonly #frozen: boolean
  #first: number
  #group: Group | null = null
  /** Pages of the group, its first included, that have been read; bytes of the value. */
  #index = 0
  #at = 0

  constructor(pool: ReadablePages, first: number, length: number, frozen = false) {
    this.#pool = pool
    this.#frozen = frozen
    this.#first = this.page = first
    this.value = new Uint8Array(length)
  }

  /**
   * COMPLETE, MISS, or, if it is not frozen, CHANGED: these are not the pages of the value any more. Throws CORRUPT.
   */
  read(): Result {
    return this.#read(false)
  }

  /** The same, but fetches what is missing: never MISS. */
  readSync(): Result {
    return this.#read(true)
  }

  #read(fetches: boolean): Result {
    const pool = this.#pool
    while (this.#at < this.value.length) {
      const page = this.#group && this.#index > 0 ? this.#group.numbers[this.#index - 1] : this.#first
      this.page = page
      const ticket = fetches ? this.#beginSync(page) : pool.begin(page)
      if (ticket === null) return results.CHANGED
      if (ticket === results.MISS) {
        if (this.#group) pool.prefetch([...this.#group.numbers.subarray(this.#index, this.#index + PREFETCHED)])
        return results.MISS
      }
      const group = this.#index === 0 ? groupAt(pool, page, this.value.length - this.#at) : this.#group
      const isRight = group !== null && (this.#index === 0 || pool.words[(pool.base >>> 2) + KIND] === OTHER_KIND)
      const length = isRight ? this.#copy(group) : 0
      if (!pool.isUnchanged(page, ticket)) continue
      if (!isRight) {
        if (this.#frozen) throw corrupt(page, NO_GROUP)
        return results.CHANGED
      }
      this.#pass(group, length)
    }
    return results.COMPLETE
  }

  /** Null: the page is none any more, which is no damage if the chain may be gone. */
  #beginSync(page: number): number | null {
    try {
      return this.#pool.beginSync(page)
    } catch (error) {
      if (this.#frozen || !isCorrupt(error)) throw error
      return null
    }
  }

  /** Copies what of the value is in the page at the pool's place; how much. */
  #copy(group: Group): number {
    const left = this.value.length - this.#at
    const words = this.#index === 0 ? NUMBERS + group.numbers.length : HEADER_WORDS
    const length = this.#index === 0 ? inFirst(left) : Math.min(left, DATA_BYTES)
    const from = this.#pool.base + 4 * words
    this.value.set(this.#pool.bytes.subarray(from, from + length), this.#at)
    return length
  }

  #pass(group: Group, length: number): void {
    this.#group = group
    this.#at += length
    this.#index++
    if (this.#index <= group.numbers.length) return
    this.#first = group.next
    this.#group = null
    this.#index = 0
  }
}

const NO_GROUP = 'it is no page of the value that leads to it'
