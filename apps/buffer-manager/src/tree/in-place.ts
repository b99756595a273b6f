// Changes of a single leaf in place, which others see at once: quick, and possible only where nothing has to stay as it
// is, the entry fits, and no chain is involved. Whether that is so is looked up without a latch, so that a leaf that is
// left alone stays clean; then the same is done once more under the latch.
import { birthOf } from '../pages/page.ts'
import type { Edit } from './edit.ts'
import { CHAINED, LEAF_COLUMNS, LENGTH_BYTES, NodeView } from './layout.ts'
import {
  entryBytes,
  fits,
  heapBytes,
  insertEntry,
  isUnderfull,
  overwriteValue,
  removeSlot,
  requireSound,
} from './node.ts'
import { isInline } from './path.ts'
import { results, type Result } from './results.ts'
import { ALONE, Found, lookupSync, MALFORMED, rankOf } from './search.ts'

const found = new Found()

const rankIn = (leaf: NodeView, key: Uint8Array): number => rankOf(leaf.words, leaf.bytes, leaf.base, LEAF_COLUMNS, key)

/** DONE_NEW, DONE_REPLACED, or NOT_IN_PLACE: then nothing was changed. */
export function putInPlace(edit: Edit, root: number, key: Uint8Array, value: Uint8Array): Result {
  if (root === 0 || !isInline(key, value)) return results.NOT_IN_PLACE
  const { pool } = edit
  for (;;) {
    if (lookupSync(pool, root, ALONE, key, found) === results.CHANGED) continue
    const { page, ticket } = found
    const can = canPut(edit, new NodeView(pool), key, value)
    if (!pool.isUnchanged(page, ticket)) continue
    if (!can || !edit.mayChange(page) || !pool.tryLock(page)) return results.NOT_IN_PLACE
    try {
      return putIntoLatched(edit, new NodeView(pool), key, value)
    } finally {
      pool.unlock(page)
    }
  }
}

/** DONE_DELETED, ABSENT, or NOT_IN_PLACE: then nothing was changed. */
export function delInPlace(edit: Edit, root: number, key: Uint8Array): Result {
  if (root === 0) return results.ABSENT
  const { pool } = edit
  for (;;) {
    const result = lookupSync(pool, root, ALONE, key, found)
    if (result === results.CHANGED) continue
    const { page, ticket } = found
    const can = result === results.FOUND && canDelete(edit, new NodeView(pool), key, page === root)
    if (!pool.isUnchanged(page, ticket)) continue
    if (result === results.ABSENT) return results.ABSENT
    if (!can || !edit.mayChange(page) || !pool.tryLock(page)) return results.NOT_IN_PLACE
    try {
      return deleteFromLatched(edit, new NodeView(pool), key, page === root)
    } finally {
      pool.unlock(page)
    }
  }
}

/** Reads what may be garbage; then the answer is, too. */
function canPut(edit: Edit, leaf: NodeView, key: Uint8Array, value: Uint8Array): boolean {
  if (!edit.isMutable(birthOf(leaf.words, leaf.base >>> 2))) return false
  const rank = rankIn(leaf, key)
  if (rank === MALFORMED) return false
  const bytes = LENGTH_BYTES + key.length - leaf.prefix + value.length
  if (rank < 0) return fits(leaf, leaf.count + 1, heapBytes(leaf) + bytes)
  const length = leaf.valueLength(rank)
  if (length & CHAINED) return false
  return length === value.length || fits(leaf, leaf.count, heapBytes(leaf) + bytes - entryBytes(leaf, rank))
}

function putIntoLatched(edit: Edit, leaf: NodeView, key: Uint8Array, value: Uint8Array): Result {
  requireSound(leaf)
  if (!canPut(edit, leaf, key, value)) return results.NOT_IN_PLACE
  const rank = rankIn(leaf, key)
  if (rank < 0) {
    insertEntry(leaf, ~rank, key, value, value.length)
    return results.DONE_NEW
  }
  if (!overwriteValue(leaf, rank, value, value.length)) {
    removeSlot(leaf, rank)
    insertEntry(leaf, rank, key, value, value.length)
  }
  return results.DONE_REPLACED
}

/** Also reads what may be garbage. A leaf that would be underfull is left to who can merge it. */
function canDelete(edit: Edit, leaf: NodeView, key: Uint8Array, isRoot: boolean): boolean {
  if (!edit.isMutable(birthOf(leaf.words, leaf.base >>> 2))) return false
  const rank = rankIn(leaf, key)
  if (rank < 0 || rank === MALFORMED || leaf.valueLength(rank) & CHAINED) return false
  return isRoot ? leaf.count > 1 : !isUnderfull(leaf, rank)
}

function deleteFromLatched(edit: Edit, leaf: NodeView, key: Uint8Array, isRoot: boolean): Result {
  requireSound(leaf)
  if (!canDelete(edit, leaf, key, isRoot)) return results.NOT_IN_PLACE
  removeSlot(leaf, rankIn(leaf, key))
  return results.DONE_DELETED
}
