// What leaves were before a commit began to change them in place, so that a commit that fails halfway leaves nothing behind.
import { PAGE_WORDS } from '../pages/page.ts'
import type { Pool } from '../pool/pool.ts'

/** Leaves of one commit. */
export const MOST_IMAGES = 64

export class PageImages {
  readonly #pool: Pool
  readonly #pages = new Int32Array(MOST_IMAGES)
  readonly #words = new Int32Array(MOST_IMAGES * PAGE_WORDS)
  #count = 0

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Forgets all of them. */
  clear(): void {
    this.#count = 0
  }

  /** Keeps what the page is now, unless it has been kept already. False: there is no room for one more. */
  keep(page: number): boolean {
    for (let i = 0; i < this.#count; i++) if (this.#pages[i] === page) return true
    if (this.#count === MOST_IMAGES) return false
    this.#pool.copySync(page, this.#words, this.#count * PAGE_WORDS)
    this.#pages[this.#count++] = page
    return true
  }

  /** Makes all pages what they were. One that cannot be had fails the store: then its log says what is true. */
  restore(): void {
    const pool = this.#pool
    for (let i = 0; i < this.#count; i++) {
      if (!this.#latch(this.#pages[i])) {
        pool.fail()
        continue
      }
      pool.words.set(this.#words.subarray(i * PAGE_WORDS, (i + 1) * PAGE_WORDS), pool.base >>> 2)
      pool.unlock(this.#pages[i])
    }
    this.clear()
  }

  #latch(page: number): boolean {
    try {
      return this.#pool.tryLock(page)
    } catch {
      return false
    }
  }
}
