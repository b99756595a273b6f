// The way from the root to where a key belongs, remembered page by page, and its pages made one's own: a page that is
// not private is replaced by a copy, so its number in the parent has to change, so the parent has to be one's own, and
// so on. Whoever writes is alone: nothing changes between reading the way and going it, except that pages are evicted
// and fetched.
import { KIND } from '../pages/page.ts'
import type { Edit, ReadablePages } from './edit.ts'
import { INNER, INNER_COLUMNS, LEAF, LEVEL, MAX_LEVEL, NodeView } from './layout.ts'
import { NodeImage, requireSound } from './node.ts'
import { ALONE, corrupt, damaged, MALFORMED, NO_NODE, OUT_OF_BOUNDS, rankOf, WRONG_LEVEL } from './search.ts'

export class Path {
  /** By level: the page, and which of its children the way goes on with. */
  readonly pages: number[] = []
  readonly positions: number[] = []

  get top(): number {
    return this.pages.length - 1
  }

  get root(): number {
    return this.pages[this.top]
  }
}

/** Fetches what is needed. Nothing may be latched. */
export function descendTo(pool: ReadablePages, root: number, key: Uint8Array): Path {
  for (;;) {
    const path = tryDescend(pool, root, key)
    if (path) return path
  }
}

/** Null: something was changed meanwhile. */
function tryDescend(pool: ReadablePages, root: number, key: Uint8Array): Path | null {
  const path = new Path()
  let page = root
  let level = -1
  for (;;) {
    const ticket = pool.beginSync(page)
    const { words, bytes, base } = pool
    const kind = words[(base >>> 2) + KIND]
    const found = kind === LEAF ? 0 : kind >>> 8
    let child = 0
    let position = 0
    let why = level >= 0 && found !== level ? WRONG_LEVEL : ''
    if (kind !== LEAF) {
      if (kind !== INNER + found * LEVEL || found === 0 || found > MAX_LEVEL) why = NO_NODE
      const rank = rankOf(words, bytes, base, INNER_COLUMNS, key)
      if (rank === MALFORMED) why ||= OUT_OF_BOUNDS
      else {
        position = rank < 0 ? ~rank : rank + 1
        child = new NodeView(pool).child(position)
        if (child <= 0) why ||= OUT_OF_BOUNDS
      }
    }
    if (why) {
      damaged(pool, page, ticket, ALONE, why)
      return null
    }
    if (!pool.isUnchanged(page, ticket)) return null
    path.pages[found] = page
    path.positions[found] = position
    if (found === 0) return path
    page = child
    level = found - 1
  }
}

/** Makes the page of that level one's own, and with it the numbers above; its view. */
export function own(edit: Edit, path: Path, level: number): NodeView {
  const before = path.pages[level]
  const page = edit.writable(before)
  const node = new NodeView(edit.pool)
  // What is private has been checked when it was made so.
  if (page === before) return node
  requireSound(node)
  path.pages[level] = page
  if (level < path.top) own(edit, path, level + 1).setChild(path.positions[level + 1], page)
  return node
}

/** A copy of a node that nobody has latched, fetched if needed. */
export function imageOf(pool: ReadablePages, page: number, level: number, image = new NodeImage()): NodeImage {
  for (;;) {
    const ticket = pool.beginSync(page)
    image.copy(pool)
    if (!pool.isUnchanged(page, ticket)) continue
    if (image.get(KIND) !== (level === 0 ? LEAF : INNER + level * LEVEL)) throw corrupt(page, WRONG_LEVEL)
    requireSound(image)
    return image
  }
}
