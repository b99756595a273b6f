// Making a tree from ascending keys without ever looking for a place: leaves are filled one after the other, and each
// one that is complete gives its lower fence and number to the level above. How much fits is known only when the upper
// fence is, since both fences decide about the prefix. So a key is taken on when it is certain that those before it fit
// with a fence behind them, and when it turns out that it does not fit with the next fence, it begins the next node.
import { kinds } from '../pages/page.ts'
import { StoreError } from '../errors.ts'
import { writeChain } from './chain.ts'
import type { Edit } from './edit.ts'
import {
  CHAINED,
  commonLength,
  compareBytes,
  copyBytes,
  HEAP_END,
  INNER_COLUMNS,
  LEAF_COLUMNS,
  LENGTH_BYTES,
  NodeView,
} from './layout.ts'
import { appendChild, appendEntry, columnBytes, format, raiseSkip } from './node.ts'
import { isInline } from './path.ts'
import { separatorOf } from './split.ts'

export interface BulkLoadOptions {
  /** How much of each page is filled: 0.5 … 1. Default 1. */
  fill?: number
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/** A node that is being collected. */
abstract class Pending {
  readonly edit: Edit
  readonly level: number
  readonly #columns: number
  readonly #limit: number
  readonly #emit: (level: number, lower: Uint8Array, page: number) => void
  lower = NO_BYTES
  keys: Uint8Array[] = []
  /** Heap bytes of the entries with whole keys. */
  #bytes = 0
  /** Nodes of this level that are complete. */
  nodes = 0

  constructor(
    edit: Edit,
    level: number,
    fill: number,
    emit: (level: number, lower: Uint8Array, page: number) => void,
  ) {
    this.edit = edit
    this.level = level
    this.#columns = level === 0 ? LEAF_COLUMNS : INNER_COLUMNS
    this.#limit = Math.floor(HEAP_END * fill)
    this.#emit = emit
  }

  /** Heap bytes of an entry besides its key. */
  abstract around(index: number): number
  abstract append(node: NodeView, count: number): void
  /** Forgets the first `count` entries, and begins a new node with the next one. */
  abstract drop(count: number): void
  abstract get firstChild(): number

  protected added(): void {
    this.#bytes += this.keys[this.keys.length - 1].length + this.around(this.keys.length - 1)
  }

