// Damaged words: validate names the place, in all backends with the same words; an operation that meets damage says so
// instead of going on for ever or handing something out.
import { describe, expect, it } from 'vitest'
import { LLFree, type LLFreeInstance } from '../src/index.ts'
import * as L from '../src/layout.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { open } from './support/open.ts'

const TREE = 8 * 512
const frames = 3 * TREE + 515

interface Damaged {
  look: Look
  words: Int32Array
  all: LLFreeInstance[]
}

/**
 * Slot 0 has reserved tree 0 for small blocks, whose frames 0 and 1 are allocated, and tree 1 for huge ones, whose
 * first huge frame is allocated. Slots 1 … 3 have reserved nothing.
 */
async function openDamaged(): Promise<Damaged> {
  const first = await open('sab', { frames, slots: 4 })
  expect([first.get(0), first.get(0), first.get(9)]).toEqual([0, 1, TREE])
  const { handle } = first
  const others = kinds.map((kind, i) => LLFree.attach({ backend: backends[kind], handle, slot: i + 1 }))
  const look = new Look(first)
  return { look, words: look.words, all: await Promise.all(others) }
}

/** Writes a huge frame's counter. */
function setChild({ look, words }: Damaged, child: number, value: number): void {
  const { index, shift } = look.childAt(child)
  words[index] = (words[index] & ~(L.childMask << shift)) | (value << shift)
}

const [HUGE_0, HUGE_8] = [0, 8]
const damages: [what: string, damage: (damaged: Damaged) => unknown, message: RegExp][] = [
  [
    'a counter that is too high',
    (it) => setChild(it, HUGE_0, 511),
    /the counter of huge frame 0 is 511, expected 510$/,
  ],
  ['a counter that is too low', (it) => setChild(it, 3, 500), /the counter of huge frame 3 is 500, expected 512$/],
  ['a counter that is impossible', (it) => setChild(it, 3, 513), /the counter of huge frame 3 is 513, expected 512$/],
  [
    'an allocated frame marked as free',
    ({ look, words }) => (words[look.rowAt(0)] &= ~2),
    /huge frame 0 is 510, expected 511$/,
  ],
  [
    'a free frame marked as allocated',
    ({ look, words }) => (words[look.rowAt(7000)] |= 1 << 8),
    /huge frame 13 is 512, expected 511$/,
  ],
  [
    'a huge frame with a free frame',
    ({ look, words }) => (words[look.rowAt(TREE)] = 0x7fff_ffff),
    /huge frame 8 is 32768, expected 1$/,
  ],
  [
    'a free huge frame marked as allocated',
    (it) => setChild(it, 5, L.childHuge),
    /huge frame 5 is 32768, expected 512$/,
  ],
  [
    'a huge frame that nobody gives back any more',
    (it) => setChild(it, HUGE_8, L.childFreeing),
    /huge frame 8 is 16384, expected 0$/,
  ],
  [
    'a frame behind the end marked as free',
    ({ look, words }) => (words[look.rowAt(frames)] &= ~8),
    /huge frame 25 is 3, expected 4$/,
  ],
  [
    'a frame behind the end marked and counted as free',
    (it) => {
      it.words[it.look.rowAt(frames)] &= ~8
      setChild(it, 25, 4)
    },
    /huge frame 25 is 4, expected 3$/,
  ],
  [
    'a tree that counts too much',
    ({ look, words }) => words[look.treeAt(2)]++,
    /free frames of tree 2 is 4097, expected 4096$/,
  ],
  [
    'a reservation that counts too much',
    ({ look, words }) => words[look.localAt(0, 0)]++,
    /free frames of tree 0 is 4095, expected 4094$/,
  ],
  [
    'a reserved tree without a reservation',
    ({ look, words }) => (words[look.localAt(0, 1)] = 0),
    /the reserved flag of tree 1 is 0, expected 1$/,
  ],
  [
    'a reservation of a tree that is not reserved',
    ({ look, words }) => (words[look.treeAt(0)] &= ~L.treeReserved),
    /flag of tree 0 is 1, expected 0$/,
  ],
  [
    'two reservations of one tree',
    ({ look, words }) => (words[look.localAt(2, 1)] = words[look.localAt(0, 0)]),
    /flag of tree 0 is 2, expected 1$/,
  ],
  [
    'a class that the policy has not',
    ({ look, words }) => (words[look.treeAt(3)] |= 7 << L.treeClassShift),
    /the class of tree 3 is 7, expected 1$/,
  ],
  [
    'a reservation of a tree that does not exist',
    ({ look, words }) => (words[look.localAt(1, 0)] = L.localPresent | (4 << 13)),
    /the tree of reservation 2 is 4, expected 3$/,
  ],
]

it.each(damages)('validate finds %s, and all backends say the same', async (_what, damage, message) => {
  const damaged = await openDamaged()
  for (const allocator of damaged.all) allocator.validate()
  damage(damaged)
  for (const allocator of damaged.all) {
    expect(() => allocator.validate()).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
    expect(() => allocator.validate()).toThrow(message)
  }
})

describe.each(kinds)('a %s worker', (kind) => {
  const corrupt = expect.objectContaining({ code: 'CORRUPT' }) as Error

  it('reports a counter that promises a frame where there is none', async () => {
    using allocator = await open(kind, { frames: 512 })
    const look = new Look(allocator)
    for (let i = 0; i < 500; i++) allocator.get(0)
    look.words.fill(-1, look.shape.bitsAt)
    expect(() => allocator.get(0)).toThrow(corrupt)
    expect(() => allocator.getBatch(0, new Uint32Array(4))).toThrow(corrupt)
  })

  it('reports a counter that would exceed the huge frame when something is given back', async () => {
    using allocator = await open(kind, { frames: 512 })
    const look = new Look(allocator)
    const blocks = [0, 3, 8].map((order) => [allocator.get(order), order] as const)
    look.words[look.childAt(0).index] = 512
    for (const [frame, order] of blocks) expect(() => allocator.put(frame, order)).toThrow(corrupt)
  })

  it('leaves a huge block alone that another worker is giving back as a whole at this moment', async () => {
    using allocator = await open(kind, { frames: 1024 })
    const look = new Look(allocator)
    const block = allocator.get(9)
    const { index, shift } = look.childAt(block >> 9)
    const before = look.words[index]
    look.words[index] = (before & ~(L.childMask << shift)) | (L.childFreeing << shift)
    const freeing = [...look.words]
    const notAllocated = expect.objectContaining({ code: 'NOT_ALLOCATED' }) as Error
    for (const order of [0, 3, 6, 8, 9]) expect(() => allocator.put(block, order)).toThrow(notAllocated)
    expect(() => allocator.putBatch(0, Uint32Array.of(block, block + 1))).toThrow(notAllocated)
    expect(allocator.getAt(block, 0)).toBe(false)
    expect([...look.words]).toEqual(freeing)
    look.words[index] = before
    allocator.put(block, 9)
    allocator.validate()
  })

  it('finds no block where rows and counters disagree, and hands nothing out', async () => {
    using allocator = await open(kind, { frames: 1024, treeHugeFrames: 2 })
    const look = new Look(allocator)
    look.words.fill(-1, look.shape.bitsAt)
    for (const order of [1, 5, 6, 8]) expect(allocator.tryGet(order)).toBe(-1)
    expect(allocator.getAt(8, 3)).toBe(false)
  })
})
