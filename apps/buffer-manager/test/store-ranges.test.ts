// Every combination of bounds, direction and limit gives what the model gives.
import { expect, test } from 'vitest'
import type { RangeOptions, Reader } from '../src/api.ts'
import { MemoryDisk } from './support/memory-store.ts'
import { error, freshPaths, keyOf, openSmall } from './support/stores.ts'

const freshPath = freshPaths('ranges')

/** Keys of several leaves, some with long common prefixes, and an empty one. */
const keys = ['', ...Array.from({ length: 700 }, (_, i) => `${'common '.repeat(i % 7)}${i}`)]
/** Of those that are there, between them, before and behind all. */
const bounds = [undefined, '', '3', '355', '355 ', 'common 36', 'common common common common common 4', 'zzz']
const limits = [undefined, -1, 0, 1, 250, Infinity]

const ranges = bounds.flatMap((low) =>
  bounds.flatMap((high) =>
    (['gt', 'gte'] as const).flatMap((lower) =>
      (['lt', 'lte'] as const).flatMap((upper) =>
        [false, true].map((reverse): RangeOptions<string> => {
          const range: RangeOptions<string> = { reverse }
          if (low !== undefined) range[lower] = low
          if (high !== undefined) range[upper] = high
          return range
        }),
      ),
    ),
  ),
)

const joined = (list: Iterable<string>): string => [...list].join('\n')

async function joinedLater(list: AsyncIterable<string>): Promise<string> {
  const found: string[] = []
  for await (const each of list) found.push(each)
  return joined(found)
}

async function compare(real: Reader<string, string>, model: Reader<string, string>): Promise<void> {
  for (const [i, bound] of ranges.entries()) {
    const limit = limits[i % limits.length]
    const range = limit === undefined ? bound : { ...bound, limit }
    const modelled = limit === -1 ? bound : range
    const expected = joined(model.keysSync(modelled))
    const what = JSON.stringify(range)
    expect(joined(real.keysSync(range)), what).toBe(expected)
    if (i % 5 === 0) expect(await joinedLater(real.keys(range)), what).toBe(expected)
    if (i % 7 === 0) expect([...real.entriesSync(range)], what).toEqual([...model.entriesSync(modelled)])
    if (i % 11 === 0) expect(await joinedLater(real.values(range)), what).toBe(joined(model.valuesSync(modelled)))
    if (i % 13 === 0) expect(joined(real.valuesSync(range)), what).toBe(joined(model.valuesSync(modelled)))
  }
}

test('ranges of a store, a snapshot and a transaction', async () => {
  await using store = await openSmall(freshPath())
  const model = await new MemoryDisk().open('')
  for (const tree of [store, model]) await tree.batch(keys.map((key, i) => ({ type: 'put', key, value: `${i}`.repeat(1 + (i % 40)) })))
  await compare(store, model)
  using snapshot = store.snapshot()
  const then = model.snapshot()
  for (const tree of [store, model]) for (const key of keys.slice(0, 350)) tree.delSync(key)
  await compare(snapshot.in(store), then.in(model))
  await compare(store, model)
  await store.transaction(async (own) => {
    await model.transaction(async (other) => {
      for (const tree of [own.in(store), other.in(model)]) {
        for (let i = 0; i < keys.length; i += 3) tree.put(keys[i], 'own')
        for (let i = 1; i < keys.length; i += 3) tree.del(keys[i])
      }
      await compare(own.in(store), other.in(model))
    })
  })
})

test('what is no range is refused', async () => {
  await using store = await openSmall(freshPath())
  const bad: [RangeOptions<string>, Error][] = [
    [{ limit: 1.5 }, error('BAD_OPTION', 'limit is a whole number')],
    [{ limit: '3' as never }, error('BAD_OPTION')],
    [{ limit: NaN }, error('BAD_OPTION')],
    [{ gt: 7 as never }, error('BAD_ENCODING')],
    [{ lte: 'x'.repeat(1025) }, error('KEY_TOO_LONG')],
  ]
  for (const [range, expected] of bad) {
    expect(() => [...store.keysSync(range)]).toThrow(expected)
    await expect(store.entries(range).next()).rejects.toThrow(expected)
    await expect(store.clear(range)).rejects.toThrow(expected)
  }
})

test('a scan of what is not in memory fetches leaves ahead, in both directions', async () => {
  const path = freshPath()
  const count = 60_000
  const made = await openSmall(path, { backend: 'sab' })
  await made.load(Array.from({ length: count }, (_, i) => [keyOf(i), 'x'.repeat(60)] as const))
  const { pages } = made.stats()
  await made.close()
  await using store = await openSmall(path, { backend: 'sab', cacheBytes: 1 << 20 })
  expect(pages).toBeGreaterThan(1000)
  for (const reverse of [false, true]) {
    const before = store.stats().misses
    let seen = 0
    for await (const key of store.keys({ reverse })) if (key === keyOf(reverse ? count - 1 - seen : seen)) seen++
    expect(seen).toBe(count)
    expect(store.stats().misses - before).toBeLessThan(pages / 8)
  }
})
