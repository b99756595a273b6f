// Random bit flips in every field of a Region, of an allocator whose allocated blocks are known. Recovery repairs or
// refuses with a code and the name of the place; attaching and all operations without recovery come to an end, and refuse
// with a code what they cannot do. Each backend runs in a process of its own, which is watched: that it neither hangs nor
// dies is a part of what is tested.
import { createMemory, ParperosError, Region } from '@parperos/alloc-api'
import { describe, expect, it } from 'vitest'
import { LLFree, type LLFreeInstance } from '../src/index.ts'
import * as L from '../src/layout.ts'
import { backends } from './support/backends.ts'
import type { Tally } from './support/corruption/child.ts'
import { recoverWrong } from './support/corruption/recover-damaged.ts'
import { makeSubjects } from './support/corruption/subjects.ts'
import { prepare, type Field } from './support/corruption/trial.ts'
import { runWatched } from './support/corruption/watch.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { open } from './support/open.ts'
import { plantedRecoveries } from './support/planted-recoveries.ts'
import { soak } from './support/soak.ts'

const everywhere: Field[] = ['header', 'owners', 'locals', 'trees', 'children', 'bits', 'anywhere']
const counted: Field[] = ['locals', 'trees', 'children', 'bits']

/** All backends at the same time, each with seeds of its own; what came of them together. */
async function run(part: 'recover' | 'use', fields: Field[], seeds: number): Promise<Tally> {
  const each = seeds * soak
  const tallies = await Promise.all(
    kinds.map((kind, i) => runWatched({ part, kind, fields, from: i * each, to: (i + 1) * each })),
  )
  const sum: Tally = {}
  for (const [what, count] of tallies.flatMap((tally) => Object.entries(tally))) sum[what] = (sum[what] ?? 0) + count
  return sum
}

describe('bits are flipped, and then', () => {
  it('recovery refuses a header that was hit, and after any other recovery each frame has one owner', async () => {
    const seeds = 3500
    const { recovered, BAD_MAGIC, BAD_VERSION, BAD_SIZE, ...mended } = await run('recover', everywhere, seeds)
    console.log(`recovered ${recovered}, refused ${BAD_MAGIC + BAD_VERSION + BAD_SIZE};`, mended)
    expect(recovered + BAD_MAGIC + BAD_VERSION + BAD_SIZE).toBe(kinds.length * seeds * soak)
    const { counters, blocks, trees, reservations, lookFreeCounted } = mended
    for (const count of [BAD_MAGIC, BAD_VERSION, BAD_SIZE, counters, blocks, trees, reservations, lookFreeCounted]) {
      expect(count).toBeGreaterThan(0)
    }
  })

  it('attaching to a header that was hit refuses it, or joins an allocator that could be so', async () => {
    const seeds = 700
    const { attached, ...refused } = await run('use', ['header', 'owners'], seeds)
    console.log(`attached ${attached};`, refused)
    for (const code of ['BAD_MAGIC', 'BAD_VERSION', 'BAD_SIZE']) expect(refused[code]).toBeGreaterThan(0)
    expect(attached).toBeGreaterThan(0)
  })

  it('operations without recovery come to an end, and refuse with a code what they cannot do', async () => {
    const seeds = 450
    const { attached, ...codes } = await run('use', counted, seeds)
    console.log(`attached ${attached};`, codes)
    expect(attached).toBe(kinds.length * seeds * soak)
    for (const code of ['CORRUPT', 'OUT_OF_MEMORY', 'NOT_ALLOCATED']) expect(codes[code]).toBeGreaterThan(0)
  })
})

describe.each(kinds)('a bit is flipped, and recovery by %s', (kind) => {
  const frames = 3 * 512 + 100
  interface Hit {
    allocator: LLFreeInstance
    look: Look
    /** Three frames of one row, and a huge frame. */
    taken: number[]
    huge: number
  }

  /** The allocator after these frames' bits were flipped and it was recovered. */
  async function recovered(flips: (hit: Hit) => number[]): Promise<Hit> {
    const left = await open(kind, { frames })
    const hit = { allocator: left, look: new Look(left), taken: [left.get(0), left.get(0), left.get(0)], huge: left.get(9) }
    for (const frame of flips(hit)) hit.look.words[hit.look.rowAt(frame)] ^= 1 << (frame & 31)
    const { memory } = Region.from(left.handle.region)
    const allocator = await LLFree.open({ backend: backends[kind], memory, frames, initial: 'recover' })
    allocator.validate()
    return { ...hit, allocator }
  }

  it('counts the huge frame in which an owned frame looks free since then: it cannot know that it is not', async () => {
    const { allocator, taken } = await recovered(({ taken }) => [taken[1]])
    expect(allocator.info().recovered).toMatchObject({ counters: 1, blocks: 0 })
    expect(taken.map((frame) => allocator.statsAt(frame, 0).free)).toEqual([0, 1, 0])
  })

  it('counts the huge frame in which a free frame looks allocated since then: it is lost', async () => {
    const { allocator, taken } = await recovered(({ taken }) => [taken[2] + 1])
    expect(allocator.info().recovered).toMatchObject({ counters: 1, blocks: 0 })
    expect(allocator.statsAt(taken[2] + 1, 0).free).toBe(0)
  })

  it('sees nothing when as many bits of the huge frame were flipped the other way', async () => {
    const { allocator, taken } = await recovered(({ taken }) => [taken[1], taken[2] + 1])
    expect(allocator.info().recovered).toMatchObject({ counters: 0, blocks: 0 })
    expect(allocator.statsAt(taken[1], 0).free).toBe(1)
  })

  it('mends the bits of a huge block', async () => {
    const { allocator, huge } = await recovered(({ huge }) => [huge, huge + 77, huge + 511])
    expect(allocator.info().recovered).toMatchObject({ counters: 0, blocks: 1 })
    expect(allocator.statsAt(huge, 9).free).toBe(0)
    allocator.put(huge, 9)
    allocator.validate()
  })

  it('mends bits beyond the last frame', async () => {
    const { allocator } = await recovered(() => [frames, frames + 300])
    expect(allocator.info().recovered).toMatchObject({ counters: 0, blocks: 0 })
    const { free } = allocator.stats()
    expect(allocator.getBatch(0, new Uint32Array(frames))).toBe(free)
  })
})

