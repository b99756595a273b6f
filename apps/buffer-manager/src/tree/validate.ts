// Checking a whole tree: what every node says of itself, and that it is what its parent says. Nothing is believed.
import { KIND, PAGE, PAGE_BYTES } from '../pages/page.ts'
import { groupsOf, isChainPage } from './chain.ts'
import { imageOf } from './descent.ts'
import type { ReadablePages } from './edit.ts'
import {
  CHAINED,
  commonLength,
  compareBytes,
  headOf,
  high,
  LENGTH_BYTES,
  lengthOf,
  low,
  LOWER,
  MAX_LEVEL,
  offsetOf,
  sameBytes,
  SKIP,
  UPPER,
} from './layout.ts'
import { MAX_KEY_BYTES } from './limits.ts'
import { chainAt, entryBytes, NodeImage, requireChain } from './node.ts'
import { levelOf } from './retire.ts'
import { corrupt } from './search.ts'

export interface TreeCounts {
  entries: number
  /** Levels of nodes; 0 if the tree is empty. */
  height: number
  inner: number
  leaves: number
  chainPages: number
}

type Visit = (page: number) => boolean

/**
 * Walks the whole tree; throws CORRUPT naming page and reason. `visit` is called for every page and says whether it is
 * the first time. Nobody may change the tree meanwhile.
 */
export function validateTree(pool: ReadablePages, root: number, visit: Visit): TreeCounts {
  const counts: TreeCounts = { entries: 0, height: 0, inner: 0, leaves: 0, chainPages: 0 }
  if (root === 0) return counts
  const level = levelOf(pool, root)
  if (level > MAX_LEVEL) throw corrupt(root, `it is of level ${level}, the highest is ${MAX_LEVEL}`)
  counts.height = level + 1
  new Walk(pool, visit, counts).subtree(root, level, new Uint8Array(0), null)
  return counts
}

class Walk {
  readonly #pool: ReadablePages
  readonly #visit: Visit
  readonly #counts: TreeCounts
  readonly #images: NodeImage[] = []
  readonly #isUsed = new Uint8Array(PAGE_BYTES)

  constructor(pool: ReadablePages, visit: Visit, counts: TreeCounts) {
    this.#pool = pool
    this.#visit = visit
    this.#counts = counts
  }

  subtree(page: number, level: number, lower: Uint8Array, upper: Uint8Array | null): void {
    this.#visitOnce(page)
    const node = imageOf(this.#pool, page, level, (this.#images[level] ??= new NodeImage()))
    if (node.get(PAGE) !== page) throw corrupt(page, `it says that it is page ${node.get(PAGE)}`)
    checkFences(node, page, lower, upper)
    checkKeys(node, page, lower, upper)
    this.#checkHeap(node, page)
    if (level === 0) this.#leaf(node, page)
    else this.#inner(node, page, level, lower, upper)
  }

  #leaf(node: NodeImage, page: number): void {
    this.#counts.leaves++
    this.#counts.entries += node.count
    for (let rank = 0; rank < node.count; rank++) {
      const chain = chainAt(node, rank)
      if (!chain) continue
      if (node.valueLength(rank) !== CHAINED) throw corrupt(page, `value ${rank} has a wrong length`)
      requireChain(page, chain)
      this.#chain(chain.page, chain.length)
    }
  }

  #chain(first: number, length: number): void {
    for (const group of groupsOf(this.#pool, first, length)) {
      this.#visitOnce(group.first)
      this.#counts.chainPages += 1 + group.numbers.length
      for (const page of group.numbers) {
        this.#visitOnce(page)
        if (!isChainPage(this.#pool, page)) throw corrupt(page, `page ${group.first} says that it is part of a value`)
      }
    }
  }

  #inner(node: NodeImage, page: number, level: number, lower: Uint8Array, upper: Uint8Array | null): void {
    this.#counts.inner++
    const { count } = node
    for (let index = 0; index <= count; index++) {
      const child = node.child(index)
      if (child <= 0) throw corrupt(page, `its child ${index} is page ${child}`)
      const from = index === 0 ? lower : node.key(index - 1)
      this.subtree(child, level - 1, from, index === count ? upper : node.key(index))
    }
  }

  #visitOnce(page: number): void {
    if (!this.#visit(page)) throw corrupt(page, 'it is used twice')
  }

  /**
   * No byte of the heap belongs to two; that all together are as many as the node says was checked when it was read.
   */
  #checkHeap(node: NodeImage, page: number): void {
    this.#isUsed.fill(0)
    const use = (from: number, length: number): void => {
      const taken = this.#isUsed.subarray(from, from + length)
      if (taken.includes(1)) throw corrupt(page, `bytes ${from} … ${from + length - 1} belong to two of its entries`)
      taken.fill(1)
    }
    use(low(node.get(LOWER)), high(node.get(LOWER)))
    use(low(node.get(UPPER)), high(node.get(UPPER)))
    const before = node.isLeaf ? LENGTH_BYTES : 0
    for (let rank = 0; rank < node.count; rank++) use(offsetOf(node.slot(rank)) - before, entryBytes(node, rank))
  }
}

function checkFences(node: NodeImage, page: number, lower: Uint8Array, upper: Uint8Array | null): void {
  const ownUpper = node.upperFence()
  if (!sameBytes(node.lowerFence(), lower)) throw corrupt(page, 'its lower fence is not its parent’s')
  if (upper === null ? ownUpper !== null : ownUpper === null || !sameBytes(ownUpper, upper)) {
    throw corrupt(page, 'its upper fence is not its parent’s')
  }
  const prefix = upper ? commonLength(lower, upper) : 0
  if (node.prefix !== prefix) {
    throw corrupt(page, `its prefix has ${node.prefix} bytes, its fences have ${prefix} in common`)
  }
  if (node.get(KIND) >>> 16 !== 0) throw corrupt(page, 'its kind is unknown')
}

function checkKeys(node: NodeImage, page: number, lower: Uint8Array, upper: Uint8Array | null): void {
  const skip = node.get(SKIP)
  let before: Uint8Array | null = null
  for (let rank = 0; rank < node.count; rank++) {
    const slot = node.slot(rank)
    if (!sameSkipped(node, rank, skip)) throw corrupt(page, `key ${rank} has not ${skip} bytes in common with others`)
    if (node.head(rank) !== headOf(node.bytes, offsetOf(slot) + skip, lengthOf(slot) - skip)) {
      throw corrupt(page, `head ${rank} is not the beginning of its key`)
    }
    const key = node.key(rank)
    if (key.length > MAX_KEY_BYTES) throw corrupt(page, `key ${rank} has ${key.length} bytes`)
    if (before && compareBytes(before, key) >= 0) throw corrupt(page, `key ${rank} is not above the one before`)
    if (compareBytes(key, lower) < 0 || (upper && compareBytes(key, upper) >= 0)) {
      throw corrupt(page, `key ${rank} is not between the fences`)
    }
    before = key
  }
}

/** Whether a key begins as the first one does, behind the prefix. */
function sameSkipped(node: NodeImage, rank: number, skip: number): boolean {
  const [first, at] = [offsetOf(node.slot(0)), offsetOf(node.slot(rank))]
  for (let i = 0; i < skip; i++) if (node.bytes[first + i] !== node.bytes[at + i]) return false
  return true
}
