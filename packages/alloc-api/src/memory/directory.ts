// The first page of every memory is its directory: what lies where. Another process that maps the same bytes reads it to
// find the Regions; that is all that has to be agreed on beforehand. Words are 32 bits, little-endian.
//
//   word 0      1        2      3          4 …
//   ┌──────────┬────────┬──────┬──────────┬──────────────────────────────────────────────┐
//   │ magic    │version │pages │next free │ entries of 16 words: state, first page,      │
//   │ "PPMM"   │        │      │  page    │ pages, 0, then 48 bytes of name (UTF-8)      │
//   └──────────┴────────┴──────┴──────────┴──────────────────────────────────────────────┘
//
// Regions are carved one after the other and never moved. Carving is lock-free: an entry is claimed by compare-exchange,
// the pages are taken by compare-exchange, and the entry counts only once its state says `ready`.
import { compareExchange, load, store, type Words } from '#atomics'
import { ParperosError } from '../errors.ts'

/** Regions start at, and are rounded up to, multiples of this. */
export const PAGE_BYTES = 4096
const PAGE_WORDS = PAGE_BYTES / 4

const MAGIC = 0x4d4d5050
export const DIRECTORY_VERSION = 1

const word = { magic: 0, version: 1, pages: 2, nextPage: 3 }
const ENTRY_WORDS = 16
const FIRST_ENTRY = 16
const ENTRIES = (PAGE_WORDS - FIRST_ENTRY) / ENTRY_WORDS
const entry = { state: 0, firstPage: 1, pages: 2, name: 4 }
const NAME_BYTES = (ENTRY_WORDS - entry.name) * 4
const state = { free: 0, claimed: 1, ready: 2 }

/** A directory entry: a named range of the memory. */
export interface DirectoryEntry {
  name: string
  byteOffset: number
  byteLength: number
}

/** The directory of one memory, a view of its first page. */
export class Directory {
  readonly #words: Words
  readonly #names: Uint8Array<SharedArrayBuffer>

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, PAGE_WORDS)
    this.#names = new Uint8Array(buffer, 0, PAGE_BYTES)
  }

  /** Writes an empty directory for a memory of that many bytes. */
  format(bytes: number): void {
    const words = this.#words
    words.fill(0)
    store(words, word.version, DIRECTORY_VERSION)
    store(words, word.pages, bytes / PAGE_BYTES)
    store(words, word.nextPage, 1)
    store(words, word.magic, MAGIC)
  }

  /** Checks that a directory stands here and agrees with the memory's size; throws a coded error otherwise. */
  check(bytes: number): void {
    const words = this.#words
    if (load(words, word.magic) !== MAGIC) {
      throw new ParperosError('BAD_MAGIC', 'these bytes are not a ParPerOS memory: its first word is wrong')
    }
    const version = load(words, word.version)
    if (version !== DIRECTORY_VERSION) {
      throw new ParperosError('BAD_VERSION', `memory of directory version ${version}, expected ${DIRECTORY_VERSION}`)
    }
    const pages = load(words, word.pages) >>> 0
    if (pages * PAGE_BYTES > bytes) {
      throw new ParperosError('BAD_SIZE', `the directory speaks of ${pages} pages, but there are ${bytes} bytes`)
    }
    const nextPage = load(words, word.nextPage) >>> 0
    if (nextPage < 1 || nextPage > pages) {
      throw new ParperosError('BAD_SIZE', `the directory's next free page is ${nextPage} of ${pages}`)
    }
  }

  /** Takes `bytes` (rounded up to pages) from the free end and names them. */
  carve(name: string, bytes: number): DirectoryEntry {
    const nameBytes = new TextEncoder().encode(name)
    if (nameBytes.length === 0 || nameBytes.length > NAME_BYTES || name.includes('\0')) {
      throw new ParperosError('BAD_NAME', `a Region's name has 1 to ${NAME_BYTES} bytes, got ${JSON.stringify(name)}`)
    }
    if (this.find(name)) throw new ParperosError('BAD_NAME', `the memory already has a Region named ${name}`)
    const at = this.#claimEntry()
    const pages = Math.ceil(bytes / PAGE_BYTES)
    const firstPage = this.#takePages(pages)
    if (firstPage < 0) {
      store(this.#words, at + entry.state, state.free)
      throw new ParperosError('TOO_SMALL', `no ${bytes} bytes left for Region ${name}`, {
        hint: `the memory has ${this.freeBytes} free bytes; create it larger`,
      })
    }
    this.#names.fill(0, (at + entry.name) * 4, (at + ENTRY_WORDS) * 4)
    this.#names.set(nameBytes, (at + entry.name) * 4)
    store(this.#words, at + entry.firstPage, firstPage)
    store(this.#words, at + entry.pages, pages)
    store(this.#words, at + entry.state, state.ready)
    return this.#read(at)
  }

  find(name: string): DirectoryEntry | undefined {
    return this.entries().find((one) => one.name === name)
  }

  /** All Regions that are ready; throws `BAD_SIZE` when one lies outside of the memory. */
  entries(): DirectoryEntry[] {
    const found: DirectoryEntry[] = []
    for (let i = 0; i < ENTRIES; i++) {
      const at = FIRST_ENTRY + i * ENTRY_WORDS
      if (load(this.#words, at + entry.state) === state.ready) found.push(this.#read(at))
    }
    return found
  }

  get freeBytes(): number {
    const pages = load(this.#words, word.pages) >>> 0
    return (pages - this.#firstFree(load(this.#words, word.nextPage))) * PAGE_BYTES
  }

  #claimEntry(): number {
    for (let i = 0; i < ENTRIES; i++) {
      const at = FIRST_ENTRY + i * ENTRY_WORDS
      if (compareExchange(this.#words, at + entry.state, state.free, state.claimed) === state.free) return at
    }
    throw new ParperosError('TOO_SMALL', `the memory already has ${ENTRIES} Regions, which is the most it can have`)
  }

  #takePages(pages: number): number {
    const total = load(this.#words, word.pages) >>> 0
    for (;;) {
      const next = load(this.#words, word.nextPage)
      const first = this.#firstFree(next)
      if (first + pages > total) return -1
      if (compareExchange(this.#words, word.nextPage, next, (first + pages) | 0) === next) return first
    }
  }

  /** After a power failure an entry can be there, and the mark that was moved for it not: no Region is carved twice. */
  #firstFree(nextPage: number): number {
    const ends = this.entries().map(({ byteOffset, byteLength }) => (byteOffset + byteLength) / PAGE_BYTES)
    return Math.max(nextPage >>> 0, ...ends)
  }

  #read(at: number): DirectoryEntry {
    const firstPage = load(this.#words, at + entry.firstPage) >>> 0
    const pages = load(this.#words, at + entry.pages) >>> 0
    if (firstPage < 1 || firstPage + pages > load(this.#words, word.pages) >>> 0) {
      throw new ParperosError('BAD_SIZE', `a Region of the directory lies outside of the memory (page ${firstPage})`)
    }
    // `slice` copies out of shared memory: TextDecoder refuses shared views.
    const bytes = this.#names.slice((at + entry.name) * 4, (at + ENTRY_WORDS) * 4)
    const end = bytes.indexOf(0)
    const name = new TextDecoder().decode(bytes.subarray(0, end < 0 ? undefined : end))
    return { name, byteOffset: firstPage * PAGE_BYTES, byteLength: pages * PAGE_BYTES }
  }
}
