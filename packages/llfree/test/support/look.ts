// Looking at the words of an allocator, as validate does: what its trees, reservations and huge frames say.
import type { FrameAllocator } from '@parperos/alloc-api'
import { geometry, type Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'
import { wordsOf } from './open.ts'

export interface TreeState {
  free: number
  class: number
  reserved: boolean
}

export class Look {
  readonly words: Int32Array
  readonly shape: Geometry

  constructor(allocator: FrameAllocator) {
    this.words = wordsOf(allocator)
    const [frames, slots, classes, treeShift] = [L.headerFrames, L.headerSlots, L.headerClasses, L.headerTreeShift].map(
      (index) => this.words[index],
    )
    this.shape = geometry(frames, slots, classes, treeShift)
  }

  tree(tree: number): TreeState {
    const word = this.words[this.treeAt(tree)]
    return {
      free: word & L.treeFreeMask,
      class: (word >>> L.treeClassShift) & L.treeClassMask,
      reserved: (word & L.treeReserved) !== 0,
    }
  }

  trees(): TreeState[] {
    return Array.from({ length: this.shape.trees }, (_, tree) => this.tree(tree))
  }

  /** The tree that a slot has reserved for a class, and its free frames; null when it has none. */
  reservation(slot: number, frameClass: number): { tree: number; free: number } | null {
    const word = this.words[this.localAt(slot, frameClass)]
    const freeBits = this.shape.treeShift + L.childShift + 1
    if (word >= 0) return null
    return { tree: (word & 0x7fff_ffff) >>> freeBits, free: word & ((1 << freeBits) - 1) }
  }

  /** The tree that a frame is in. */
  treeOf(frame: number): number {
    return frame >>> (this.shape.treeShift + L.childShift)
  }

  // Word indexes.

  treeAt(tree: number): number {
    return this.shape.treesAt + tree
  }

  localAt(slot: number, frameClass: number): number {
    return this.shape.localsAt + (slot * this.shape.classes + frameClass) * L.localWords
  }

  /** The word in which a huge frame's counter stands, and by how much it is shifted there. */
  childAt(child: number): { index: number; shift: number } {
    return { index: this.shape.childrenAt + (child >>> 1), shift: (child & 1) * 16 }
  }

  rowAt(frame: number): number {
    return this.shape.bitsAt + (frame >>> L.rowShift)
  }
}
