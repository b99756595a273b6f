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
