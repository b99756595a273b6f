// Examining: structures that are right pass in every state, each planted error is found, shrunk, explained and
// replayed.
import type { Words } from '@parperos/observe'
import { describe, expect, it } from 'vitest'
import { crashState, crashStates, examine, record } from '../src/index.ts'
import type { Examination, ExamineOptions, Recorder, Trace } from '../src/index.ts'
import { structures, type Structure } from './structures.ts'
import { traceOf, wordsOf } from './traces.ts'

function recorded(structure: Structure, error: string, sites = false): Trace<number> {
  const words = wordsOf(structure.words)
  structure.setup(words)
  const run = (observed: Words, recorder: Recorder<number>): void =>
    structure.run(observed, recorder, (what) => what === error)
  return record(words, run, { sites })
}

function examined(structure: Structure, error = '', options: ExamineOptions = {}): Examination<number> {
  const examiner = {
    recover: (media: Parameters<Structure['check']>[0]) => structure.recover(media, (what) => what === error),
    check: structure.check.bind(structure),
  }
  return examine(recorded(structure, error), examiner, options)
}

describe.each(Object.entries(structures))('%s', (_name, structure) => {
  it('survives every power failure', () => {
    for (const granularity of [64, 4096]) {
      const result = examined(structure, '', { granularity, limit: 100_000 })
      expect(result.failures.map(({ explanation }) => explanation)).toEqual([])
      expect(result.sampled).toBe(0)
      expect(result.states).toBeGreaterThan(6)
    }
  })

  it.each(structure.errors)('is found to be wrong without %s', (error) => {
    expect(examined(structure, error).failures).toHaveLength(1)
  })

  it.each(structure.errors)('is found to be wrong without %s among sampled states', (error) => {
    for (let seed = 1; seed <= 5; seed++) {
      expect(examined(structure, error, { limit: 30, seed }).failures).toHaveLength(1)
    }
  })
})

it('a log that relies on the order in its line fails when words go in any order', () => {
  expect(examined(structures.bank, '', { reorder: 'words' }).failures).toHaveLength(1)
  expect(examined(structures.publication, '', { reorder: 'words', limit: 1000 }).failures).toEqual([])
})

it('missing flushes do no harm where caches survive, a wrong order and a missing recovery do', () => {
  const harmful = (structure: Structure): string[] =>
    structure.errors.filter((error) => examined(structure, error, { reorder: 'none' }).failures.length > 0)
  expect(harmful(structures.publication)).toEqual(['the order of both'])
  expect(harmful(structures.bank)).toEqual(['recovery'])
})

it('what recovery throws is a failure of recovery', () => {
  const recover = (): never => {
    throw new RangeError('no such record')
  }
  const { failures } = examine(traceOf('0=1'), { recover, check: () => undefined })
  expect(failures).toMatchObject([{ during: 'recover', error: new RangeError('no such record') }])
  expect(failures[0].explanation).toMatch(/^recover failed: no such record\nthe power fails after 0 of 1 events/)
})

it('as many failures are looked for as one wants', () => {
  const check = (): never => {
    throw new Error('always')
  }
  const of = (failuresAtMost: number): number =>
    examine(traceOf('0=1 16=1'), { recover: () => undefined, check }, { failuresAtMost }).failures.length
  expect([of(1), of(3), of(100)]).toEqual([1, 3, 4])
})

describe('a failing state', () => {
  // Words 0 and 16 stand for each other; 32 and 48 have nothing to do with it.
  const trace = traceOf('0=1 32=1 48=1 0=2 16=2 32=2')
  const unequal = {
    recover: () => undefined,
    check: (words: Int32Array) => {
      if (words[0] < words[16]) throw new Error('word 16 is ahead of word 0')
    },
  }
  const { failures } = examine(trace, unequal, { failuresAtMost: 100 })

  it('is shrunk to the stores whose loss does it', () => {
    expect(failures.length).toBeGreaterThan(1)
    for (const { state } of failures) expect(state.toString()).toMatch(/^64\/lines@[56]~\d+ 0:1$/)
  })

  it('is explained', () => {
    const [{ state, explanation }] = failures
    expect(explanation.split('\n')).toEqual([
      'check failed: word 16 is ahead of word 0',
      `the power fails after 5 of 6 events: ${state.toString()}`,
      'line 0: 1 of 2 stores in doubt arrived; lost:',
      '  #3 worker 0: word 0 0x1 → 0x2',
      'the last event before it:',
      '  #4 worker 0: word 16 0x0 → 0x2',
      'the next event would have been:',
      '  #5 worker 0: word 32 0x1 → 0x2',
    ])
  })

  it('is explained with the places in the program and the names of words, when there are some', () => {
    const structure = structures.publication
    const told = examine(
      recorded(structure, 'the flush of the record', true),
      { recover: () => undefined, check: structure.check.bind(structure) },
      { name: (index) => (index === 0 ? 'the flag' : `record[${index - 16}]`) },
    ).failures[0].explanation
    expect(told).toMatch(/lost:\n {2}#\d+ worker 0: record\[\d+\] 0x0 → 0x[0-9a-f]+ {2}\(structures\.ts:\d+\)/)
    expect(told).toMatch(/worker 0: the flag 0x0 → 0x1 {2}\(structures\.ts:\d+\)/)
  })
})

describe('the line of a state', () => {
  const text = '! 0=1 16=1 1=2 w1 32=1 f32 | w0 17=3 f0 ! 48=1 | 0=4'

  it.each([
    { reorder: 'lines', granularity: 64 },
    { reorder: 'words', granularity: 64 },
    { reorder: 'none', granularity: 4096 },
  ] as const)('leads back to it: $reorder', (model) => {
    const trace = traceOf(text)
    const volatile = [[16, 17]] as const
    const states = Array.from(crashStates(trace, { ...model, volatile }))
    expect(states.length).toBeGreaterThan(5)
    for (const state of states) {
      const again = crashState(traceOf(text), state.toString(), { volatile })
      expect([...again.words()]).toEqual([...state.words()])
      expect(again.toString()).toBe(state.toString())
      expect(again.notes).toEqual(state.notes)
    }
  })

  it.each([
    ['', /is a line like 64\/lines@57~1 5:2 9:0, got ""/],
    ['64/lines@5', /is a line like/],
    ['64/lines@99~1', /fails after event 99, but the trace has only 13/],
    ['64/lines@2~1 5:0', /nothing is in doubt there of unit 5/],
    ['64/lines@2~1 0:7', /of unit 0 0 to 1 stores arrive, not 7/],
  ])('is refused when it is none of the trace: %s', (line, message) => {
    expect(() => crashState(traceOf(text), line)).toThrow(message)
  })
})
