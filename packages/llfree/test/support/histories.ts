// What the histories of the linearizability test are made of: allocators that are small and nearly full, and calls that
// meet there. Where a policy has classes that may not touch each other's trees, a refusal of them says nothing.
import type { HistoryShape, MayRefuse } from '@parperos/alloc-api/conformance'
import { smallAndHuge, type ClassPolicy } from '../../src/index.ts'
import type { Options } from './open.ts'
import { policies } from './policies.ts'

export interface Scenario {
  what: string
  options: Options
  shape: HistoryShape
  mayRefuse?: MayRefuse
}

/** One class for all: every free block may be given to everybody, so that a refusal has to be exactly right. */
const oneClass: ClassPolicy = {
  classes: ['all'],
  orderClass: Array.from({ length: 11 }, () => 0),
  defaultClass: 0,
  actions: [['match']],
}

/** A class that finds a `no` in its row may be refused although memory is free; all others may not. */
const refusalsOf =
  ({ orderClass, actions }: ClassPolicy): MayRefuse =>
  (order, frameClass) =>
    actions[frameClass < 0 ? orderClass[order] : frameClass].includes('no')

const orders = (weights: Record<number, number>): number[] =>
  Array.from({ length: 11 }, (_, order) => weights[order] ?? 0)

/**
 * Two puts at the same time, of blocks that overlap and are not the same, are misuse which the allocator does not
 * decide in one step above order 5 (bitfield.ts, give): one can be refused with part of it given back. So blocks are
 * given back twice only where each lies in one row, or where all have the same size.
 */
export const scenarios = {
  usual: { what: 'all orders, in two huge pairs', options: { frames: 2048, policy: oneClass }, shape: {} },
  last: {
    what: 'the last frames',
    options: { frames: 64, policy: oneClass },
    shape: { mix: orders({ 0: 1 }), kinds: { get: 12, put: 12 }, freeBlocks: 2, heldBlocks: 1 },
  },
  tiny: {
    what: 'two frames',
    options: { frames: 2, policy: oneClass },
    shape: { mix: orders({ 0: 3, 1: 1 }), freeBlocks: 1, heldBlocks: 1 },
  },
  rows: {
    what: 'blocks of one and of several rows, in one huge frame',
    options: { frames: 512, policy: oneClass },
    shape: { mix: orders({ 0: 2, 5: 2, 6: 2, 7: 2, 8: 1 }) },
  },
  twice: {
    what: 'small blocks, some of them given back twice, and an incomplete huge frame',
    options: { frames: 600, policy: oneClass },
    shape: { mix: orders({ 0: 4, 1: 2, 2: 2, 3: 1, 4: 1, 5: 1 }), kinds: { putAgain: 4 } },
  },
  huge: {
    what: 'orders 10, 9, 8 and 0, in trees of one pair',
    options: { frames: 4096, treeHugeFrames: 2, policy: oneClass },
    shape: { mix: orders({ 0: 3, 8: 2, 9: 2, 10: 1 }) },
  },
  rowsTwice: {
    what: 'blocks of eight rows, some of them given back twice',
    options: { frames: 1024, policy: oneClass },
    shape: { mix: orders({ 8: 1 }), kinds: { putAgain: 4 }, parts: false, freeBlocks: 1, heldBlocks: 1 },
  },
  hugeTwice: {
    what: 'huge frames, some of them given back twice',
    options: { frames: 3 * 512, treeHugeFrames: 2, policy: oneClass },
    shape: { mix: orders({ 9: 1 }), kinds: { putAgain: 4 }, parts: false, freeBlocks: 1, heldBlocks: 1 },
  },
  classes: {
    what: 'two classes that may take from each other',
    options: { frames: 4096, treeHugeFrames: 2, policy: smallAndHuge },
    shape: { mix: orders({ 0: 3, 3: 1, 8: 2, 9: 2, 10: 1 }), classShare: 0.3 },
    mayRefuse: refusalsOf(smallAndHuge),
  },
  apart: {
    what: 'three classes, one of which may have everything',
    options: { frames: 3 * 1024 + 100, treeHugeFrames: 2, policy: policies.pinnedAndMovable },
    shape: { mix: orders({ 0: 4, 3: 2, 6: 1, 9: 2 }), classShare: 0.5 },
    mayRefuse: refusalsOf(policies.pinnedAndMovable),
  },
} satisfies Record<string, Scenario>
