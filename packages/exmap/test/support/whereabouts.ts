// Where every frame of a pool is, from the outside: in the page table, in a bundle, among the zeros, or free in the allocator.
import type { FrameAllocator } from '@parperos/alloc-api'
import { checkedHandle } from '../../src/header.ts'
import type { ExMapArea } from '../../src/index.ts'
import * as L from '../../src/layout.ts'
import { wordsOf } from './open.ts'

/** The frames that are nowhere. Throws when one is in two places. */
export function lostFrames(area: ExMapArea, frames: FrameAllocator): number[] {
  const words = wordsOf(area)
  const { geometry: shape } = checkedHandle(area.handle)
  const where = new Map<number, string>()
  const add = (frame: number, place: string): void => {
    const other = where.get(frame)
    if (other !== undefined) throw new Error(`frame ${frame} is at ${place} and at ${other}`)
    where.set(frame, place)
  }
  const zero = words[L.headerZeroFrame]
  for (let i = 0; i < 2 ** shape.zeroOrder; i++) add(zero + i, 'zeros')
  for (let page = 0; page < shape.pages; page++) {
    const word = words[shape.tableAt + page]
    if (word !== 0 && (word & L.tableBusy) === 0) add((word & L.tableFrame) ^ zero, `page ${page}`)
  }
  for (let bundle = 0; bundle < shape.bundles; bundle++) {
    const at = shape.bundlesAt + bundle * shape.bundleWords
    const fill = words[at + L.bundleFill]
    for (let i = fill & L.bundleFirstMask; i < fill >>> L.bundleEndShift; i++) {
      add(words[at + L.bundleHeaderWords + i], `bundle ${bundle}`)
    }
  }
  const lost: number[] = []
  for (let frame = 0; frame < shape.frames; frame++) {
    if (frames.statsAt(frame, 0).free === 1) add(frame, 'the allocator')
    else if (!where.has(frame)) lost.push(frame)
  }
  return lost
}
