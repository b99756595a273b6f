// Recovery of what a vanished worker left: written by one backend, made consistent by another. What was allocated stays
// so, frame by frame; counters, trees and reservations are made anew, in all backends with the same bytes at the end.
import { Region, type BackendKind, type ErrorCode } from '@parperos/alloc-api'
import { Trace } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import { LLFree, type LLFreeInstance } from '../src/index.ts'
import * as L from '../src/layout.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { memoryFor, open, openFor, wordsOf, type Options } from './support/open.ts'

const TREE = 8 * L.childFrames
/** Three trees and a bit; the last huge frame has three frames. */
const frames = 3 * TREE + L.childFrames + 3
const ALL = -1

const withCode = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error
const memoryOf = ({ handle }: LLFreeInstance) => Region.from(handle.region).memory

/** Opens the Region of `left` again, as after the death of everybody. */
function recover(kind: BackendKind, left: LLFreeInstance, options: Partial<Options> = {}): Promise<LLFreeInstance> {
  const { frames, slots } = left
  return LLFree.open({ backend: backends[kind], memory: memoryOf(left), frames, slots, ...options, initial: 'recover' })
}

/** Which frames are allocated. */
const allocatedIn = (allocator: LLFreeInstance): boolean[] =>
  Array.from({ length: allocator.frames }, (_, frame) => allocator.statsAt(frame, 0).free === 0)

/** An allocator in the middle of its work. */
async function busy(kind: BackendKind, seed: number, options: Options = { frames }): Promise<LLFreeInstance> {
  const workers = await openFor([kind, kind], options)
  new Trace(
    workers.map((worker) => [worker]),
    { seed, initial: 'free' },
  ).run(800)
  return workers[0]
}

/** Sets a huge frame's counter, and its rows, by turns. */
function setHuge(look: Look, child: number, state: number, rows: readonly number[]): void {
  const { index, shift } = look.childAt(child)
  look.words[index] = (look.words[index] & ~(L.childMask << shift)) | (state << shift)
  for (let i = 0; i < L.rows; i++) look.words[look.rowAt(child * L.childFrames) + i] = rows[i % rows.length]
}

describe.each(kinds.flatMap((from) => kinds.map((to) => [from, to] as const)))('left by %s, recovered by %s', (from, to) => {
  it.each([1, 2, 3])('a busy allocator keeps what was allocated, whatever became of its counters (%i)', async (seed) => {
    const left = await busy(from, seed)
    const before = allocatedIn(left)
    const look = new Look(left)
    // As if nothing but the truth had reached the memory: counters of partly used huge frames, trees, reservations, owners.
    for (let child = 0; child < look.shape.children; child++) {
      const { index, shift } = look.childAt(child)
      const state = (look.words[index] >>> shift) & L.childMask
      if (state <= L.childFrames) look.words[index] ^= (state ^ ((state * 7) % 500)) << shift
    }
    look.words.fill(seed === 1 ? 0 : -1, look.shape.treesAt, look.shape.treesAt + look.shape.trees)
    look.words.fill(seed === 1 ? 0 : -1, look.shape.localsAt, look.shape.treesAt)
    using recovered = await recover(to, left)
    recovered.validate()
    expect(allocatedIn(recovered)).toEqual(before)
    expect(recovered.info().recovered?.counters).toBeGreaterThan(0)
    const free = before.filter((taken) => !taken).length
    expect(recovered.stats().free).toBe(free)
    expect(recovered.quickStats().free).toBe(free)
    const rest = new Uint32Array(free)
    expect(recovered.getBatch(0, rest)).toBe(free)
    expect([...rest].every((frame) => !before[frame])).toBe(true)
    expect(recovered.tryGet(0)).toBe(-1)
  })

  it('everything allocated stays allocated, huge block by huge block', async () => {
    const left = await open(from, { frames, initial: 'allocated' })
    using recovered = await recover(to, left)
    expect(recovered.stats().free).toBe(0)
    expect(recovered.tryGet(0)).toBe(-1)
    recovered.put(0, 10)
    expect(recovered.get(10)).toBe(0)
    recovered.validate()
  })
})

