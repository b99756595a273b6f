// Looking values up by keys of bytes: optimistically, again whenever somebody has changed what was being read, and after
// fetching what is not in memory.
import { Buffer } from 'node:buffer'
import type { Pool } from '../pool/pool.ts'
import { ChainReader, Found, lookup, lookupSync, results } from '../tree/index.ts'
import { copyOf } from './encodings.ts'
import { fetchSound } from './fetching.ts'
import type { Roots } from './roots.ts'

/** What is done with a value where it lies; it may be done again. */
export type Use<Result> = (bytes: Uint8Array, at: number, length: number) => Result

export const AGAIN = Symbol('again')

export class Values {
  readonly #pool: Pool
  readonly #found = new Found()

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** `use` of the value's bytes; undefined without such a key. */
  viewSync<Result>(roots: Roots, tree: number, key: Uint8Array, use: Use<Result>): Result | undefined {
    for (;;) {
      const used = this.tryViewSync(roots, tree, key, use)
      if (used !== AGAIN) return used
    }
  }

  /** The same, but AGAIN when the bytes were changed while they were used: `use` may have done anything meanwhile. */
  tryViewSync<Result>(roots: Roots, tree: number, key: Uint8Array, use: Use<Result>): Result | undefined | typeof AGAIN {
    const pool = this.#pool
    const found = this.#found
    for (;;) {
      const root = roots.root(tree)
      if (root === 0) return undefined
      let result: number = lookup(pool, root, roots, key, found)
      if (result === results.MISS) result = lookupSync(pool, root, roots, key, found)
      if (result === results.CHANGED || !roots.isCurrent()) continue
      if (result === results.ABSENT) {
        if (pool.isUnchanged(found.page, found.ticket)) return undefined
        continue
      }
      const { page, ticket } = found
      if (found.chain !== 0) {
        const { chain, length } = found
        // Before that the length may be any number.
        if (!pool.isUnchanged(page, ticket)) continue
        if (roots.isFrozen) {
          const reader = new ChainReader(pool, chain, length, true)
          reader.readSync()
          return use(reader.value, 0, length)
        }
        const value = this.#residentChain(found, page, ticket)
        return value ? use(value, 0, length) : this.#chainSync(roots, tree, key, use)
      }
      const used = use(found.bytes, found.at, found.length)
      return pool.isUnchanged(page, ticket) ? used : AGAIN
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
  ): Result | undefined | Promise<Result | undefined> {
    const pool = this.#pool
    const found = this.#found
    for (;;) {
      const root = roots.root(tree)
      if (root === 0) return undefined
      const result = lookup(pool, root, roots, key, found)
      if (result === results.MISS) return this.#fetchAndView(found.page, roots, tree, key, use)
      if (result === results.CHANGED || !roots.isCurrent()) continue
      const { page, ticket } = found
      if (result === results.ABSENT) {
        if (pool.isUnchanged(page, ticket)) return undefined
        continue
      }
      if (found.chain !== 0) {
        const { chain, length } = found
        if (!pool.isUnchanged(page, ticket)) continue
        if (roots.isFrozen) return this.#readChain(roots, chain, length, use)
        const value = this.#residentChain(found, page, ticket)
        return value ? use(value, 0, length) : this.#chain(roots, tree, key, use)
      }
      const used = use(found.bytes, found.at, found.length)
      if (pool.isUnchanged(page, ticket)) return used
    }
  }

  /** Brings what a change of that key will need into memory. Null: it is there. */
  warm(roots: Roots, tree: number, key: Uint8Array): Promise<void> | null {
    const root = roots.root(tree)
    if (root === 0 || lookup(this.#pool, root, roots, key, this.#found) !== results.MISS) return null
    return this.#fetchFor(this.#found.page, roots, tree, key)
  }

  async #fetchFor(first: number, roots: Roots, tree: number, key: Uint8Array): Promise<void> {
    for (let page = first; await fetchSound(this.#pool, page); page = this.#found.page) {
      const root = roots.root(tree)
      if (root === 0 || lookup(this.#pool, root, roots, key, this.#found) !== results.MISS) return
    }
  }

  async #fetchAndView<Result>(
    page: number,
    roots: Roots,
    tree: number,
    key: Uint8Array,
    use: Use<Result>,
  ): Promise<Result | undefined> {
    const isSound = await fetchSound(this.#pool, page)
    roots.requireOpen()
    return isSound ? await this.view(roots, tree, key, use) : this.viewSync(roots, tree, key, use)
  }

  /** A value in a chain, which may be larger than the pool: reading it must not depend on its leaf staying in memory. */
  #chainSync<Result>(roots: Roots, tree: number, key: Uint8Array, use: Use<Result>): Result | undefined {
    const held = roots.hold()
    let value: Uint8Array | undefined
    try {
      value = this.viewSync(held, tree, key, keep)
    } finally {
      held.letGo()
    }
    return value && use(value, 0, value.length)
  }

  async #chain<Result>(roots: Roots, tree: number, key: Uint8Array, use: Use<Result>): Promise<Result | undefined> {
    const held = await roots.holdSoon()
    let value: Uint8Array | undefined
    try {
      held.requireOpen()
      value = await this.view(held, tree, key, keep)
    } finally {
      held.letGo()
    }
    return value && use(value, 0, value.length)
  }

  /** Of roots that are frozen; the leaf was unchanged after the chain's place had been read. */
  async #readChain<Result>(roots: Roots, chain: number, length: number, use: Use<Result>): Promise<Result> {
    const reader = new ChainReader(this.#pool, chain, length, true)
    while (reader.read() === results.MISS) {
      await this.#pool.fetch(reader.page)
      roots.requireOpen()
    }
    return use(reader.value, 0, length)
  }

  /** A chain whose pages are all in memory; null: some are not, or the leaf that names it has changed. */
  #residentChain({ chain, length }: Found, page: number, ticket: number): Uint8Array | null {
    const reader = new ChainReader(this.#pool, chain, length)
    return reader.read() === results.COMPLETE && this.#pool.isUnchanged(page, ticket) ? reader.value : null
  }
}

/** A value from a chain is nobody else's. */
const keep: Use<Uint8Array> = (bytes, at, length) =>
  bytes.buffer instanceof SharedArrayBuffer ? copyOf(bytes, at, length) : bytes

/** Orders keys as trees do. */
export const compareKeys = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)
