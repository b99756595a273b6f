// Which exported values count as constants tables, and which numbers they may hold.
import { describe, expect, it } from 'vitest'
import { cInteger, isConstantsTable, tableLines, upperSnake, type ConstantsTable } from '../src/constants.ts'

describe('a constants table', () => {
  it('is recognised by its shape alone', () => {
    expect(isConstantsTable({ kind: 'c-constants', prefix: 'a', values: {}, hash: 1 })).toBe(true)
    for (const other of [null, undefined, 3, 'c-constants', {}, { kind: 'layout' }, () => 0]) {
      expect(isConstantsTable(other)).toBe(false)
    }
  })

  it('becomes one #define for each value and one for its hash', () => {
    const values = { treeWords: 8, none: -1 }
    expect(tableLines({ kind: 'c-constants', prefix: 'llfree', values, hash: 0xbadb002 })).toEqual([
      '#define LLFREE_TREE_WORDS 8',
      '#define LLFREE_NONE (-1)',
      '#define LLFREE_LAYOUT_HASH 0x0badb002u',
    ])
  })

  it('names the key whose value is no 32-bit integer', () => {
    const table = (values: Record<string, number>, hash = 1): ConstantsTable =>
      ({ kind: 'c-constants', prefix: 'p', values, hash })
    for (const value of [1.5, 2 ** 32, -(2 ** 31) - 1, NaN, Infinity]) {
      expect(() => tableLines(table({ good: 1, bad: value }))).toThrow(`p.bad is ${value}; expected an integer`)
    }
    expect(() => tableLines(table({}, -1))).toThrow('the hash of p is -1')
  })

  it('names the key or the prefix that makes no C name', () => {
    const table = (prefix: string, key: string): ConstantsTable =>
      ({ kind: 'c-constants', prefix, values: { [key]: 1 }, hash: 1 })
    for (const key of ['', 'größe', 'a b', '-a']) {
      expect(() => tableLines(table('p', key))).toThrow(`p.${key} makes no C name`)
    }
    for (const prefix of ['', '9p', 'ö']) {
      expect(() => tableLines(table(prefix, 'a'))).toThrow(`the prefix "${prefix}" makes no C name`)
    }
  })
})

describe('a C name', () => {
  it.each([
    ['treeWords', 'TREE_WORDS'],
    ['u32', 'U32'],
    ['order10Bits', 'ORDER10_BITS'],
    ['maxIOPages', 'MAX_IO_PAGES'],
    ['OUT_OF_MEMORY', 'OUT_OF_MEMORY'],
    ['alloc-api', 'ALLOC_API'],
  ])('%s becomes %s', (name, expected) => {
    expect(upperSnake(name)).toBe(expected)
  })
})

describe('a C integer', () => {
  it.each([
    [0, '0'],
    [2 ** 31 - 1, '2147483647'],
    [2 ** 31, '2147483648u'],
    [2 ** 32 - 1, '4294967295u'],
    [-1, '(-1)'],
    [-(2 ** 31), '(-2147483647 - 1)'],
  ])('%d is written %s', (value, expected) => {
    expect(cInteger(value)).toBe(expected)
  })
})
