// One worker's view of an allocator: the shared words, where everything stands in them, and which slot this worker is.
// It holds nothing of its own that changes; all state is in the words.
import type { Words } from '#atomics'
import type { Geometry } from '../geometry.ts'
import * as L from '../layout.ts'
import type { Persistence } from './persist.ts'

export class Area {
  readonly words: Words
  readonly frames: number
  readonly slots: number
  readonly classes: number
  readonly treeShift: number
  readonly children: number
  readonly trees: number
  readonly localsAt: number
  readonly treesAt: number
  readonly childrenAt: number
  readonly bitsAt: number
  readonly defaultClass: number
  readonly slot: number
  /** Bits of a local's count of free frames. */
  readonly freeBits: number
  readonly freeMask: number
  /** The present bit of a local, shifted as its tree is. */
  readonly presentBit: number
  /** The word of this slot's ledger. */
  readonly ledgerAt: number
  /** The own reservation for each order when the caller names no class. */
  readonly ownLocals: readonly number[]
  /** How changes are made durable; null: not at all. */
  readonly persistence: Persistence | null

  constructor(words: Words, geometry: Geometry, slot: number, persistence: Persistence | null = null) {
    this.words = words
    this.frames = geometry.frames
    this.slots = geometry.slots
    this.classes = geometry.classes
    this.treeShift = geometry.treeShift
    this.children = geometry.children
    this.trees = geometry.trees
    this.localsAt = geometry.localsAt
    this.treesAt = geometry.treesAt
    this.childrenAt = geometry.childrenAt
    this.bitsAt = geometry.bitsAt
    this.defaultClass = words[L.headerDefaultClass]
    this.slot = slot
    this.persistence = persistence
    this.freeBits = geometry.treeShift + L.childShift + 1
    this.freeMask = (1 << this.freeBits) - 1
    this.presentBit = L.localPresent >>> this.freeBits
    this.ledgerAt = this.localAt(slot, 0)
    this.ownLocals = Array.from({ length: L.maxOrder + 1 }, (_, order) =>
      this.localAt(slot, words[L.headerOrderClass + order]),
    )
  }

  /** The line of the reservation of (slot, class). */
  localAt(slot: number, frameClass: number): number {
    return this.localsAt + (slot * this.classes + frameClass) * L.localWords
  }

  /** How many huge frames a tree has; the last one may have fewer, one that does not exist has none. */
  childrenOf(tree: number): number {
    const first = tree << this.treeShift
    return first < this.children ? Math.min(1 << this.treeShift, this.children - first) : 0
  }

  /** How many frames a tree has; the last one may have fewer. */
  framesOf(tree: number): number {
    const shift = this.treeShift + L.childShift
    return Math.min(1 << shift, this.frames - (tree << shift))
  }
}
