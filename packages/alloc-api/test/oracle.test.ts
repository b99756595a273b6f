// The oracle says no to whatever contradicts the contract.
import { describe, expect, it } from 'vitest'
import { FrameOracle } from '../src/model/index.ts'

function expectCorrupt(call: () => void, message: RegExp): void {
  expect(call).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
  expect(call).toThrow(message)
}

describe('the oracle', () => {
  it('follows what was taken and given, in whatever pieces', () => {
    const oracle = new FrameOracle(2000)
    expect(oracle.stats).toEqual({ frames: 2000, free: 2000, freeHuge: 3 })
    oracle.took(0, 10)
    oracle.took(1999, 0)
    expect(oracle.stats).toEqual({ frames: 2000, free: 975, freeHuge: 1 })
    oracle.gave(512, 9)
    oracle.gave(3, 0)
    expect(oracle.stats).toEqual({ frames: 2000, free: 1488, freeHuge: 2 })
    expect(oracle.statsAt(0, 10)).toEqual({ frames: 1024, free: 513, freeHuge: 1 })
    expect(oracle.statsAt(0, 2)).toEqual({ frames: 4, free: 1, freeHuge: 0 })
    expect([oracle.isFree(3), oracle.isFree(4), oracle.isFreeBlock(512, 9), oracle.isAllocatedBlock(4, 2)]).toEqual([
      true,
      false,
      true,
      true,
    ])
    expect(oracle.firstFree(9)).toBe(512)
    expect(oracle.firstFree(10)).toBe(-1)
  })

  it('starts with everything allocated when it is told so', () => {
    const oracle = new FrameOracle(513, 'allocated')
    expect(oracle.stats).toEqual({ frames: 513, free: 0, freeHuge: 0 })
    oracle.gave(0, 9)
    expect(oracle.freeHuge).toBe(1)
  })

  it('throws when a block is handed out twice, even in part', () => {
    const oracle = new FrameOracle(64)
    oracle.took(8, 2)
    expectCorrupt(() => oracle.took(8, 2), /block 8 of order 2 .* frame 8 of it is allocated/)
    expectCorrupt(() => oracle.took(0, 4), /frame 8 of it is allocated/)
    expect(oracle.free).toBe(60)
  })

  it('throws when a block is taken back that is not allocated, even in part', () => {
    const oracle = new FrameOracle(64)
    oracle.took(8, 2)
    expectCorrupt(() => oracle.gave(8, 3), /frame 12 of it is free/)
    expectCorrupt(() => oracle.gave(0, 0), /block 0 of order 0 was taken back/)
  })

  it.each([
    [-1, 0, /outside/],
    [64, 0, /outside/],
    [60, 3, /outside/],
    [56, 4, /outside/],
    [1.5, 0, /outside/],
    [2, 2, /multiple of 4/],
    [0, 11, /order 11/],
    [0, -1, /order -1/],
  ])('throws when block %f of order %i is handed out', (frame, order, message) => {
    expectCorrupt(() => new FrameOracle(64).took(frame, order), message)
  })

  it('throws when memory is said to have run out while a block is free', () => {
    const oracle = new FrameOracle(8, 'allocated')
    oracle.refused(0)
    oracle.gave(5, 0)
    oracle.refused(1)
    expectCorrupt(() => oracle.refused(0), /block 5 of order 0 is free/)
    expectCorrupt(() => oracle.refusedAt(5, 0), /was refused/)
    oracle.refusedAt(4, 0)
  })
})
