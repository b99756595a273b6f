// Recording: what is seen of an algorithm, by whom, and what is noticed when something was not seen.
import { add, compareExchange, store } from '@parperos/observe/atomics'
import { describe, expect, it } from 'vitest'
import { Recorder, record, recordAsync } from '../src/index.ts'
import { wordsOf } from './traces.ts'

it('plain and atomic stores are events, reads and stores of the same value are none', () => {
  const words = wordsOf(8)
  words[3] = 7
  const trace = record(words, (observed, recorder) => {
    observed[0] = 1
    observed[0] = 1
    store(observed, 1, observed[0] + 1)
    add(observed, 3, 5)
    compareExchange(observed, 3, 12, 13)
    compareExchange(observed, 3, 12, 14)
    observed.subarray(4).fill(9, 0, 2)
    recorder.flush(observed, 0, 4)
    recorder.fence()
    recorder.note('end')
  })
  expect([...trace.initial]).toEqual([0, 0, 0, 7, 0, 0, 0, 0])
  expect(trace.events).toEqual([
    { type: 'store', worker: 0, index: 0, was: 0, is: 1 },
    { type: 'store', worker: 0, index: 1, was: 0, is: 2 },
    { type: 'store', worker: 0, index: 3, was: 7, is: 12 },
    { type: 'store', worker: 0, index: 3, was: 12, is: 13 },
    { type: 'store', worker: 0, index: 4, was: 0, is: 9 },
    { type: 'store', worker: 0, index: 5, was: 0, is: 9 },
    { type: 'flush', worker: 0, index: 0, count: 4 },
    { type: 'fence', worker: 0 },
    { type: 'note', worker: 0, note: 'end' },
  ])
  expect([...words]).toEqual([1, 2, 0, 13, 9, 9, 0, 0])
})

it('nothing is recorded any more after the run, nor when it threw', () => {
  const words = wordsOf(4)
  let kept = words
  const trace = record(words, (observed) => (kept = observed)[0]++)
  kept[1] = 1
  expect(trace.events).toHaveLength(1)
  expect(() =>
    record(words, (observed) => {
      kept = observed
      throw new Error('on purpose')
    }),
  ).toThrow('on purpose')
  kept[1] = 2
})

it('a run that has to wait for something is recorded to its end', async () => {
  const words = wordsOf(4)
  const trace = await recordAsync(words, async (observed, { fence }) => {
    observed[0] = 1
    await Promise.resolve()
    observed[1] = 2
    fence()
  })
  expect(trace.events.map(({ type }) => type)).toEqual(['store', 'store', 'fence'])
})

it('a flush through another view of the memory is of the same words', () => {
  const words = wordsOf(32, 64)
  const trace = record(words, (observed, { flush, flushBytes }) => {
    flush(observed.subarray(16), 2, 3)
    flush(new Int32Array(words.buffer), 16 + 5, 1)
    flushBytes(7, 2)
    flushBytes(0, 0)
  })
  const ranges = trace.events.map((event) => (event.type === 'flush' ? [event.index, event.count] : []))
  expect(ranges).toEqual([
    [18, 3],
    [5, 1],
    [1, 2],
    [0, 0],
  ])
})

it('what was stored through another view can be noticed at the next flush, fence or note, and at the end', () => {
  const words = wordsOf(8)
  const bytes = new Uint8Array(words.buffer)
  const run = (observed: Int32Array, recorder: Recorder): void => {
    bytes[0] = 1
    recorder.flush(observed, 0, 1)
    observed[0] = 7
    bytes[4] = 2
    bytes[8] = 3
    recorder.fence()
    bytes[12] = 4
    observed[3] = 5
    recorder.note('end')
    bytes[31] = 1
  }
  const trace = record(words, run, { unseen: 'notice' })
  const events = trace.events.map((event) =>
    event.type === 'store' ? `${event.index}:${event.was}→${event.is}` : event.type,
  )
  expect(events).toEqual([
    ...['0:0→1', 'flush', '0:1→7', '1:0→2', '2:0→3', 'fence'],
    ...['3:0→4', '3:4→5', 'note', '7:0→16777216'],
  ])
})

it('stores to words around the recorded ones are none of its events', () => {
  const all = wordsOf(8)
  const trace = record(all.subarray(2, 6), () => {
    const recorder = new Recorder(all.subarray(2, 6))
    recorder.stored(all, 1, 0, 1)
    recorder.stored(all, 6, 0, 1)
    recorder.stored(wordsOf(8), 3, 0, 1)
    expect(recorder.trace().events).toEqual([])
  })
  expect(trace.events).toEqual([])
})

describe('mistakes are noticed', () => {
  it('a store that was not observed, at the next store to the word', () => {
    const words = wordsOf(4)
    expect(() =>
      record(words, (observed) => {
        words[2] = 1
        observed[2] = 2
      }),
    ).toThrow(/word 2 was changed unseen: the recorded stores left 0x0, it holds 0x1/)
  })

  it('a store that was not observed, at the end', () => {
    const words = wordsOf(4)
    expect(() => record(words, () => (words[3] = -1))).toThrow(/word 3 was changed unseen.* it holds 0xffffffff/)
  })

  it('a run that is not over when it returns', () => {
    expect(() => record(wordsOf(4), async () => 0)).toThrow(/takes a function that is synchronous: use recordAsync/)
  })

  it.each([
    [-1, 2],
    [3, 2],
    [0, 5],
    [0, NaN],
  ])('a flush beyond the words: %i, %i', (index, count) => {
    const words = wordsOf(4)
    expect(() => record(words, (observed, { flush }) => flush(observed, index, count))).toThrow(
      /is not inside of the 4 words/,
    )
  })

  it('a flush of another memory', () => {
    expect(() => record(wordsOf(4), (_observed, { flush }) => flush(wordsOf(4), 0, 1))).toThrow(/is not inside/)
  })
})

describe('several workers', () => {
  const twice = (observed: Int32Array, index: number): void => {
    observed[index] = observed[index] + 1
    observed[index] = observed[index] + 1
  }

  it('events are those of whoever is at work', () => {
    const words = wordsOf(4)
    const trace = record(words, (observed, recorder) => {
      observed[0] = 1
      expect(recorder.as(3, () => (observed[0] = 2))).toBe(2)
      recorder.fence()
    })
    expect(trace.events.map(({ worker }) => worker)).toEqual([0, 3, 0])
  })

  it('one can be stopped before each of its steps while another one goes on', () => {
    const orders = Array.from({ length: 6 }, (_, step) => {
      const words = wordsOf(4)
      let came = false
      const trace = record(words, (observed, recorder) => {
        const ended = recorder.interrupt(step, 1, () => twice(observed, 1))
        twice(observed, 0)
        expect(recorder.steps).toBe(4)
        recorder.fence()
        came = ended()
      })
      return [came, trace.events.map(({ worker }) => worker).join('')]
    })
    // Reads and writes of word 0, and the fence.
    expect(orders).toEqual([
      [true, '11000'],
      [true, '11000'],
      [true, '01100'],
      [true, '01100'],
      [true, '00110'],
      [false, '000'],
    ])
  })

  it('an interruption can be interrupted', () => {
    const words = wordsOf(4)
    const trace = record(words, (observed, recorder) => {
      recorder.interrupt(2, 1, () => {
        recorder.interrupt(2, 2, () => twice(observed, 2))
        twice(observed, 1)
      })
      twice(observed, 0)
    })
    expect(trace.events.map(({ worker }) => worker).join('')).toBe('012210')
  })
})
