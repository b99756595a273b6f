// Putting and deleting on copies: every page on the way to the leaf that this edit has not made itself is copied, so
// whoever came before sees the tree as it was. A full node is split before the key goes into one of the halves; a leaf
// that has lost most of its entries is merged with a neighbour.
import { kinds } from '../pages/page.ts'
import { retireChain, writeChain } from './chain.ts'
import { descendTo, own, type Path } from './descent.ts'
import type { Edit, EditResult } from './edit.ts'
import { CHAINED, compareBytes, INNER_COLUMNS, LEAF_COLUMNS, MAX_INLINE_BYTES, NodeView } from './layout.ts'
import { mergeUnderfull } from './merge.ts'
import {
  chainAt,
  format,
  insertChild,
  insertEntry,
  isUnderfull,
  overwriteValue,
  rankIn,
  removeSlot,
  type Chain,
} from './node.ts'
import { results } from './results.ts'
import { ALONE, Found, lookupSync } from './search.ts'
import { splitNode } from './split.ts'

const NO_BYTES = new Uint8Array(0)

/** A value as it stands in a leaf: its bytes, or where its chain is. */
interface Stored {
  bytes: Uint8Array
  length: number
}

/** Whether a value stands in the leaf beside its key. */
export const isInline = (key: Uint8Array, value: Uint8Array): boolean => key.length + value.length <= MAX_INLINE_BYTES

/** Puts an entry into the tree of that root (0: an empty one) on copies of what the edit has not made itself. */
export function put(edit: Edit, root: number, key: Uint8Array, value: Uint8Array): EditResult {
  try {
    const stored = store(edit, key, value)
    if (root === 0) return { root: plant(edit, key, stored), existed: false }
    const path = descendTo(edit.pool, root, key)
    const existed = putIntoLeaf(edit, path, key, stored)
    return { root: path.root, existed }
  } finally {
    edit.release()
  }
}

/** Deletes an entry; nothing is copied if there is none. */
export function del(edit: Edit, root: number, key: Uint8Array): EditResult {
  if (root === 0 || !hasKey(edit, root, key)) return { root, existed: false }
  try {
    const path = descendTo(edit.pool, root, key)
    const node = own(edit, path, 0)
    const rank = rankIn(node, LEAF_COLUMNS, key)
    const chain = chainAt(node, rank)
    removeSlot(node, rank)
    const isEmptyRoot = path.top === 0 && node.count === 0
    const merges = path.top > 0 && isUnderfull(node)
    if (isEmptyRoot) edit.retire(path.root)
    edit.release()
    if (chain) retireChain(edit, chain.page, chain.length)
    if (isEmptyRoot) return { root: 0, existed: true }
    return { root: merges ? mergeUnderfull(edit, path.root, key) : path.root, existed: true }
  } finally {
    edit.release()
  }
}

function store(edit: Edit, key: Uint8Array, value: Uint8Array): Stored {
  if (isInline(key, value)) return { bytes: value, length: value.length }
  return { bytes: writeChain(edit, value), length: CHAINED }
}

/** A tree of one leaf. */
function plant(edit: Edit, key: Uint8Array, stored: Stored): number {
  const page = edit.allocate(kinds.leaf, 0)
  const leaf = new NodeView(edit.pool)
  format(leaf, 1, NO_BYTES, null, 0)
  insertEntry(leaf, 0, key, stored.bytes, stored.length)
  return page
}

/** Whether the key existed. */
function putIntoLeaf(edit: Edit, path: Path, key: Uint8Array, { bytes, length }: Stored): boolean {
  let existed = false
  let chain: Chain | null = null
  for (;;) {
    const leaf = own(edit, path, 0)
    let rank = rankIn(leaf, LEAF_COLUMNS, key)
    if (rank >= 0) {
      existed = true
      if (overwriteValue(leaf, rank, bytes, length)) break
      chain = chainAt(leaf, rank)
      removeSlot(leaf, rank)
      rank = ~rank
    }
    if (insertEntry(leaf, ~rank, key, bytes, length)) break
    const { separator, page } = splitNode(edit, leaf, 0, ~rank, key)
    insertSeparator(edit, path, 1, separator, page)
    if (compareBytes(key, separator) >= 0) {
      path.pages[0] = page
      path.positions[1]++
    }
  }
  if (chain) {
    edit.release()
    retireChain(edit, chain.page, chain.length)
  }
  return existed
}

/**
 * Puts a new page of the level below behind the way's page there. Afterwards the way goes through the node that has
 * both, still to the left one.
 */
function insertSeparator(edit: Edit, path: Path, level: number, key: Uint8Array, child: number): void {
  if (level > path.top) {
    const left = path.root
    path.pages[level] = edit.allocate(kinds.inner, level)
    path.positions[level] = 0
    const root = new NodeView(edit.pool)
    format(root, 1, NO_BYTES, null, left)
    insertChild(root, 0, key, child)
    return
  }
  for (;;) {
    const node = own(edit, path, level)
    const rank = ~rankIn(node, INNER_COLUMNS, key)
    path.positions[level] = rank
    if (insertChild(node, rank, key, child)) return
    const split = splitNode(edit, node, level, rank, key)
    insertSeparator(edit, path, level + 1, split.separator, split.page)
    if (compareBytes(key, split.separator) < 0) continue
    path.pages[level] = split.page
    path.positions[level + 1]++
  }
}

function hasKey(edit: Edit, root: number, key: Uint8Array): boolean {
  const found = new Found()
  for (;;) {
    const result = lookupSync(edit.pool, root, ALONE, key, found)
    if (result !== results.CHANGED && edit.pool.isUnchanged(found.page, found.ticket)) return result === results.FOUND
  }
}
