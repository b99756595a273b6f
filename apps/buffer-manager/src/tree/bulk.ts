// Making a tree from ascending keys without ever looking for a place: leaves are filled one after the other, and each
// one that is complete gives its lower fence and number to the level above.
import { StoreError } from '../errors.ts'
import { PendingLeaf } from './bulk-leaf.ts'
import { PendingInner, type Emit } from './bulk-node.ts'
import { writeChain } from './chain.ts'
import type { Edit } from './edit.ts'
import { CHAINED } from './layout.ts'
import { isInline } from './path.ts'

export interface BulkLoadOptions {
  /** How much of each page is filled: 0.5 … 1. Default 1. */
  fill?: number
}

/** Makes a new tree from keys in strictly ascending order. */
export class BulkLoad {
  /** Entries so far. */
  entries = 0
  readonly #edit: Edit
  readonly #fill: number
  readonly #leaf: PendingLeaf
  readonly #levels: PendingInner[] = []

  /** Throws BAD_OPTION. */
  constructor(edit: Edit, { fill = 1 }: BulkLoadOptions = {}) {
    if (!(fill >= 0.5 && fill <= 1)) throw new StoreError('BAD_OPTION', `fill is ${fill}, but it has to be 0.5 … 1`)
    this.#edit = edit
    this.#fill = fill
    this.#leaf = new PendingLeaf(edit, 0, fill, this.#emit)
  }

  /** Throws BAD_OPTION if the key is not above the last one. Copies what it is given. */
  add(key: Uint8Array, value: Uint8Array): void {
    const common = this.#leaf.commonWithLast(key)
    if (common < 0) {
      throw new StoreError('BAD_OPTION', `key ${this.entries} is not above the one before it`, {
        hint: 'sort what is loaded by the bytes of its keys, each once',
      })
    }
    if (isInline(key, value)) this.#leaf.add(key, common, value, value.length)
    else this.#leaf.add(key, common, writeChain(this.#edit, value), CHAINED)
    this.entries++
  }

  /** The root; 0 if there were no entries. */
  finish(): number {
    if (this.entries === 0) return 0
    this.#leaf.finish()
    for (let level = 0; ; level++) {
      const pending = this.#levels[level]
      if (pending.onlyChild) return pending.onlyChild
      pending.finish()
    }
  }

  readonly #emit: Emit = (level, lower, page) => {
    const pending = (this.#levels[level - 1] ??= new PendingInner(this.#edit, level, this.#fill, this.#emit))
    pending.add(lower, page)
  }
}