describe.each(kinds)('%s recovers', (kind) => {
  it('an orderly end: there is nothing to mend', async () => {
    const left = await open('sab', { frames })
    const kept = [left.get(0), left.get(9), left.get(4)]
    left.drain()
    left.close()
    using recovered = await recover(kind, left)
    expect(recovered.info().recovered).toEqual({ counters: 0, blocks: 0, trees: 0, reservations: 0 })
    expect(kept.map((frame, i) => recovered.statsAt(frame, [0, 9, 4][i]).free)).toEqual([0, 0, 0])
  })

  it('a memory in which there is no allocator yet: it is opened, with all frames free', async () => {
    const memory = await memoryFor({ frames })
    using opened = await LLFree.open({ backend: backends[kind], memory, frames, initial: 'recover' })
    expect(opened.stats()).toEqual({ frames, free: frames, freeHuge: Math.floor(frames / L.childFrames) })
    opened.validate()
  })

  it('a Region of zeros, of which nothing beyond the last frame becomes free', async () => {
    const left = await open(kind, { frames })
    wordsOf(left).fill(0)
    using recovered = await recover(kind, left)
    recovered.validate()
    expect(recovered.getBatch(0, new Uint32Array(frames + 1000))).toBe(frames)
  })

  it('what a reservation had', async () => {
    const left = await open(kind, { frames, slots: 3 })
    left.get(0)
    using recovered = await recover(kind, left)
    expect(recovered.info().recovered?.reservations).toBe(1)
    expect(new Look(recovered).trees().some(({ reserved }) => reserved)).toBe(false)
    expect(recovered.quickStats().free).toBe(frames - 1)
  })

  it('huge blocks whose get or put was going on', async () => {
    const left = await open(kind, { frames })
    const look = new Look(left)
    // A get had not set all bits; a put had cleared none, some, all; the same for an order-10 block.
    setHuge(look, 0, L.childHuge, [ALL, 0, 0, 0])
    setHuge(look, 2, L.childFreeing, [ALL])
    setHuge(look, 4, L.childFreeing, [0, ALL])
    setHuge(look, 6, L.childFreeing, [0])
    setHuge(look, 8, L.childFreeing, [0, ALL, ALL])
    setHuge(look, 9, L.childFreeing, [ALL])
    setHuge(look, 10, L.childFreeing, [ALL])
    setHuge(look, 11, L.childFreeing, [ALL])
    setHuge(look, 12, L.childHuge, [0])
    setHuge(look, 13, L.childHuge, [0])
    using recovered = await recover(kind, left)
    recovered.validate()
    const stateOf = (huge: number): boolean => recovered.statsAt(huge * L.childFrames, 9).free === 0
    expect([0, 2, 4, 6, 8, 9, 10, 11, 12, 13].map(stateOf)).toEqual(
      [true, true, false, false, false, false, true, true, true, true],
    )
    expect(recovered.info().recovered?.blocks).toBe(10)
    for (const [huge, order] of [[0, 9], [2, 9], [10, 10], [12, 10]]) recovered.put(huge * L.childFrames, order)
    expect(recovered.stats().free).toBe(frames)
  })

  it('impossible counters: only bits count, and a part of a huge frame at the end is no huge block', async () => {
    const left = await open(kind, { frames })
    const block = left.get(3)
    const look = new Look(left)
    const last = look.shape.children - 1
    const row = look.words[look.rowAt(last * L.childFrames)]
    for (const state of [L.childHuge, L.childFreeing, 513, 0xffff]) {
      setHuge(look, last, state, [row, ...new Array<number>(15).fill(ALL)])
      const { index, shift } = look.childAt(block >>> L.childShift)
      look.words[index] |= L.childMask << shift
      using recovered = await recover(kind, left)
      recovered.validate()
      expect(recovered.stats().free).toBe(frames - 8)
      expect(recovered.info().recovered).toMatchObject({ counters: 2, blocks: 0 })
    }
  })

  it('only with the options that it was opened with, and names what differs', async () => {
    const left = await open(kind, { frames, slots: 2 })
    const block = left.get(5)
    const attempts: [Partial<Options>, ErrorCode, RegExp][] = [
      [{ frames: frames - 1 }, 'BAD_SIZE', /has frames 12803, and 12802 was asked for/],
      [{ slots: 1 }, 'BAD_SIZE', /has slots 2, and 1 was asked for/],
      [{ treeHugeFrames: 16 }, 'BAD_SIZE', /has treeShift 3, and 4 was asked for/],
      [{ frames: 2 ** 20 }, 'BAD_SIZE', /Region llfree has \d+ bytes, \d+ are needed/],
    ]
    for (const [options, code, message] of attempts) {
      await expect(recover(kind, left, options)).rejects.toThrow(withCode(code))
      await expect(recover(kind, left, options)).rejects.toThrow(message)
    }
    const { words } = new Look(left)
    words[L.headerMagic] ^= 4
    await expect(recover(kind, left)).rejects.toThrow(withCode('BAD_MAGIC'))
    words[L.headerMagic] ^= 4
    words[L.headerPolicy + 1] ^= 1
    await expect(recover(kind, left)).rejects.toThrow(/in its class policy, word 1,/)
    words[L.headerPolicy + 1] ^= 1
    left.put(block, 5)
    expect(left.stats().free).toBe(frames)
  })
})

it('all backends make the same bytes of the same wreck', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const outcomes: { bytes: Buffer; report: unknown }[] = []
    for (const kind of kinds) {
      const left = await busy('sab', seed, { frames, treeHugeFrames: [2, 8, 16][seed % 3] })
      const look = new Look(left)
      for (let i = 0; i < 40; i++) {
        const at = look.shape.localsAt + ((i * 7919 * seed) % (look.shape.wordsTotal - look.shape.localsAt))
        look.words[at] = Math.imul(at, 0x9e3779b1 * seed)
      }
      using recovered = await recover(kind, left, { treeHugeFrames: [2, 8, 16][seed % 3] })
      outcomes.push({ bytes: Buffer.from(wordsOf(recovered).slice().buffer), report: recovered.info().recovered })
    }
    for (const { bytes, report } of outcomes.slice(1)) {
      expect(report).toEqual(outcomes[0].report)
      expect(bytes.equals(outcomes[0].bytes)).toBe(true)
    }
  }
})

it('where opening was broken off nobody owns anything, whatever had been written', async () => {
  const left = await open('sab', { frames, initial: 'allocated' })
  wordsOf(left)[L.headerMagic] = L.magicOpening
  const attaching = LLFree.attach({ backend: backends.sab, handle: left.handle, slot: 0, takeOver: true })
  await expect(attaching).rejects.toThrow(withCode('BAD_MAGIC'))
  using recovered = await recover('sab', left)
  expect(recovered.stats().free).toBe(frames)
  recovered.validate()
})
