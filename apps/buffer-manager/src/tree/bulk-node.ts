// A node of a tree that is made from ascending keys, while it is collected. How much fits is known only when the upper
// fence is, since both fences decide about the prefix. So a key is taken on when it is certain that those before it fit
// with a fence behind them, and when it turns out that it does not fit with the next fence, it begins the next node.
import { kinds } from '../pages/page.ts'
import type { Edit } from './edit.ts'
import { commonLength, HEAP_END, INNER_COLUMNS, LEAF_COLUMNS, NodeView } from './layout.ts'
import { appendChild, columnBytes, format, raiseSkip } from './node.ts'

export const NO_BYTES: Uint8Array = new Uint8Array(0)

/** Told of each node that is complete: what the level above has to have of it. */
export type Emit = (level: number, lower: Uint8Array, page: number) => void

export abstract class Pending {
  readonly #edit: Edit
  readonly #level: number
  readonly #columns: number
  readonly #limit: number
  readonly #emit: Emit
  /** The lower fence. */
  protected lower = NO_BYTES
  /** Nodes of this level that are complete. */
  nodes = 0

  /** `fill`: how much of a page is filled, 0.5 … 1. */
  constructor(edit: Edit, level: number, fill: number, emit: Emit) {
    this.#edit = edit
    this.#level = level
    this.#columns = level === 0 ? LEAF_COLUMNS : INNER_COLUMNS
    this.#limit = Math.floor(HEAP_END * fill)
    this.#emit = emit
  }

  /** Entries that are collected, and how many bytes of the heap they take with whole keys. */
  protected abstract readonly count: number
  protected abstract readonly bytes: number
  protected abstract readonly firstChild: number
  /** Puts the first `count` entries into the node, and forgets them. */
  protected abstract move(node: NodeView, count: number): void

  /** Whether the entries fit with the first `length` bytes of `key` as the upper fence, or (0) without one. */
  protected fits(key: Uint8Array, length: number): boolean {
    const { count } = this
    const limit = count <= 1 ? HEAP_END : this.#limit
    const bytes = columnBytes(this.#columns, count) + this.lower.length + length + this.bytes
    // What both fences have in common is not in the entries; mostly that need not be known.
    return bytes <= limit || bytes - count * Math.min(length, commonLength(this.lower, key)) <= limit
  }

  /** Writes the first `count` entries as a node. */
  protected write(count: number, upper: Uint8Array | null): void {
    const { lower } = this
    const page = this.#edit.allocate(this.#level === 0 ? kinds.leaf : kinds.inner, this.#level)
    const node = new NodeView(this.#edit.pool)
    format(node, count, lower, upper, this.firstChild)
    this.move(node, count)
    raiseSkip(node)
    this.#edit.release()
    this.nodes++
    if (upper) this.lower = upper
    this.#emit(this.#level + 1, lower, page)
  }
}

export class PendingInner extends Pending {
  /** The first child, and those to the right of each key. */
  #children: number[] = []
  #keys: Uint8Array[] = []
  protected bytes = 0

  protected get count(): number {
    return this.#keys.length
  }

  protected get firstChild(): number {
    return this.#children[0]
  }

  add(lower: Uint8Array, child: number): void {
    if (this.#children.length === 0) this.lower = lower
    else {
      if (!this.fits(lower, lower.length)) this.#writeButLast()
      this.#keys.push(lower)
      this.bytes += lower.length
    }
    this.#children.push(child)
  }

  finish(): void {
    if (!this.fits(NO_BYTES, 0)) this.#writeButLast()
    this.write(this.count, null)
  }

  /** The only child of a level of which no node is complete: it needs no parent. */
  get onlyChild(): number {
    return this.nodes === 0 && this.#children.length === 1 ? this.#children[0] : 0
  }

  #writeButLast(): void {
    const last = this.count - 1
    this.write(last, this.#keys[last])
  }

  /** The key behind them goes up as a fence. */
  protected move(node: NodeView, count: number): void {
    for (let i = 0; i < count; i++) appendChild(node, this.#keys[i], this.#children[i + 1])
    this.#keys = this.#keys.slice(count + 1)
    this.#children = this.#children.slice(count + 1)
    this.bytes = this.#keys.reduce((sum, { length }) => sum + length, 0)
  }
}
