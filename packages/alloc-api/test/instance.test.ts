// The contract over a numeric core: what the instance adds to what the core answers.
import { describe, expect, it, vi } from 'vitest'
import {
  FrameAllocatorOfCore,
  status,
  type FrameAllocatorCore,
  type FrameAllocatorDescription,
} from '../src/driver/index.ts'
import { createMemory, OutOfMemoryError, ParperosError } from '../src/index.ts'

const region = (await createMemory({ backend: 'sab', bytes: 8192 })).region(4096, 'frames').handle

/** A core that answers as it is told, and an instance of it. */
function instanceOf(answers: Partial<FrameAllocatorCore>, about: Partial<FrameAllocatorDescription> = {}) {
  const core: FrameAllocatorCore = {
    get: () => 0,
    put: () => 0,
    getBatch: (_order, into) => into.length,
    putBatch: (_order, frames) => frames.length,
    stats: (into) => {
      into.set([7, 0])
    },
    statsAt: () => 0,
    validate: () => 0,
    ...answers,
  }
  return new FrameAllocatorOfCore(core, {
    component: 'thing',
    kind: 'wasm',
    supports: { placement: false, classes: true, reclaim: false, recovery: false },
    frames: 100,
    slot: 0,
    slots: 1,
    classes: ['one', 'two'],
    metadataBytes: 64,
    handle: { component: 'thing', layoutVersion: 1, region, stacks: region },
    problems: ['counter of tree', 'bit of frame'],
    release: () => undefined,
    ...about,
  })
}

describe('an instance', () => {
  it('turns each status into the coded error of its name', () => {
    for (const code of ['BAD_ORDER', 'BAD_FRAME', 'UNALIGNED', 'NOT_ALLOCATED', 'CORRUPT'] as const) {
      const instance = instanceOf({ put: () => status[code] })
      expect(() => instance.put(0, 0)).toThrow(expect.objectContaining({ code }))
    }
    expect(() => instanceOf({ get: () => status.OUT_OF_MEMORY }).get(3)).toThrow(OutOfMemoryError)
    expect(instanceOf({ get: () => status.OUT_OF_MEMORY }).tryGet(3)).toBe(-1)
    expect(instanceOf({ getBatch: () => status.OUT_OF_MEMORY }).getBatch(3, new Uint32Array(1))).toBe(0)
  })

  it('takes a status that nobody defined for corruption', () => {
    expect(() => instanceOf({ get: () => -99 }).get(0)).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
  })

  it('refuses a class as unsupported where there are none, as unknown where there are', () => {
    const get = () => status.BAD_CLASS
    const supports = { placement: false, classes: false, reclaim: false, recovery: false }
    expect(() => instanceOf({ get }).get(0, 2)).toThrow('class 2 does not exist: there are one, two')
    expect(() => instanceOf({ get }, { supports }).get(0, 2)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  })

  it('never lets a core see what is no 32-bit integer', () => {
    const get = vi.fn(() => 0)
    const put = vi.fn(() => 0)
    const instance = instanceOf({ get, put })
    for (const value of [0.5, NaN, Infinity, 2 ** 31, '1' as never, undefined as never]) {
      expect(() => instance.get(value)).toThrow(ParperosError)
      expect(() => instance.put(0, value)).toThrow(ParperosError)
      expect(() => instance.put(value, 0)).toThrow(ParperosError)
    }
    expect(get).not.toHaveBeenCalled()
    expect(put).not.toHaveBeenCalled()
  })

  it('goes on with a batch when the block at which the core stopped can be given back after all', () => {
    const given: number[][] = []
    const putBatch = (_order: number, frames: Uint32Array): number => {
      given.push([...frames])
      return Math.min(2, frames.length)
    }
    instanceOf({ putBatch }).putBatch(0, Uint32Array.of(1, 2, 3, 4, 5, 6))
    expect(given).toEqual([
      [1, 2, 3, 4, 5, 6],
      [4, 5, 6],
    ])
  })

  it('tells how far a batch got before a bad element', () => {
    const instance = instanceOf({ putBatch: () => 1, put: () => status.UNALIGNED })
    const putBatch = () => instance.putBatch(2, Uint32Array.of(8, 9, 12))
    expect(putBatch).toThrow(expect.objectContaining({ code: 'UNALIGNED', done: 1 }))
    expect(putBatch).toThrow(/block 9 of order 2 is no multiple of 4/)
  })

  it('says in words what validate found, and where', () => {
    const validate = (into: Uint32Array): number => {
      into.set([1, 42, 0, 1])
      return status.CORRUPT
    }
    expect(() => instanceOf({ validate }).validate()).toThrow('thing/wasm: bit of frame 42 is 1, expected 0')
  })

  it('gives its slot back once', () => {
    const release = vi.fn()
    const instance = instanceOf({}, { release })
    instance.close()
    instance[Symbol.dispose]()
    expect(release).toHaveBeenCalledTimes(1)
    expect(() => instance.get(0)).toThrow(expect.objectContaining({ code: 'CLOSED', hint: 'attach again to go on' }))
  })
})
