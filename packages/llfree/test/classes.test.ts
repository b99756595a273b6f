// Classes and policies: a tree holds blocks of one class, and the policy says what others may do with it: reserve it,
// take single blocks from it, make it theirs, or nothing at all.
import { createMemory } from '@parperos/alloc-api'
import { describe, expect, it } from 'vitest'
import { LLFree, smallAndHuge, type ClassPolicy, type LLFreeInstance } from '../src/index.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { open } from './support/open.ts'
import { pinnedAndMovable } from './support/policies.ts'

/** Two huge frames a tree: the smallest there is. */
const TREE = 1024
const SMALL = 0
const HUGE = 1

const trees = { treeHugeFrames: 2 }

function fill(allocator: LLFreeInstance, order: number, frameClass?: number): number[] {
  const blocks: number[] = []
  const next = () => allocator.tryGet(order, frameClass)
  for (let frame = next(); frame >= 0; frame = next()) blocks.push(frame)
  return blocks
}

describe.each(kinds)('on a %s worker, the usual policy', (kind) => {
  it('makes a huge tree one of small blocks when nothing else is left, until it is entirely free', async () => {
    using allocator = await open(kind, { frames: 2 * TREE, ...trees })
    expect(fill(allocator, 9)).toHaveLength(4)
    allocator.put(TREE, 9)
    allocator.drain()
    const look = new Look(allocator)
    expect(look.tree(1)).toEqual({ free: 512, class: HUGE, reserved: false })
    const frame = allocator.get(0)
    expect(look.treeOf(frame)).toBe(1)
    allocator.drain()
    expect(look.tree(1)).toEqual({ free: 511, class: SMALL, reserved: false })
    allocator.put(frame, 0)
    expect(look.tree(1)).toEqual({ free: 512, class: SMALL, reserved: false })
    allocator.put(TREE + 512, 9)
    expect(look.tree(1)).toEqual({ free: TREE, class: HUGE, reserved: false })
    allocator.validate()
  })

  it('lets huge blocks use whole huge frames of small trees, which stay small', async () => {
    using allocator = await open(kind, { frames: TREE, ...trees })
    const frame = allocator.get(0)
    allocator.drain()
    const huge = allocator.get(9)
    expect(new Look(allocator).tree(0)).toEqual({ free: 511, class: SMALL, reserved: false })
    expect(huge).toBe(frame < 512 ? 512 : 0)
    allocator.validate()
  })

  it('gives a reserved tree that is entirely free its default class when the reservation ends', async () => {
    using allocator = await open(kind, { frames: TREE, ...trees })
    allocator.put(allocator.get(0), 0)
    const look = new Look(allocator)
    expect(look.tree(0)).toEqual({ free: 0, class: SMALL, reserved: true })
    allocator.drain()
    expect(look.tree(0)).toEqual({ free: TREE, class: HUGE, reserved: false })
  })

  it('follows a class that the caller names', async () => {
    using allocator = await open(kind, { frames: 4 * TREE, ...trees })
    const asHuge = allocator.get(0, HUGE)
    const asSmall = allocator.get(9, SMALL)
    const batch = new Uint32Array(10)
    expect(allocator.getBatch(0, batch, HUGE)).toBe(10)
    expect(allocator.getAt(2 * TREE, 3, SMALL)).toBe(true)
    allocator.drain()
    const look = new Look(allocator)
    expect(look.tree(look.treeOf(asHuge)).class).toBe(HUGE)
    expect(look.tree(look.treeOf(batch[9]))).toEqual({ free: TREE - 11, class: HUGE, reserved: false })
    expect(look.tree(look.treeOf(asSmall))).toEqual({ free: 512, class: SMALL, reserved: false })
    expect(look.tree(2)).toEqual({ free: TREE - 8, class: SMALL, reserved: false })
    allocator.validate()
  })
})

