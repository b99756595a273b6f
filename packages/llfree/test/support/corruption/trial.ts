// One trial: a busy allocator's words with 1 … 8 flipped bits, all in one field of the Region or anywhere in it. The seed
// decides everything.
import { Random } from '@parperos/alloc-api/conformance'
import type { Geometry } from '../../../src/geometry.ts'
import * as L from '../../../src/layout.ts'
import type { Block, Subject } from './subjects.ts'

export type Field = 'header' | 'owners' | 'locals' | 'trees' | 'children' | 'bits' | 'anywhere'

export interface Trial {
  subject: Subject
  /** What was allocated. */
  blocks: Block[]
  field: Field
  /** For each word that was hit, which bits. */
  masks: Map<number, number>
  /** All words after that. */
  damaged: Int32Array
  /** For what comes next. */
  random: Random
}

const MOST_FLIPS = 8

/** Puts an allocator of the seed's choice back to a busy state and flips bits in one of these fields. */
export function prepare(subjects: readonly Subject[], fields: readonly Field[], seed: number): Trial {
  const random = new Random(seed)
  const subject = subjects[random.below(subjects.length)]
  const image = subject.images[random.below(subject.images.length)]
  const field = fields[seed % fields.length]
  const { words, shape } = subject
  words.set(image.words)
  const masks = new Map<number, number>()
  const [first, end] = extentOf(field, shape)
  for (let left = 1 + random.below(MOST_FLIPS); left > 0; left--) {
    const index = first + random.below(end - first)
    masks.set(index, (masks.get(index) ?? 0) | (1 << random.below(32)))
  }
  for (const [index, mask] of masks) words[index] ^= mask
  return { subject, blocks: image.blocks, field, masks, damaged: words.slice(), random }
}

/** From a field's first word to the one behind its last. */
function extentOf(field: Field, shape: Geometry): readonly [first: number, end: number] {
  const { ownersAt, slots, localsAt, treesAt, trees, childrenAt, children, bitsAt, wordsTotal } = shape
  switch (field) {
    case 'header':
      return [0, L.headerWords]
    case 'owners':
      return [ownersAt, ownersAt + slots]
    case 'locals':
      return [localsAt, treesAt]
    case 'trees':
      return [treesAt, treesAt + trees]
    case 'children':
      return [childrenAt, childrenAt + Math.ceil(children / 2)]
    case 'bits':
      return [bitsAt, wordsTotal]
    case 'anywhere':
      return [0, wordsTotal]
  }
}

/** Whether a bit of the block's own, or of the states of its huge frames, was flipped. */
export function isHit({ frame, order }: Block, { subject, masks }: Trial): boolean {
  const { bitsAt, childrenAt } = subject.shape
  for (let i = frame; i < frame + 2 ** order; i++) {
    if ((masks.get(bitsAt + (i >>> L.rowShift)) ?? 0) & (1 << (i & 31))) return true
    const child = i >>> L.childShift
    const state = (masks.get(childrenAt + (child >>> 1)) ?? 0) >>> ((child & 1) << 4)
    if ((state & (L.childHuge | L.childFreeing)) !== 0) return true
  }
  return false
}
