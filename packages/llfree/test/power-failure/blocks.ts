// Who owns what, as the owners know it: the blocks that operations returned and that were not given back. A part of a
// block can be given back, and blocks that lie beside each other can be given back as one.
export interface Block {
  readonly frame: number
  readonly order: number
}

const MAX_ORDER = 10

export class Blocks {
  /** The order of each block by its first frame. */
  readonly #orders: Map<number, number>

  constructor(blocks: Iterable<Block> = []) {
    this.#orders = new Map(Array.from(blocks, ({ frame, order }) => [frame, order]))
  }

  *[Symbol.iterator](): Generator<Block> {
    for (const [frame, order] of this.#orders) yield { frame, order }
  }

  /** A block that is owned from now on. */
  take({ frame, order }: Block): void {
    const other = this.#containing(frame, 0) ?? this.inside({ frame, order }).at(0)
    if (other) throw new Error(`block ${frame} of order ${order} is handed out, but block ${other.frame} is owned`)
    this.#orders.set(frame, order)
  }

  /** A block that is given back: a whole one, part of one, or several. */
  give({ frame, order }: Block): void {
    const whole = this.#containing(frame, order)
    if (!whole) {
      for (const part of this.inside({ frame, order })) this.#orders.delete(part.frame)
      return
    }
    this.#orders.delete(whole.frame)
    // What is left are the other halves of the halves.
    for (let half = whole.order - 1; half >= order; half--) this.#orders.set((frame & -(1 << half)) ^ (1 << half), half)
  }

  #containing(frame: number, least: number): Block | undefined {
    for (let order = least; order <= MAX_ORDER; order++) {
      const first = frame & -(1 << order)
      if (this.#orders.get(first) === order) return { frame: first, order }
    }
    return undefined
  }

  /** The blocks that lie in this one. */
  inside(block: Block): Block[] {
    return Array.from(this).filter(({ frame }) => frame >= block.frame && frame < block.frame + (1 << block.order))
  }
}
