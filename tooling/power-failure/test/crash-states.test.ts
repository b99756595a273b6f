// Which states are enumerated: known numbers, the rules one by one, and agreement with the oracle on random traces.
import { describe, expect, it, test } from 'vitest'
import { crashStates, type CrashOptions } from '../src/index.ts'
import type { Reorder } from '../src/frontier.ts'
import { reachable } from './oracle.ts'
import { randomTrace, traceOf } from './traces.ts'

/** The states of a trace, each as the named words joined by commas, sorted. */
function statesOf(text: string, shown: number[], options: CrashOptions = {}): string[] {
  const states = Array.from(crashStates(traceOf(text), options), (state) => {
    const words = state.words()
    return shown.map((index) => words[index]).join()
  })
  return [...new Set(states)].sort()
}

/** Those of after the last event. */
function finalStatesOf(text: string, shown: number[], options: CrashOptions = {}): string[] {
  const trace = traceOf(`${text} !`)
  const last = Array.from(crashStates(trace, options)).filter(({ point }) => point === trace.events.length)
  const states = last.map((state) => shown.map((index) => state.words()[index]).join())
  return [...new Set(states)].sort()
}

describe('one store to each of n lines', () => {
  it.each([1, 2, 3, 6])('has 2^n states when nothing is flushed: n = %i', (n) => {
    const trace = traceOf(Array.from({ length: n }, (_, i) => `${i * 16}=1`).join(' '), 16 * n)
    expect(Array.from(crashStates(trace))).toHaveLength(2 ** n)
  })

  it.each([1, 2, 3, 6])('has n + 1 states when each is flushed and fenced before the next: n = %i', (n) => {
    const trace = traceOf(Array.from({ length: n }, (_, i) => `${i * 16}=1 f${i * 16} |`).join(' '), 16 * n)
    expect(Array.from(crashStates(trace))).toHaveLength(n + 1)
  })
})

describe('n stores to one line', () => {
  const text = (n: number): string => Array.from({ length: n }, (_, i) => `${i}=1`).join(' ')

  it.each([1, 4, 16])('have n + 1 states, since a line keeps the order of its stores: n = %i', (n) => {
    expect(Array.from(crashStates(traceOf(text(n))))).toHaveLength(n + 1)
  })

  it.each([1, 4, 10])('have 2^n states when words go in any order: n = %i', (n) => {
    expect(Array.from(crashStates(traceOf(text(n)), { reorder: 'words' }))).toHaveLength(2 ** n)
  })

  it('have n + 1 states when caches survive, also in different lines', () => {
    expect(Array.from(crashStates(traceOf('0=1 16=1 32=1 48=1'), { reorder: 'none' }))).toHaveLength(5)
  })
})

describe('what is durable', () => {
  it('is what a flush found, once its worker has passed a fence', () => {
    expect(finalStatesOf('0=1 f0 |', [0])).toEqual(['1'])
  })

  it('is not what was flushed without a fence', () => {
    expect(finalStatesOf('0=1 f0', [0])).toEqual(['0', '1'])
  })

  it('is not what was fenced without a flush', () => {
    expect(finalStatesOf('0=1 |', [0])).toEqual(['0', '1'])
  })

  it('is not what was stored between the flush and the fence', () => {
    expect(finalStatesOf('0=1 f0 0=2 |', [0])).toEqual(['1', '2'])
  })

  it("is not what another worker's fence waited for", () => {
    expect(finalStatesOf('0=1 f0 w1 |', [0])).toEqual(['0', '1'])
  })

  it("is what another worker stored before one's own flush", () => {
    expect(finalStatesOf('0=1 w1 f0 |', [0])).toEqual(['1'])
  })

  it('is the whole line of a flushed word, and no other line', () => {
    expect(finalStatesOf('0=1 15=1 16=1 f7 |', [0, 15, 16])).toEqual(['1,1,0', '1,1,1'])
  })

  it('is every line that a range touches', () => {
    expect(finalStatesOf('0=1 16=1 32=1 48=1 f15+18 |', [0, 16, 32, 48])).toEqual(['1,1,1,0', '1,1,1,1'])
  })

  it('is nothing when a range is empty', () => {
    expect(finalStatesOf('0=1 f0+0 |', [0])).toEqual(['0', '1'])
  })

  it('is the whole page when flushes are of pages', () => {
    expect(finalStatesOf('0=1 48=1 f20 |', [0, 48], { granularity: 4096 })).toEqual(['1,1'])
  })

  it('depends on where the words begin in their memory', () => {
    const after = (byteOffset: number): number => {
      const trace = traceOf('0=1 8=1 f0 | !', 16, byteOffset)
      return Array.from(crashStates(trace)).filter(({ point }) => point === trace.events.length).length
    }
    expect(after(0)).toBe(1)
    // Word 8 is in the next line.
    expect(after(32)).toBe(2)
  })
})

