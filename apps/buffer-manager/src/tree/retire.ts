// Giving up a whole tree: every page of it, and of its values' chains, is retired.
import { birthOf, KIND } from '../pages/page.ts'
import { retireChain } from './chain.ts'
import { imageOf } from './descent.ts'
import type { Edit, ReadablePages } from './edit.ts'
import { LEAF } from './layout.ts'
import { chainAt, NodeImage, type Chain } from './node.ts'

/** Retires every page of the tree of that root. Nothing is latched before. */
export function retireTree(edit: Edit, root: number): void {
  if (root === 0) return
  const image = new NodeImage()
  const retireBelow = (page: number, level: number): void => {
    imageOf(edit.pool, page, level, image)
    const birth = birthOf(image.words, 0)
    const chains: Chain[] = []
    const children: number[] = []
    for (let rank = 0; level === 0 && rank < image.count; rank++) {
      const chain = chainAt(image, rank)
      if (chain) chains.push(chain)
    }
    for (let index = 0; level > 0 && index <= image.count; index++) children.push(image.child(index))
    for (const chain of chains) retireChain(edit, chain.page, chain.length)
    for (const child of children) retireBelow(child, level - 1)
    edit.retire(page, birth)
  }
  retireBelow(root, levelOf(edit.pool, root))
}

/** The level of a root: 0 if it is a leaf. Fetches it. */
export function levelOf(pool: ReadablePages, root: number): number {
  for (;;) {
    const ticket = pool.beginSync(root)
    const kind = pool.words[(pool.base >>> 2) + KIND]
    if (pool.isUnchanged(root, ticket)) return kind === LEAF ? 0 : kind >>> 8
  }
}
