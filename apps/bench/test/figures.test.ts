// Figures from made-up results: value, goal, which side is better, and what is left out.
import { describe, expect, test } from 'vitest'
import { figuresOf } from '../src/figures.ts'
import type { Figure } from '../src/report/schema.ts'
import { resultWith } from './results.ts'

const named = (figures: Figure[], id: string): Figure | undefined => figures.find((figure) => figure.id === id)

describe('figures', () => {
  test('a repeat pair counts in compare-exchanges, and its goal is met up to and including it', () => {
    const reached = figuresOf([resultWith({ ns: 40 })], 2)
    expect(named(reached, 'repeat-order-0-native-cas')).toMatchObject({ value: 8, goal: 8, better: 'lower', met: true })
    const missed = figuresOf([resultWith({ ns: 40.5 })], 2)
    expect(named(missed, 'repeat-order-0-native-cas')).toMatchObject({ value: 8.1, met: false })
  })

  test('each backend has its own goal for the pair', () => {
    const figures = figuresOf(
      [
        resultWith({ ns: 60, backend: 'wasm' }),
        resultWith({ ns: 60, backend: 'sab' }),
        resultWith({ ns: 30, order: 9 }),
      ],
      2,
    )
    expect(named(figures, 'repeat-order-0-wasm-cas')).toMatchObject({ goal: 12, met: true })
    expect(named(figures, 'repeat-order-0-sab-cas')).toMatchObject({ goal: 8, met: false })
    expect(named(figures, 'repeat-order-9-native-cas')).toMatchObject({ value: 6, goal: 8, met: true })
  })

  test('the loops inside the C core count, not the calls that JavaScript makes', () => {
    const figures = figuresOf([resultWith({ ns: 10, driver: 'js' })], 2)
    expect(named(figures, 'repeat-order-0-native-cas')).toBeUndefined()
  })

  test('two workers are compared with one by what gets done in a second', () => {
    const results = [resultWith({ ns: 40 }), resultWith({ ns: 42, workers: 2 })]
    const figure = named(figuresOf(results, 2), 'scaling-repeat-native')
    expect(figure).toMatchObject({ goal: 1.8, better: 'higher', met: true })
    expect(figure?.value).toBeCloseTo(80 / 42)
    const slower = [resultWith({ ns: 40 }), resultWith({ ns: 60, workers: 2 })]
    expect(named(figuresOf(slower, 2), 'scaling-repeat-native')?.met).toBe(false)
  })

  test('scaling that was measured without two free CPUs says so', () => {
    const two = resultWith({ ns: 80, workers: 2, cpuShare: 0.52, disturbedRounds: 4, rounds: 5 })
    const figure = named(figuresOf([resultWith({ ns: 40 }), two], 2), 'scaling-repeat-native')
    expect(figure?.title).toMatch(/native \(with 52 % of two CPUs\)$/)
  })

  test('on a machine with one core nothing is said about scaling', () => {
    const results = [resultWith({ ns: 40 }), resultWith({ ns: 80, workers: 2 })]
    expect(named(figuresOf(results, 1), 'scaling-repeat-native')).toBeUndefined()
  })

  test('LLFree is compared with buddy on the same backend over getting and putting together', () => {
    const bulk = (implementation: string, get: number, put: number) => [
      resultWith({ ns: get, case: 'bulk-get', implementation, backend: 'wasm', workers: 2 }),
      resultWith({ ns: put, case: 'bulk-put', implementation, backend: 'wasm', workers: 2 }),
    ]
    const figures = figuresOf([...bulk('llfree', 30, 20), ...bulk('buddy', 50, 110)], 2)
    expect(named(figures, 'ahead-of-buddy-bulk-wasm')).toMatchObject({
      value: 3.2,
      goal: 3,
      better: 'higher',
      met: true,
    })
    expect(named(figures, 'ahead-of-buddy-bulk-native')).toBeUndefined()
  })

  test('half of a comparison is none', () => {
    const results = [
      resultWith({ ns: 30, case: 'bulk-get', workers: 2 }),
      resultWith({ ns: 30, case: 'bulk-put', workers: 2 }),
    ]
    expect(named(figuresOf(results, 2), 'ahead-of-buddy-bulk-native')).toBeUndefined()
  })

  test('recovery counts in milliseconds, each state on each backend with a goal of its own', () => {
    const recovery = (state: string, backend: 'sab' | 'wasm' | 'native', ms: number, over = {}) =>
      resultWith({ ns: ms * 1e6, case: `recovery-${state}`, backend, driver: 'js', frames: 2 ** 28, ...over })
    const figures = figuresOf(
      [
        recovery('free', 'native', 1.5),
        recovery('huge', 'native', 10.5),
        recovery('busy', 'native', 5),
        recovery('free', 'wasm', 3),
        recovery('free', 'sab', 6, { cpuShare: 0.4, disturbedRounds: 7 }),
        recovery('huge', 'sab', 6),
      ],
      2,
    ).filter(({ id }) => id.startsWith('recovery-'))
    expect(figures).toEqual([
      {
        id: 'recovery-free-native-ms',
        title: 'recovery of 1 TiB, all free, native, in milliseconds',
        value: 1.5,
        goal: 2,
        better: 'lower',
        met: true,
      },
      expect.objectContaining({ id: 'recovery-huge-native-ms', value: 10.5, goal: 10, met: false }),
      expect.objectContaining({
        id: 'recovery-free-sab-ms',
        title: 'recovery of 1 TiB, all free, TypeScript, in milliseconds (with 40 % of a CPU)',
        value: 6,
        goal: 12,
        met: true,
      }),
    ])
  })

  test('metadata is taken from the largest memory and counted for each GiB', () => {
    const small = resultWith({ ns: 1, frames: 2 ** 18, metadataBytes: 90_000 })
    const large = resultWith({ ns: 1, frames: 2 ** 20, metadataBytes: 4 * 37_120, case: 'bulk-get' })
    const figure = named(figuresOf([small, large], 2), 'metadata-bytes-per-gib')
    expect(figure).toMatchObject({ value: 37_120, goal: 38_000, better: 'lower', met: true })
  })

  test('metadata of other allocators is not ours', () => {
    expect(figuresOf([resultWith({ ns: 1, implementation: 'buddy' })], 2)).toEqual([])
  })

  test('without results there are no figures', () => {
    expect(figuresOf([], 2)).toEqual([])
  })
})