it('any word of a torn line can be new or old, but a word that was stored twice is never a mixture', () => {
  const states = statesOf('0=1 1=1 0=2', [0, 1], { reorder: 'words' })
  expect(states).toEqual(['0,0', '0,1', '1,0', '1,1', '2,0', '2,1'])
})

it('a store that is taken back makes no state of its own', () => {
  const trace = traceOf('0=1 0=0 16=1')
  expect(statesOf('0=1 0=0 16=1', [0, 16])).toEqual(['0,0', '0,1', '1,0', '1,1'])
  expect(Array.from(crashStates(trace))).toHaveLength(4)
})

it('notes that came before the crash are there, and after each one all states are given again', () => {
  const states = Array.from(crashStates(traceOf('! 0=1 16=1 ! f0 f16 | !')))
  const notes = states.map((state) => `${state.notes.join()}:${state.words()[0]}${state.words()[16]}`)
  expect(notes).toEqual([
    ':00',
    // After the first note.
    ...['1:00', '1:10', '1:11', '1:01'],
    // After the second.
    ...['1,2:11', '1,2:01', '1,2:10', '1,2:00'],
    '1,2,3:11',
  ])
})

it('volatile words are not enumerated, and hold what they held at some time', () => {
  const text = Array.from({ length: 40 }, (_, i) => `${i % 3}=${i + 1}`).join(' ')
  const trace = traceOf(`${text} 16=1`)
  const seen = new Set<number>()
  for (let seed = 1; seed <= 60; seed++) {
    const states = Array.from(crashStates(trace, { volatile: [[0, 16]], seed }))
    expect(states).toHaveLength(2)
    for (const state of states) seen.add(state.words()[0])
  }
  // Word 0 held 0, 1, 4, … 40.
  expect([...seen].every((value) => value === 0 || value % 3 === 1)).toBe(true)
  expect(seen.size).toBeGreaterThan(8)
})

describe('against the oracle', () => {
  const models = [
    { reorder: 'lines', granularity: 64 },
    { reorder: 'words', granularity: 64 },
    { reorder: 'lines', granularity: 4096 },
    { reorder: 'words', granularity: 128 },
    { reorder: 'none', granularity: 64 },
  ] satisfies { reorder: Reorder; granularity: number }[]

  test.each(models)('random traces have the same states at every note: $reorder of $granularity bytes', (model) => {
    let states = 0
    for (let seed = 1; seed <= 150; seed++) {
      const byteOffset = seed % 3 === 0 ? 32 : 0
      const text = `${randomTrace(seed, 14)} !`
      const trace = traceOf(text, 64, byteOffset)
      const sets = Array.from(reachable(trace, model.reorder, model.granularity))
      // Since the note before, every state of every point.
      const expected = new Map<number, Set<string>>()
      let notes = 0
      sets.forEach((set, point) => {
        if (point > 0 && trace.events[point - 1].type === 'note') notes++
        expected.set(notes, new Set([...(expected.get(notes) ?? []), ...set]))
      })
      const found = new Map<number, Set<string>>()
      for (const state of crashStates(trace, { ...model, limit: 1e9 })) {
        const content = state.words().join()
        const epoch = found.get(state.notes.length) ?? new Set()
        expect(epoch.has(content), `seed ${seed}: ${state.toString()} is given twice`).toBe(false)
        expect(sets[state.point].has(content), `seed ${seed}: ${state.toString()} cannot be`).toBe(true)
        found.set(state.notes.length, epoch.add(content))
        states++
      }
      expect(found, `seed ${seed}: ${text}`).toEqual(expected)
    }
    expect(states).toBeGreaterThan(1000)
  })

  test.each(models)('sampled states are among them: $reorder of $granularity bytes', (model) => {
    for (let seed = 1; seed <= 60; seed++) {
      const trace = traceOf(`${randomTrace(seed, 14)} !`)
      const sets = Array.from(reachable(trace, model.reorder, model.granularity))
      const states = crashStates(trace, { ...model, limit: 5, seed })
      for (const state of states) expect(sets[state.point].has(state.words().join())).toBe(true)
      expect(states.coverage.states).toBeLessThanOrEqual(5 * states.coverage.points)
    }
  })
})