describe.each(kinds)('a %s worker stays inside of its Region', (kind) => {
  // The last tree has one huge frame, which has three frames.
  const frames = 2 * 2 * 512 + 3

  /** A worker, what it may not write to before and behind its Region, and blocks that are allocated. */
  async function between() {
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    const before = memory.region(4096, 'before').words()
    const first = await LLFree.open({ backend: backends[kind], memory, frames, slots: 2, treeHugeFrames: 2 })
    const behind = memory.region(1 << 19, 'behind').words()
    // Words that can be taken for counters, for full rows and for reservations.
    for (const [i, word] of [511, -1, 7 << 16, L.localPresent | 0].entries()) {
      for (let at = i; at < behind.length; at += 4) behind[at] = word
      for (let at = i; at < before.length; at += 4) before[at] = word
    }
    const kept = [before.slice(), behind.slice()]
    const look = new Look(first)
    const blocks = [3, 6, 9].map((order) => ({ frame: first.get(order), order }))
    /** Everything that can be done, and whatever comes of it has a code. */
    const use = (): void => {
      for (const call of [
        () => first.quickStats(),
        () => first.validate(),
        ...[0, 1, 5, 8, 9, 10].map((order) => () => first.tryGet(order)),
        () => first.getBatch(0, new Uint32Array(40)),
        () => first.getAt(frames - 1, 0),
        ...blocks.map(({ frame, order }) => () => first.put(frame, order)),
        () => first.drain(),
        () => first.tryGet(0),
      ]) {
        try {
          call()
        } catch (error) {
          expect(error).toBeInstanceOf(ParperosError)
        }
      }
      expect([before, behind]).toEqual(kept)
      expect(look.words.slice(look.shape.wordsTotal).every((word) => word === 0)).toBe(true)
    }
    return { look, use }
  }

  it.each([3, 4, 1000, 2 ** 20 - 1])('with a reservation of tree %i, which does not exist', async (tree) => {
    for (const frameClass of [0, 1]) {
      const { look, use } = await between()
      const reservation = L.localPresent | (tree << 11) | 1000
      look.words[look.localAt(0, frameClass)] = reservation
      look.words[look.localAt(1, frameClass)] = reservation
      use()
    }
  })

  it.each([frames, 6 * 512 - 1, 2 ** 22, 2 ** 31 - 1, -1])('with %i as the place of the last blocks', async (hint) => {
    const { look, use } = await between()
    look.words[look.treeAt(2)] |= L.treeReserved
    for (const frameClass of [0, 1]) {
      const at = look.localAt(0, frameClass)
      look.words[at] = L.localPresent | (2 << 11) | 1000
      look.words.fill(hint, at + L.localHints, at + L.localWords)
    }
    use()
  })

  it.each([2, 3, 4, 5, 6, 7])('with a tree of class %i, which the policy has not', async (frameClass) => {
    using allocator = await open(kind, { frames, slots: 2, treeHugeFrames: 2 })
    const look = new Look(allocator)
    // The first rows of two huge frames look like reservations of tree 0 to whoever takes them for that.
    for (const frame of [31, 512 + 31, 100]) expect(allocator.getAt(frame, 0)).toBe(true)
    look.words[look.treeAt(0)] |= L.treeClassMask << L.treeClassShift
    look.words[look.treeAt(0)] ^= (L.treeClassMask ^ frameClass) << L.treeClassShift
    const rows = [0, 512].map((frame) => look.words[look.rowAt(frame)])
    allocator.put(100, 0)
    expect([0, 512].map((frame) => look.words[look.rowAt(frame)])).toEqual(rows)
  })
})

describe('the test finds', () => {
  it.each(plantedRecoveries)('a recovery in which %s', async (planted) => {
    const subjects = await makeSubjects(1)
    let found = 0
    for (let seed = 0; seed < 200; seed++) {
      await recoverWrong(prepare(subjects, counted, seed), planted).catch(() => found++)
    }
    expect(found).toBeGreaterThan(10)
  })

  it('a process that hangs, and one that dies, and in which seed', async () => {
    const job = { kind: 'sab' as const, fields: counted, from: 7, to: 8 }
    await expect(runWatched({ ...job, part: 'hang' }, 2000)).rejects.toThrow(/hung .* seed 7 of hang/)
    await expect(runWatched({ ...job, part: 'die' })).rejects.toThrow(/died of SIGSEGV: seed 7 of die/)
  })
})
