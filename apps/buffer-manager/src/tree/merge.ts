// Merging nodes that have lost most of their entries with a neighbour under the same parent, and taking away roots with
// a single child. Whether two nodes fit into one page is known only when their keys have been measured with the prefix
// that is common to both: a neighbour of other keys can stay alone however empty it is.
import { descendTo, imageOf, own, type Path } from './descent.ts'
import type { Edit } from './edit.ts'
import { commonLength, HEAP_END, high, LOWER, UPPER, type NodeView } from './layout.ts'
import { appendChild, appendSlots, columnBytes, format, heapBytes, isUnderfull, raiseSkip, removeSlot } from './node.ts'

/** Merges what can be on the way to `key`; nothing is latched before and after. The root. */
export function mergeUnderfull(edit: Edit, root: number, key: Uint8Array): number {
  let top = root
  for (;;) {
    const path = descendTo(edit.pool, top, key)
    const hasMerged = mergeOnce(edit, path)
    top = collapse(edit, path.root, path.top)
    if (!hasMerged) return top
  }
}

function mergeOnce(edit: Edit, path: Path): boolean {
  for (let level = 0; level < path.top; level++) {
    if (!isUnderfull(imageOf(edit.pool, path.pages[level], level))) continue
    const position = path.positions[level + 1]
    if (mergeAt(edit, path, level, position) || mergeAt(edit, path, level, position - 1)) return true
  }
  return false
}

/** Merges children `position` and `position + 1` of the way's page above that level, if there are such and they fit. */
function mergeAt(edit: Edit, path: Path, level: number, position: number): boolean {
  const { pool } = edit
  const parent = imageOf(pool, path.pages[level + 1], level + 1)
  if (position < 0 || position >= parent.count) return false
  const leftPage = parent.child(position)
  const rightPage = parent.child(position + 1)
  const left = imageOf(pool, leftPage, level)
  const right = imageOf(pool, rightPage, level)
  const separator = level === 0 ? null : parent.key(position)
  if (!fitTogether(left, right, separator)) return false
  path.pages[level] = leftPage
  path.positions[level + 1] = position
  const node = own(edit, path, level)
  const count = left.count + right.count + (separator ? 1 : 0)
  format(node, count, left.lowerFence(), right.upperFence(), separator ? left.child(0) : 0)
  appendSlots(node, left, 0, left.count)
  if (separator) appendChild(node, separator, right.child(0))
  appendSlots(node, right, 0, right.count)
  raiseSkip(node)
  removeSlot(own(edit, path, level + 1), position)
  edit.retire(rightPage)
  edit.release()
  return true
}

function fitTogether(left: NodeView, right: NodeView, separator: Uint8Array | null): boolean {
  const lower = left.lowerFence()
  const upper = right.upperFence()
  const prefix = upper ? commonLength(lower, upper) : 0
  const count = left.count + right.count + (separator ? 1 : 0)
  const bytes = entriesBytes(left, prefix) + entriesBytes(right, prefix) + (separator ? separator.length - prefix : 0)
  return columnBytes(left.columns, count) + lower.length + (upper?.length ?? 0) + bytes <= HEAP_END
}

/** Bytes of the entries under a shorter prefix. */
const entriesBytes = (node: NodeView, prefix: number): number =>
  heapBytes(node) - high(node.get(LOWER)) - high(node.get(UPPER)) + node.count * (node.prefix - prefix)

/** Replaces a root that has one child only by that. */
function collapse(edit: Edit, root: number, height: number): number {
  let page = root
  for (let level = height; level > 0; level--) {
    const image = imageOf(edit.pool, page, level)
    if (image.count > 0) return page
    edit.retire(page)
    page = image.child(0)
  }
  return page
}
