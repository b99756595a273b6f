// Scanning a tree's entries in bytes, batch by batch: a cursor, and what it needs besides. Each batch is one moment of its leaf.
// Values in chains are read from roots that are held meanwhile.
import type { Pool } from '../pool/pool.ts'
import { Cursor, results, type KeyRange, type Wanted } from '../tree/index.ts'
import { fetchSound } from './fetching.ts'
import type { HeldRoots, Roots } from './roots.ts'

export class Scan {
  readonly #pool: Pool
  readonly #roots: Roots
  readonly #cursor: Cursor
  readonly #want: Wanted
  #held: HeldRoots | null = null

  constructor(pool: Pool, roots: Roots, tree: number, range: KeyRange, keys: boolean, values: boolean) {
    this.#pool = pool
    this.#roots = roots
    const isCurrent = (): boolean => (this.#held ?? roots).isCurrent()
    this.#want = { keys, values, frozen: roots.isFrozen, isCurrent, asks: true }
    this.#cursor = new Cursor(pool, () => (this.#held ?? roots).root(tree), range, this.#want)
  }

  get keys(): Uint8Array[] {
    return this.#cursor.keys
  }

  get values(): Uint8Array[] {
    return this.#cursor.values
  }

  /** The next batch; whether it is the last one. */
  async fill(): Promise<boolean> {
    let isSound = true
    try {
      for (;;) {
        this.#roots.requireOpen()
        const result = isSound ? this.#cursor.fill() : this.#cursor.fillSync()
        if (result === results.MISS) isSound = await fetchSound(this.#pool, this.#cursor.page)
        else if (result === results.CHAINED) this.#hold(await this.#roots.holdSoon())
        else return result === results.END
      }
    } finally {
      this.#letGo()
    }
  }

  fillSync(): boolean {
    try {
      for (;;) {
        this.#roots.requireOpen()
        const result = this.#cursor.fillSync()
        if (result !== results.CHAINED) return result === results.END
        this.#hold(this.#roots.hold())
      }
    } finally {
      this.#letGo()
    }
  }

  #hold(held: HeldRoots): void {
    this.#held = held
    this.#want.frozen = true
  }

  #letGo(): void {
    if (!this.#held) return
    this.#held.letGo()
    this.#held = null
    this.#want.frozen = this.#roots.isFrozen
  }
}