  /** Whether the entries so far fit with the first `length` bytes of `key` as the upper fence, or without one. */
  protected fits(key: Uint8Array, length: number): boolean {
    const count = this.keys.length
    const prefix = Math.min(length, commonLength(this.lower, key))
    const bytes = columnBytes(this.#columns, count) + this.lower.length + length + this.#bytes - count * prefix
    return bytes <= (count <= 1 ? HEAP_END : this.#limit)
  }

  protected write(count: number, upper: Uint8Array | null): void {
    const { edit, level, lower } = this
    const page = edit.allocate(level === 0 ? kinds.leaf : kinds.inner, level)
    const node = new NodeView(edit.pool)
    format(node, count, lower, upper, this.firstChild)
    this.append(node, count)
    raiseSkip(node)
    edit.release()
    this.nodes++
    this.drop(count)
    this.#bytes = 0
    for (let i = 0; i < this.keys.length; i++) this.#bytes += this.keys[i].length + this.around(i)
    if (upper) this.lower = upper
    this.#emit(level + 1, lower, page)
  }
}

class PendingLeaf extends Pending {
  /** The values one after the other, where each ends, and the lengths that are stored with them. */
  #values = new Uint8Array(1 << 16)
  #ends: number[] = []
  #lengths: number[] = []
  readonly firstChild = 0

  add(key: Uint8Array, value: Uint8Array, length: number): void {
    const { keys } = this
    if (keys.length > 0 && !this.fits(key, commonLength(keys[keys.length - 1], key) + 1)) this.#writeButLast()
    const at = this.#start(this.keys.length)
    if (at + value.length > this.#values.length) {
      const longer = new Uint8Array(2 * this.#values.length)
      longer.set(this.#values)
      this.#values = longer
    }
    this.#values.set(value, at)
    this.#ends.push(at + value.length)
    this.#lengths.push(length)
    this.keys.push(key)
    this.added()
  }

  finish(): void {
    if (!this.fits(NO_BYTES, 0)) this.#writeButLast()
    this.write(this.keys.length, null)
  }

  #writeButLast(): void {
    const { keys } = this
    const last = keys.length - 1
    this.write(last, separatorOf(keys[last - 1], keys[last]))
  }

  around(index: number): number {
    return LENGTH_BYTES + this.#ends[index] - this.#start(index)
  }

  append(node: NodeView, count: number): void {
    for (let i = 0; i < count; i++) {
      appendEntry(node, this.keys[i], this.#values, this.#start(i), this.#ends[i], this.#lengths[i])
    }
  }

  drop(count: number): void {
    const start = this.#start(count)
    this.#values.copyWithin(0, start, this.#start(this.keys.length))
    this.keys = this.keys.slice(count)
    this.#ends = this.#ends.slice(count).map((end) => end - start)
    this.#lengths = this.#lengths.slice(count)
  }

  #start(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]
  }
}

class PendingInner extends Pending {
  /** The first child, and those to the right of each key. */
  #children: number[] = []

  get firstChild(): number {
    return this.#children[0]
  }

  add(lower: Uint8Array, child: number): void {
    if (this.#children.length === 0) this.lower = lower
    else {
      if (!this.fits(lower, lower.length)) this.#writeButLast()
      this.keys.push(lower)
      this.added()
    }
    this.#children.push(child)
  }

  finish(): void {
    if (!this.fits(NO_BYTES, 0)) this.#writeButLast()
    this.write(this.keys.length, null)
  }

  /** The only child of a level of which no node is complete: it needs no parent. */
  get onlyChild(): number {
    return this.nodes === 0 && this.#children.length === 1 ? this.#children[0] : 0
  }

  #writeButLast(): void {
    const last = this.keys.length - 1
    this.write(last, this.keys[last])
  }

  around(): number {
    return 0
  }

  append(node: NodeView, count: number): void {
    for (let i = 0; i < count; i++) appendChild(node, this.keys[i], this.#children[i + 1])
  }

  /** The key behind the dropped ones has gone up as a fence. */
  drop(count: number): void {
    this.keys = this.keys.slice(count + 1)
    this.#children = this.#children.slice(count + 1)
  }
}

/** Makes a new tree from keys in strictly ascending order. */
export class BulkLoad {
  /** Entries so far. */
  entries = 0
  readonly #edit: Edit
  readonly #fill: number
  readonly #leaf: PendingLeaf
  readonly #levels: PendingInner[] = []
  #last: Uint8Array | null = null

  /** Throws BAD_OPTION. */
  constructor(edit: Edit, { fill = 1 }: BulkLoadOptions = {}) {
    if (!(fill >= 0.5 && fill <= 1)) throw new StoreError('BAD_OPTION', `fill is ${fill}, but it has to be 0.5 … 1`)
    this.#edit = edit
    this.#fill = fill
    this.#leaf = new PendingLeaf(edit, 0, fill, this.#emit)
  }

  /** Throws BAD_OPTION if the key is not above the last one. Copies what it is given. */
  add(key: Uint8Array, value: Uint8Array): void {
    if (this.#last && compareBytes(this.#last, key) >= 0) {
      throw new StoreError('BAD_OPTION', `key ${this.entries} is not above the one before it`, {
        hint: 'sort what is loaded by the bytes of its keys, each once',
      })
    }
    const own = copyBytes(key, 0, key.length)
    if (isInline(key, value)) this.#leaf.add(own, value, value.length)
    else this.#leaf.add(own, writeChain(this.#edit, value), CHAINED)
    this.#last = own
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

  readonly #emit = (level: number, lower: Uint8Array, page: number): void => {
    const pending = (this.#levels[level - 1] ??= new PendingInner(this.#edit, level, this.#fill, this.#emit))
    pending.add(lower, page)
  }
}
