// Encodings: what goes in comes out, order is kept, and what does not suit is refused.
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { EncodingName } from '../src/api.ts'
import { copyOf, encodingOf } from '../src/store/encodings.ts'

const strings = [
  '',
  'a',
  'ä',
  '€',
  '😀',
  'x'.repeat(64),
  'x'.repeat(65),
  `${'x'.repeat(63)}ß`,
  'é'.repeat(1024),
  'y'.repeat(5000),
  '\0\u007f',
]

test('utf8 gives the bytes of UTF-8 in all its ways, and the same string back', () => {
  const utf8 = encodingOf<string>('utf8')
  for (const text of strings) {
    const bytes = new TextEncoder().encode(text)
    expect(Uint8Array.from(utf8.encode(text)), text).toEqual(bytes)
    expect(Uint8Array.from(utf8.scratch(text)), text).toEqual(bytes)
    expect(utf8.decode(bytes)).toBe(text)
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 3))
    shared.set(bytes, 2)
    expect(utf8.read(shared, 2, bytes.length)).toBe(text)
  }
})

test('scratch bytes of two instances are different ones, those of encode are nobody else’s', () => {
  const [one, other] = [encodingOf<string>('utf8'), encodingOf<string>('utf8')]
  const [a, b] = [one.scratch('first'), other.scratch('other')]
  const kept = one.encode('kept')
  one.scratch('again')
  expect(other.decode(a)).toBe('again')
  expect(other.decode(b)).toBe('other')
  expect(other.decode(kept)).toBe('kept')
})

test('half a surrogate pair is refused, since two such strings would become one key', () => {
  const utf8 = encodingOf<string>('utf8')
  for (const text of ['\ud800', 'a\udc00', `${'x'.repeat(100)}\ud83d`]) {
    expect(() => utf8.encode(text)).toThrow(expect.objectContaining({ code: 'BAD_ENCODING' }))
    expect(() => utf8.scratch(text)).toThrow(expect.objectContaining({ code: 'BAD_ENCODING' }))
  }
})

test('json takes what JSON has, and says what it does not have', () => {
  const json = encodingOf<unknown>('json')
  for (const value of [null, 0, 'ä', [1, { b: [] }], { a: null }, true]) {
    const bytes = json.encode(value)
    expect(json.decode(bytes)).toEqual(value)
    expect(json.read(bytes, 0, bytes.length)).toEqual(value)
    expect(json.decode(json.scratch(value))).toEqual(value)
  }
  const loop: unknown[] = []
  loop.push(loop)
  for (const value of [undefined, () => 1, Symbol('s'), 1n, loop]) {
    expect(() => json.encode(value), inspect(value)).toThrow(expect.objectContaining({ code: 'BAD_ENCODING' }))
  }
  expect(() => json.decode(Buffer.from('{"a":'))).toThrow('\'{"a":\' is not JSON')
})

test('binary hands over the very bytes, and reads a copy', () => {
  const binary = encodingOf<Uint8Array>('binary')
  const bytes = Uint8Array.of(1, 2, 3, 4)
  expect(binary.encode(bytes)).toBe(bytes)
  expect(binary.decode(bytes)).toBe(bytes)
  const copy = binary.read(bytes, 1, 2)
  bytes.fill(9)
  expect([...copy]).toEqual([2, 3])
  expect(copyOf(new Uint8Array(new SharedArrayBuffer(8)).fill(7), 2, 5).buffer).not.toBeInstanceOf(SharedArrayBuffer)
})

test('values of the wrong type are refused with their encoding’s name', () => {
  expect(() => encodingOf<unknown>('utf8').encode(5)).toThrow("the encoding 'utf8' is for strings, and this is 5")
  expect(() => encodingOf<unknown>('utf8').scratch(undefined)).toThrow(
    expect.objectContaining({ code: 'BAD_ENCODING' }),
  )
  expect(() => encodingOf<unknown>('binary').encode('text')).toThrow("the encoding 'binary' is for Uint8Arrays")
  expect(() => encodingOf<unknown>('binary').encode(new DataView(new ArrayBuffer(1)))).toThrow('is for Uint8Arrays')
})

test('an own encoding is used as it is, and one that makes no bytes is told so', () => {
  const date = {
    name: 'date',
    encode: (value: Date) => Buffer.from(value.toISOString()),
    decode: (bytes: Uint8Array) => new Date(Buffer.from(bytes).toString()),
  }
  const own = encodingOf(date)
  const when = new Date(123_456)
  expect(own.name).toBe('date')
  expect(own.decode(own.encode(when))).toEqual(when)
  expect(own.read(own.scratch(when), 0, 24)).toEqual(when)
  const wrong = encodingOf({ ...date, encode: () => 'text' as unknown as Uint8Array })
  expect(() => wrong.encode(when)).toThrow("the encoding 'date' made 'text'; encode() returns a Uint8Array")
})

test('an unknown name and what is no encoding are refused', () => {
  expect(() => encodingOf('utf-16' as EncodingName)).toThrow("there is no encoding 'utf-16'")
  for (const wrong of [null, 5, {}, { name: 'x', encode: () => Buffer.of() }]) {
    expect(() => encodingOf(wrong as never), inspect(wrong)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  }
})
