// Looking values up by keys of bytes: optimistically, again whenever somebody has changed what was being read, and after
// fetching what is not in memory.
import { Buffer } from 'node:buffer'
import type { Pool } from '../pool/pool.ts'
import { ChainReader, Found, lookup, lookupSync, results } from '../tree/index.ts'
import { copyOf } from './encodings.ts'
import { fetchFor, isDamage, NONE } from './fetching.ts'
import type { Roots } from './roots.ts'

/** What is done with a value where it lies; it may be done again. */
export type Use<Result> = (bytes: Uint8Array, at: number, length: number) => Result

export class Values {
  readonly #pool: Pool
  readonly #found = new Found()

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** `use` of the value's bytes; undefined without such a key. */
  viewSync<Result>(roots: Roots, tree: number, key: Uint8Array, use: Use<Result>): Result | undefined {
    const pool = this.#pool
    const found = this.#found
    for (;;) {
      const root = roots.root(tree)
      if (root === 0) return undefined
      let result: number = lookup(pool, root, key, found)
      if (result === results.MISS) {
        try {
          result = lookupSync(pool, root, key, found)
        } catch (error) {
          if (!isDamage(error) || roots.isCurrent(tree, root)) throw error
          continue
        }
      }
      if (result === results.CHANGED || !roots.isCurrent(tree, root)) continue
      if (result === results.ABSENT) {
        if (pool.isUnchanged(found.page, found.ticket)) return undefined
        continue
      }
      const { page, ticket } = found
      if (found.chain !== 0) {
        const value = this.#chainSync(found, page, ticket)
        if (value && pool.isUnchanged(page, ticket)) return use(value, 0, value.length)
        continue
      }
      const used = use(found.bytes, found.at, found.length)
      if (pool.isUnchanged(page, ticket)) return used
    }
  }

  getSync(roots: Roots, tree: number, key: Uint8Array): Uint8Array | undefined {
    return this.viewSync(roots, tree, key, copyOf)
  }

  /** A promise only if something has to be fetched. */
  view<Result>(
    roots: Roots,
    tree: number,
    key: Uint8Array,
    use: Use<Result>,
    failed = NONE,
  ): Result | undefined | Promise<Result | undefined> {
    const pool = this.#pool
    const found = this.#found
    for (;;) {
      const root = roots.root(tree)
      if (root === 0) return undefined
      const result = lookup(pool, root, key, found)
      if (result === results.MISS) return this.#fetchAndView(found.page, failed, roots, tree, key, use)
      if (result === results.CHANGED || !roots.isCurrent(tree, root)) continue
      const { page, ticket } = found
      if (result === results.ABSENT) {
        if (pool.isUnchanged(page, ticket)) return undefined
        continue
      }
      if (found.chain !== 0) return this.#chain(found.chain, found.length, page, ticket, roots, tree, key, use)
      const used = use(found.bytes, found.at, found.length)
      if (pool.isUnchanged(page, ticket)) return used
    }
  }

  /** Brings what a change of that key will need into memory. */
  async warm(roots: Roots, tree: number, key: Uint8Array): Promise<void> {
    let failed = NONE
    for (;;) {
      const root = roots.root(tree)
      if (root === 0 || lookup(this.#pool, root, key, this.#found) !== results.MISS) return
      failed = await fetchFor(this.#pool, this.#found.page, failed)
    }
  }

  async #fetchAndView<Result>(
    page: number,
    before: number,
    roots: Roots,
    tree: number,
    key: Uint8Array,
    use: Use<Result>,
  ): Promise<Result | undefined> {
    const failed = await fetchFor(this.#pool, page, before)
    roots.requireOpen()
    return await this.view(roots, tree, key, use, failed)
  }

  /** Null: the leaf that names the chain has been changed. */
  #chainSync({ chain, length }: Found, page: number, ticket: number): Uint8Array | null {
    const reader = new ChainReader(this.#pool, chain, length)
    try {
      return reader.readSync() === results.COMPLETE ? reader.value : null
    } catch (error) {
      if (isDamage(error) && !this.#pool.isUnchanged(page, ticket)) return null
      throw error
    }
  }

  async #chain<Result>(
    chain: number,
    length: number,
    page: number,
    ticket: number,
    roots: Roots,
    tree: number,
    key: Uint8Array,
    use: Use<Result>,
  ): Promise<Result | undefined> {
    const reader = new ChainReader(this.#pool, chain, length)
    let failed = NONE
    for (;;) {
      const result = reader.read()
      if (result === results.MISS) {
        failed = await fetchFor(this.#pool, reader.page, failed)
        // Out of use: so is the leaf that named it.
        if (failed !== NONE && !this.#pool.isUnchanged(page, ticket)) return await this.view(roots, tree, key, use)
        roots.requireOpen()
        // The leaf may have been evicted meanwhile, which does not change it; it may also be another one now.
      } else if (result === results.COMPLETE && this.#pool.isUnchanged(page, ticket)) {
        return use(reader.value, 0, reader.value.length)
      } else if (result === results.CHANGED || !this.#pool.isUnchanged(page, ticket)) {
        return await this.view(roots, tree, key, use)
      }
    }
  }
}

/** Orders keys as trees do. */
export const compareKeys = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)
