// What a history of a frame allocator may be: everything that the model does one after the other, everything that can
// be stretched out of such a sequence, and nothing else. What is rejected is made smaller and shown.
import { describe, expect, it } from 'vitest'
import {
  checkHistory,
  drawHistory,
  FrameSpecification,
  linearize,
  minimize,
  Random,
  type History,
  type Operation,
} from '../src/conformance/index.ts'
import { fold } from '../src/conformance/fold.ts'
import { freeOf, snapshot } from '../src/conformance/history.ts'
import { forgettings, freezings, prefixes } from '../src/conformance/minimize.ts'
import { createMemory, type FullFrameAllocator } from '../src/index.ts'
import { modelBackend } from '../src/model/index.ts'
import { block, explainable, got, gotAt, history, put, refused, together } from './histories/make.ts'
import { violations } from './histories/violations.ts'

const isExplained = (one: History): boolean => linearize(one.operations, new FrameSpecification(one)).linearizable

const FRAMES = 1500

/** A call with its answer, whatever that is. */
function call(model: FullFrameAllocator, random: Random, time: readonly [number, number]): Operation {
  const order = random.below(11)
  const frame = random.below(Math.floor(FRAMES / 2 ** order)) * 2 ** order
  const way = random.below(8)
  if (way === 0) return gotAt(0, time, order, frame, model.getAt(frame, order))
  if (way > 4) return put(0, time, order, frame, wasPut(model, frame, order))
  const small = order >> 1
  const given = model.tryGet(small)
  return given < 0 ? refused(0, time, small) : got(0, time, small, given)
}

function wasPut(model: FullFrameAllocator, frame: number, order: number): boolean {
  const isAllocated = model.statsAt(frame, order).free === 0
  if (isAllocated) model.put(frame, order)
  else expect(() => model.put(frame, order)).toThrow(expect.objectContaining({ code: 'NOT_ALLOCATED' }))
  return isAllocated
}

describe('a history is accepted', () => {
  it.each([1, 2, 3, 4, 5])('when the model made it, one call after the other (seed %i)', async (seed) => {
    const memory = await createMemory({ backend: 'sab', bytes: 1 << 20 })
    using model = await modelBackend.open({ memory, frames: FRAMES })
    const random = new Random(seed)
    const operations = Array.from({ length: 600 }, (_, i) => call(model, random, [2 * i, 2 * i + 1]))
    for (const done of [true, false]) {
      for (const what of ['get', 'getAt', 'put'] as const) {
        const isSeen = operations.some((one) => one.what === what && one.done === done)
        // Memory of that size never runs out here.
        expect(isSeen, `${what} ${done}`).toBe(done || what !== 'get')
      }
    }
    checkHistory(history(FRAMES, freeOf(new Uint8Array(FRAMES)), operations, snapshot(model).free))
  })

  it('when it is a sequence stretched in time, whatever the operations are', () => {
    for (let seed = 0; seed < 1000; seed++) checkHistory(explainable(seed, 30))
  })

  it.each(violations)('next to: $what', ({ beside }) => {
    checkHistory(beside)
  })

  it('with a refusal while a block is free, if the policy may refuse that request', () => {
    const { wrong } = violations[2]
    expect(() => checkHistory(wrong, (order, frameClass) => order === 1 || frameClass === 0)).toThrow(/block 5/)
    checkHistory(wrong, (order) => order === 0)
  })
})

describe('a history is rejected that has', () => {
  it.each(violations)('$what', ({ wrong, operations }) => {
    expect(() => checkHistory(wrong)).toThrow(/^this history is not linearizable/)
    const smallest = minimize(wrong)
    expect(isExplained(smallest)).toBe(false)
    expect(smallest.operations).toHaveLength(operations)
  })

  it.each(violations)('$what, in the midst of others', ({ wrong, operations }) => {
    for (let seed = 0; seed < 20; seed++) {
      const noise = explainable(seed, 24, 64)
      // What was refused there could have been had here.
      const others = { ...noise, operations: noise.operations.filter(({ what, done }) => done || what !== 'get') }
      const all = together(new Random(seed), others, wrong)
      expect(() => checkHistory(all), `seed ${seed}`).toThrow(/is not linearizable/)
      const smallest = minimize(all)
      expect(isExplained(smallest), `seed ${seed}`).toBe(false)
      expect(smallest.operations.length, `seed ${seed}`).toBe(operations)
      expect(smallest.operations.every(({ frame }) => frame < 64), `seed ${seed}`).toBe(true)
    }
  })
})