describe('the limit', () => {
  const text = Array.from({ length: 40 }, (_, i) => `${i * 16}=1`).join(' ')
  const trace = traceOf(text, 40 * 16)

  it('says how many points were sampled, and how many states there were', () => {
    const states = crashStates(trace, { limit: 64 })
    const given = Array.from(states)
    expect(states.coverage.states).toBe(given.length)
    // 2^6 states are within the limit, after 7 stores 64 of the new ones remain; from the 8th on they are sampled.
    expect(states.coverage).toMatchObject({ points: 41, sampled: 33 })
    expect(states.coverage.reachable).toBe(2 ** 40)
  })

  it('gives the corners first: everything, nothing, one line behind, one line ahead', () => {
    const last = Array.from(crashStates(trace, { limit: 100 })).filter(({ point }) => point === 40)
    const missing = last.map((state) => state.words().filter((word, i) => i % 16 === 0 && word === 0).length)
    expect(missing.slice(0, 2)).toEqual([0, 39])
    expect(missing.filter((count) => count === 1)).toHaveLength(39)
    expect(missing.filter((count) => count === 38)).toHaveLength(39)
  })

  it('the same seed gives the same states, another one others', () => {
    const lines = (seed: number): string[] =>
      Array.from(crashStates(trace, { limit: 100, seed }), (state) => state.words().join())
    expect(lines(3)).toEqual(lines(3))
    expect(lines(3)).not.toEqual(lines(4))
  })

  it('going through the states again gives the same ones, and the same coverage', () => {
    const states = crashStates(trace, { limit: 50 })
    const first = Array.from(states, String)
    const coverage = { ...states.coverage }
    expect(Array.from(states, String)).toEqual(first)
    expect(states.coverage).toEqual(coverage)
  })
})

it('what comes before a given point can be left out', () => {
  const trace = traceOf('0=1 16=1 f0 | ! 32=1')
  const from = (point: number): string[] =>
    Array.from(crashStates(trace, { from: point }), (state) => {
      const words = state.words()
      return `${state.point}:${words[0]}${words[16]}${words[32]}`
    })
  expect(from(2)).toEqual(['2:110', '2:010', '2:100', '2:000', '5:110', '5:100', '6:111', '6:101'])
  expect(from(4)).toEqual(['4:110', '4:100', '5:110', '5:100', '6:111', '6:101'])
  expect(from(99)).toEqual(['6:111', '6:101', '6:110', '6:100'])
})

describe('options that make no sense are refused', () => {
  it.each([
    [{ granularity: 100 }, /granularity is a power of two from 64 on, in bytes, got 100/],
    [{ granularity: 32 }, /got 32/],
    [{ limit: 0 }, /limit is a whole number from 1 on, got 0/],
    [{ seed: -1 }, /seed is a whole number from 0 on, got -1/],
    [{ from: 1.5 }, /from is a whole number from 0 on, got 1.5/],
  ])('%o', (options, message) => {
    expect(() => crashStates(traceOf('0=1'), options)).toThrow(message)
  })
})
