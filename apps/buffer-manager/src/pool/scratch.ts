// Copies of pages that somebody's transfer has at the moment: nobody waits for a transfer, which might be his own, so
// the page is read once more, into memory of this worker alone. Such a copy is right for as long as the page's version
// is the one that it had. The copies are replaced in turn; each stays what it is until as many others have been made.
import type { Words } from '@parperos/alloc-api'
import type { StoreError } from '../errors.ts'
import { isSealed, PAGE_BYTES, PAGE_WORDS } from '../pages/page.ts'
import { badChecksum, beyondFile, type SinglePages } from './single-page.ts'
import { EVICTED, STATE, VERSION, type States } from './states.ts'

const COPIES = 32

export class Scratch {
  readonly bytes: Uint8Array<SharedArrayBuffer>
  readonly words: Words
  readonly #states: States
  readonly #file: SinglePages
  readonly #pages = new Int32Array(COPIES).fill(-1)
  readonly #versions = new Int32Array(COPIES)
  #next = 0
  #isUsed = false

  constructor(states: States, file: SinglePages) {
    const buffer = new SharedArrayBuffer(COPIES * PAGE_BYTES)
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.#states = states
    this.#file = file
  }

  /** Where the copy of a page in that version is, in bytes; −1: there is none. */
  find(page: number, version: number): number {
    if (!this.#isUsed) return -1
    for (let i = 0; i < COPIES; i++) if (this.#pages[i] === page && this.#versions[i] === version) return i * PAGE_BYTES
    return -1
  }

  /**
   * Copies an evicted page from the file; false: it is not evicted any more, or changed. Throws `CORRUPT`, `SYSTEM`.
   */
  copy(page: number): boolean {
    const word = this.#states.get(page)
    if ((word & STATE) !== EVICTED) return false
    const copy = this.#next
    this.#next = (copy + 1) % COPIES
    this.#isUsed = true
    this.#pages[copy] = -1
    const error = this.#read(copy, page)
    // What is wrong with bytes that changed meanwhile says nothing.
    const now = this.#states.get(page)
    if ((now & VERSION) !== (word & VERSION)) return false
    if (error) throw error
    this.#pages[copy] = page
    this.#versions[copy] = word & VERSION
    return (now & STATE) === EVICTED
  }

  #read(copy: number, page: number): StoreError | null {
    if (!this.#file.read(this.bytes, copy * PAGE_BYTES, page)) return beyondFile(page)
    return isSealed(this.words, copy * PAGE_WORDS, page) ? null : badChecksum(page)
  }
}
