// Sizes as people write them.
import { expect, test } from 'vitest'
import { readable, sizeOf } from '../src/cli/sizes.ts'

test.each([
  ['4096', 4096],
  ['64M', 64 * 2 ** 20],
  ['64 MiB', 64 * 2 ** 20],
  ['64mb', 64 * 2 ** 20],
  ['1.5g', 1.5 * 2 ** 30],
  ['2T', 2 ** 41],
  ['0', 0],
])('%s is %d bytes', (text, bytes) => {
  expect(sizeOf(text)).toBe(bytes)
})

test.each(['', 'M', '-1', '1e3', '64X', '1,5G', '9999999T', '64MM'])('%j is no size', (text) => {
  expect(() => sizeOf(text)).toThrow('A size is')
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [1536, '1.50 KiB'],
  [150 * 2 ** 20, '150 MiB'],
  [2 ** 44, '16.0 TiB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(readable(bytes)).toBe(text)
})