describe('making a history smaller', () => {
  const steps = {
    'by a cut': prefixes,
    'by folding': (one: History) => [fold(one)],
    'by forgetting': forgettings,
    'by freezing': freezings,
  }

  it.each(Object.entries(steps))('%s keeps it explainable', (_, step) => {
    let smaller = 0
    for (let seed = 0; seed < 200; seed++) {
      for (const one of step(explainable(seed, 20))) {
        expect(isExplained(one), `seed ${seed}`).toBe(true)
        smaller++
      }
    }
    expect(smaller).toBeGreaterThanOrEqual(200)
  })

  it('takes away what came before, and what has nothing to do with it', () => {
    const before = [put(0, [0, 5], 0, 3), got(1, [1, 8], 0, 3), refused(2, [6, 7], 0), put(1, [9, 10], 0, 3)]
    const beside = [put(3, [2, 13], 2, 4), got(3, [14, 17], 2, 4)]
    const twice = [got(0, [11, 16], 0, 3), got(2, [12, 15], 0, 3)]
    const { operations, free } = minimize(history(8, [], [...before, ...beside, ...twice]))
    expect(operations.map(({ what, worker, returned }) => [worker, what, returned])).toEqual([
      [0, 'get', 16],
      [2, 'get', 15],
    ])
    expect(free).toEqual([block(3)])
  })
})

describe('what is wrong is shown', () => {
  const wrong = history(
    64,
    [block(2), block(8, 3)],
    [put(0, [0, 5], 0, 5), got(1, [1, 2], 3, 8), refused(1, [6, 7], 0), got(2, [3, 4], 0, 2), got(2, [8, 9], 0, 5)],
  )

  it('as time lines, in which what overlaps stands one above the other', () => {
    expect(drawHistory(wrong).split('\n')).toEqual([
      '64 frames, free before: 2 (order 0), 8 (order 3)',
      'worker 0, one    ├ put 5 of order 0 ───────────┤',
      'worker 1, two      ├ get 3 → 8 ┤                 ├ get 0 → nothing ┤',
      'worker 2, three                  ├ get 0 → 2 ┤                       ├ get 0 → 5 ┤',
    ])
  })

  it('with the reason, all of the history, and a line that brings it back', () => {
    let message = ''
    try {
      checkHistory(wrong, undefined, 'history 7')
    } catch (error) {
      message = (error as Error).message
    }
    const lines = message.split('\n')
    expect(lines[0]).toBe('history 7 is not linearizable; made smaller, from 5 to 1 operations:')
    expect(message).toContain('not worker 1 (two): get 0 → nothing, since block 5 of order 0 is free')
    expect(lines).toContain('    0 to 5  worker 0, one    put 5 of order 0')
    const again = /checkHistory\((.*)\)$/.exec(message)?.[1] ?? ''
    expect(() => checkHistory(JSON.parse(again) as History)).toThrow(/since block 5 of order 0 is free/)
  })

  it('with the frames that are wrong in the end', () => {
    const lost = history(8, [], [put(0, [0, 1], 1, 2)], [block(2)])
    expect(() => checkHistory(lost)).toThrow('frame 3 is allocated, and nobody took it')
  })

  it('with the calls of a batch as one, and what had not returned as open', () => {
    const time = [0, 3] as const
    const batch = [got(0, time, 0, 1), got(0, time, 0, 2), refused(0, time, 0), gotAt(1, [1, null], 0, 4)]
    expect(drawHistory(history(8, [], batch)).split('\n').slice(1)).toEqual([
      'worker 0, one    ├ get 0 → 1, get 0 → 2, get 0 → nothing ┤',
      'worker 1, two      ├ getAt 4 of order 0 → true ? ──────────…',
    ])
  })
})