describe.each(kinds)('on a %s worker, a policy of three classes', (kind) => {
  const [PINNED, MOVABLE, LARGE] = [0, 1, 2]
  const openThree = (count: number) => open(kind, { frames: count * TREE, ...trees, policy: pinnedAndMovable })

  it("respects 'no' even when memory runs out", async () => {
    using allocator = await openThree(1)
    allocator.get(3)
    // Reserved or not, the tree is one of movable blocks: pinned ones may not have it.
    for (const drained of [false, true]) {
      if (drained) allocator.drain()
      expect(allocator.tryGet(0)).toBe(-1)
      expect(allocator.getBatch(0, new Uint32Array(5))).toBe(0)
      expect(allocator.tryGet(9, PINNED)).toBe(-1)
    }
    expect(allocator.stats().free).toBe(TREE - 8)
    expect(fill(allocator, 0, MOVABLE)).toHaveLength(TREE - 8)
    allocator.validate()
  })

  it("respects 'no' for huge blocks, and lets movable ones in", async () => {
    using allocator = await openThree(1)
    const pinned = allocator.get(0)
    expect(allocator.stats().freeHuge).toBe(1)
    expect(allocator.tryGet(9)).toBe(-1)
    allocator.drain()
    expect(allocator.tryGet(9)).toBe(-1)
    // Stealing leaves the tree pinned.
    const movable = allocator.get(8)
    const look = new Look(allocator)
    expect(look.tree(0)).toEqual({ free: TREE - 257, class: PINNED, reserved: false })
    allocator.put(pinned, 0)
    allocator.put(movable, 8)
    expect(look.tree(0)).toEqual({ free: TREE, class: LARGE, reserved: false })
    expect(allocator.tryGet(9)).toBeGreaterThanOrEqual(0)
    allocator.validate()
  })

  it('takes from others in the order: own trees, free ones, stolen blocks, other trees made its own', async () => {
    using allocator = await openThree(3)
    const look = new Look(allocator)
    const large = allocator.get(9)
    const pinned = allocator.get(0)
    const movable = allocator.get(3)
    const [largeTree, pinnedTree, movableTree] = [large, pinned, movable].map((frame) => look.treeOf(frame))
    expect(new Set([largeTree, pinnedTree, movableTree]).size).toBe(3)
    allocator.drain()
    const got = fill(allocator, 3).map((frame) => look.treeOf(frame))
    // Each tree is used up before the next; then none has room for another block.
    const order = got.filter((tree, i) => tree !== got[i - 1])
    expect(order).toEqual([movableTree, pinnedTree, largeTree])
    allocator.drain()
    expect([largeTree, pinnedTree, movableTree].map((tree) => look.tree(tree).class)).toEqual([
      MOVABLE,
      PINNED,
      MOVABLE,
    ])
    allocator.validate()
  })
})

it('two allocators in one process follow their own policies', async () => {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  const one: ClassPolicy = {
    classes: ['all'],
    orderClass: new Array<number>(11).fill(0),
    defaultClass: 0,
    actions: [['match']],
  }
  for (const kind of kinds) {
    const backend = backends[kind]
    using mixed = await LLFree.open({ backend, memory, frames: 2 * TREE, ...trees, policy: one, name: `mixed-${kind}` })
    using apart = await LLFree.open({ backend, memory, frames: 2 * TREE, ...trees, name: `apart-${kind}` })
    expect([mixed.classes, apart.classes]).toEqual([['all'], ['small', 'huge']])
    const treesOf = (allocator: LLFreeInstance): number[] => [0, 9].map((order) => allocator.get(order) >> 10)
    const [[a, b], [c, d]] = [treesOf(mixed), treesOf(apart)]
    expect(a).toBe(b)
    expect(c).not.toBe(d)
    expect(() => mixed.get(0, 1)).toThrow(expect.objectContaining({ code: 'BAD_CLASS' }))
    apart.get(0, 1)
    mixed.validate()
    apart.validate()
  }
})

describe('a policy', () => {
  const bad: [what: string, policy: unknown, message: RegExp][] = [
    ['null', null, /has lists/],
    ['an empty object', {}, /has lists/],
    ['rows that are none', { ...smallAndHuge, actions: ['match', 'steal'] }, /has lists/],
    ['no classes', { ...smallAndHuge, classes: [] }, /1 to 8 classes, got 0/],
    ['nine classes', { ...smallAndHuge, classes: 'abcdefghi'.split('') }, /1 to 8 classes, got 9/],
    ['an empty name', { ...smallAndHuge, classes: ['small', ''] }, /1 to 16 bytes/],
    ['a long name', { ...smallAndHuge, classes: ['small', 'ö'.repeat(9)] }, /1 to 16 bytes/],
    ['ten orders', { ...smallAndHuge, orderClass: new Array(10).fill(0) }, /11 orders, got 10/],
    ['an order of no class', { ...smallAndHuge, orderClass: [...new Array<number>(10).fill(0), 2] }, /classes 0 … 1/],
    ['half a class', { ...smallAndHuge, defaultClass: 0.5 }, /default class 0 … 1, got 0.5/],
    ['a default class that is none', { ...smallAndHuge, defaultClass: -1 }, /default class 0 … 1, got -1/],
    ['a row too few', { ...smallAndHuge, actions: [['match', 'no']] }, /2 rows of 2 actions/],
    ['a row too short', { ...smallAndHuge, actions: [['match', 'no'], ['match']] }, /2 rows of 2 actions/],
    [
      'an unknown action',
      {
        ...smallAndHuge,
        actions: [
          ['match', 'no'],
          ['take', 'match'],
        ],
      },
      /match, steal, demote or no/,
    ],
  ]

  it.each(bad)('is refused with %s', async (_what, policy, message) => {
    const opening = open('sab', { frames: 64, policy: policy as ClassPolicy })
    await expect(opening).rejects.toThrow(message)
    await expect(opening).rejects.toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })

  it('has names that every worker sees', async () => {
    const classes = ['eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'ganz lange Namen']
    const actions = classes.map(() => classes.map(() => 'match' as const))
    const policy = { classes, orderClass: [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2], defaultClass: 7, actions }
    const first = await open('sab', { frames: 5000, slots: 2, policy })
    using other = await LLFree.attach({ backend: backends.wasm, handle: first.handle, slot: 1 })
    expect(other.classes).toEqual(classes)
    for (let order = 0; order <= 10; order++) other.put(first.get(order, order % 8), order)
    first.validate()
  })
})
