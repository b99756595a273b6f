// Statistics beyond the shared suite: of blocks in memory that is in pieces, and quick ones while everything changes.
import { Random, Trace } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import { kinds } from './support/kinds.ts'
import { openFor } from './support/open.ts'

const frames = 9 * 1024 + 700

describe.each(kinds)('on a %s worker', (kind) => {
  it('the statistics of a block are those of its frames and huge frames', async () => {
    const [allocator, other] = await openFor([kind, kind], { frames, treeHugeFrames: 2 })
    new Trace([[allocator], [other]], { seed: 7, mix: [20, 10, 5, 5, 5, 5, 2, 1, 1, 1, 0] }).run(3000)
    const free = Array.from({ length: frames }, (_, frame) => allocator.statsAt(frame, 0).free)
    const countOf = (frame: number, size: number): number =>
      free.slice(frame, frame + size).reduce((sum, one) => sum + one, 0)
    const random = new Random(8)
    for (let order = 0; order <= 10; order++) {
      const size = 2 ** order
      for (let i = 0; i < 200; i++) {
        const frame = random.below(frames >> order) * size
        const halves =
          order < 9 ? [] : Array.from({ length: size / 512 }, (_, half) => countOf(frame + half * 512, 512))
        const freeHuge = halves.filter((count) => count === 512).length
        expect(allocator.statsAt(frame, order)).toEqual({ frames: size, free: countOf(frame, size), freeHuge })
      }
    }
    expect(allocator.stats().free).toBe(countOf(0, frames))
  })

  it('the quick statistics have every free frame, and never a free huge frame too many', async () => {
    const [allocator, other] = await openFor([kind, kind], { frames, treeHugeFrames: 2 })
    const trace = new Trace([[allocator], [other]], {
      seed: 9,
      mix: [4, 1, 1, 1, 1, 1, 1, 1, 1, 4, 2],
      phaseCalls: 300,
    })
    for (let run = 1; run <= 60; run++) {
      trace.run(run * 50)
      const [quick, exact] = [other.quickStats(), allocator.stats()]
      expect([quick.frames, quick.free]).toEqual([exact.frames, exact.free])
      expect(quick.freeHuge).toBeLessThanOrEqual(exact.freeHuge)
    }
    trace.giveAll()
    allocator.drain()
    // All huge frames of the trees that are complete.
    expect(allocator.quickStats()).toEqual({ frames, free: frames, freeHuge: 2 * Math.floor(frames / 1024) })
  })
})
