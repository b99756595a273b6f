// An allocator before something happens to it: its words, and who owns what. It is made by a history of operations that
// nobody records; what they did counts as durable.
import { Random } from '@parperos/alloc-api/conformance'
import { geometry, type Geometry } from '../../src/geometry.ts'
import { writeHeader } from '../../src/header.ts'
import * as L from '../../src/layout.ts'
import { smallAndHuge } from '../../src/policy.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import { Blocks, type Block } from './blocks.ts'

export interface Shape {
  frames: number
  /** Huge frames per tree as a power of two. */
  treeShift: number
}

const SLOTS = 3

export class World {
  readonly shape: Geometry
  readonly words: Int32Array<SharedArrayBuffer>
  readonly blocks = new Blocks()
  readonly random: Random
  readonly #cores: SabCore[]

  constructor({ frames, treeShift }: Shape, seed: number) {
    this.shape = geometry(frames, SLOTS, smallAndHuge.classes.length, treeShift)
    this.words = new Int32Array(new SharedArrayBuffer(this.shape.wordsTotal * 4))
    this.random = new Random(seed)
    writeHeader(this.words, this.shape, smallAndHuge)
    this.#cores = Array.from({ length: SLOTS }, (_, slot) => new SabCore(new Area(this.words, this.shape, slot)))
    this.#cores[0].init(false)
    this.words[L.headerMagic] = L.magic
  }

  /** Takes a block, as the worker of `slot`; null when there is none. */
  tryGet(order: number, slot = 0): Block | null {
    const frame = this.#cores[slot].get(order, -1)
    if (frame < 0) return null
    this.blocks.take({ frame, order })
    return { frame, order }
  }

  /** Takes a block; where the history left none, some others are given back for it. */
  get(order: number): Block {
    const block = this.tryGet(order)
    if (block) return block
    this.free(order)
    return this.get(order)
  }

  put({ frame, order }: Block, slot = 0): void {
    const result = this.#cores[slot].put(frame, order)
    if (result < 0) throw new Error(`the history of a test could not put block ${frame} of order ${order}: ${result}`)
    this.blocks.give({ frame, order })
  }

  /** Takes a block as two halves. */
  getHalves(order: number): Block {
    const block = this.get(order)
    this.put(block)
    for (const half of halves(block)) this.getAt(half)
    return block
  }

  /** Takes exactly that block. */
  getAt(block: Block): Block {
    if (this.#cores[0].getAt(block.frame, block.order, -1) !== 1) throw new Error(`block ${block.frame} is not free`)
    this.blocks.take(block)
    return block
  }

  /** Takes and gives back blocks of all orders, until that part of all frames is taken. */
  fill(part: number): void {
    const owned: Block[] = []
    let taken = 0
    for (let i = 0; i < 2000 && taken < part * this.shape.frames; i++) {
      const slot = this.random.below(SLOTS)
      if (owned.length > 0 && this.random.chance(0.3)) {
        const [block] = owned.splice(this.random.below(owned.length), 1)
        this.put(block, slot)
        taken -= 1 << block.order
      } else {
        const order = this.random.weighted([8, 4, 4, 4, 4, 3, 3, 3, 3, 2, 1])
        const left = part * this.shape.frames - taken
        const block = this.tryGet(Math.min(order, Math.floor(Math.log2(left + 1))), slot)
        if (!block) continue
        owned.push(block)
        taken += 1 << block.order
      }
    }
  }

  /** Takes everything that is left. */
  fillUp(): void {
    for (let order = L.maxOrder; order >= 0; order--) while (this.tryGet(order)) continue
  }

  /** An aligned block none of whose frames is taken; where the history left none, one is freed. */
  free(order: number): Block {
    const count = 1 << order
    const starts = Array.from({ length: Math.floor(this.shape.frames / count) }, (_, i) => i * count)
    const free = starts.filter((frame) => this.#isFree(frame, count))
    if (free.length > 0) return { frame: free[this.random.below(free.length)], order }
    const block = { frame: starts[this.random.below(starts.length)], order }
    const parts = this.blocks.inside(block)
    for (const part of parts) this.put(part)
    if (parts.length === 0) throw new Error(`block ${block.frame} of order ${order} is part of a larger one`)
    return block
  }

  #isFree(first: number, count: number): boolean {
    for (let frame = first; frame < first + count; frame++) {
      if ((this.words[this.shape.bitsAt + (frame >>> L.rowShift)] >>> (frame & 31)) & 1) return false
    }
    return true
  }
}

export const halves = ({ frame, order }: Block): Block[] => [
  { frame, order: order - 1 },
  { frame: frame + (1 << (order - 1)), order: order - 1 },
]
