// The adapter beyond abstract-level's own suite: options, what is given back, seeking in every kind of range, and the
// store underneath.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { StoreOptions } from '../src/api.ts'
import { StoreError } from '../src/errors.ts'
import { ParperosLevel } from '../src/level/index.ts'
import { LevelOfStore } from '../src/level/level-of-store.ts'
import { kinds, quickDirectory, type Open } from './support/kinds.ts'
import { randomFrom, type Random } from './support/random.ts'

const directory = quickDirectory('level')
afterAll(() => rmSync(directory, { recursive: true }))
let made = 0

describe.each(Object.values(kinds))('a database over $name', ({ opener }) => {
  let open: Open
  let path: string
  beforeEach(() => {
    open = opener()
    path = join(directory, String(made++))
  })
  const level = (options = {}): LevelOfStore => new LevelOfStore((own) => open(path, own), options)

  test('the store underneath has what the database wrote, and the other way round', async () => {
    await using db = level()
    expect(() => db.store).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    await db.open()
    await db.put('a', 'level')
    await db.store.transaction((transaction) => {
      const tree = transaction.in(db.store)
      tree.put('b', `${tree.getSync('a') ?? ''} and store`)
    })
    expect(await db.getMany(['a', 'b'])).toEqual(['level', 'level and store'])
    await db.close()
    expect(() => db.store).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  test('what was written is there after closing and opening again', async () => {
    const db = level()
    await db.sublevel('s').put('a', '1')
    await db.close()
    await db.open()
    expect(await db.sublevel('s').get('a')).toBe('1')
    await db.close()
  })

  test('every iterator gives its snapshot back, however it ends', async () => {
    await using db = level()
    await db.batch(['a', 'b', 'c'].map((key) => ({ type: 'put', key, value: key })))
    const open = (): number => db.store.stats().openSnapshots
    await db.iterator().all()
    await db.keys().all()
    await db.values({ limit: 1 }).all()
    for await (const [key] of db.iterator()) if (key === 'b') break
    await db.clear({ gte: 'c' })
    expect(open()).toBe(0)
    const iterator = db.iterator()
    const snapshot = db.snapshot()
    iterator.seek('b')
    expect(open()).toBe(2)
    expect(await iterator.nextv(10)).toEqual([['b', 'b']])
    await iterator.close()
    await db.iterator({ snapshot }).all()
    expect(open()).toBe(1)
    await snapshot.close()
    expect(open()).toBe(0)
  })

  test('closing the database gives open iterators and snapshots back', async () => {
    const db = level()
    await db.open()
    db.iterator()
    db.snapshot()
    await db.close()
    await using store = await open(path)
    expect(store.stats().openSnapshots).toBe(0)
  })

  test('a snapshot of another database is refused', async () => {
    await using db = level()
    await using other = new LevelOfStore((own) => opener()(join(directory, String(made++)), own))
    await Promise.all([db.open(), other.open()])
    const snapshot = other.snapshot()
    await expect(db.get('a', { snapshot })).rejects.toMatchObject({ code: 'BAD_OPTION' })
    expect(() => db.iterator({ snapshot })).toThrow('not one of this database')
  })

  test('errorIfExists makes what is not there, and refuses what is', async () => {
    const first = level({ errorIfExists: true })
    await first.open()
    await first.close()
    await expect(level({ errorIfExists: true }).open()).rejects.toMatchObject({
      code: 'LEVEL_DATABASE_NOT_OPEN',
      cause: { message: 'the store exists already, and errorIfExists is set' },
    })
  })

  test('seeking anywhere in any range finds what a sorted list has', async () => {
    await using db = level()
    const random = randomFrom(1)
    const keys = [...new Set(Array.from({ length: 120 }, () => randomKey(random)))].sort()
    await db.batch(
      keys.map((key) => ({ type: 'put' as const, key, value: '' })),
      { keyEncoding: latin1 },
    )
    for (let round = 0; round < 300; round++) {
      const range: Record<string, unknown> = { reverse: random(2) === 0 }
      const lower = random(5) < 3 ? randomKey(random) : undefined
      const upper = random(5) < 3 ? randomKey(random) : undefined
      const [above, below] = [random(2) === 0 ? 'gt' : 'gte', random(2) === 0 ? 'lt' : 'lte']
      if (lower !== undefined) range[above] = lower
      if (upper !== undefined) range[below] = upper
      if (random(2) === 0) range.limit = random(20)
      const inside = keys.filter(
        (key) =>
          (lower === undefined || key > lower || (above === 'gte' && key === lower)) &&
          (upper === undefined || key < upper || (below === 'lte' && key === upper)),
      )
      if (range.reverse) inside.reverse()
      const iterator = db.keys({ ...range, keyEncoding: latin1 })
      const found: string[] = []
      const expected: string[] = []
      let from = 0
      let left = (range.limit as number | undefined) ?? Infinity
      for (let step = 0; step < 4; step++) {
        if (random(5) < 3) {
          const target = randomKey(random)
          iterator.seek(target, { keyEncoding: latin1 })
          const outside =
            (lower !== undefined && (target < lower || (above === 'gt' && target === lower))) ||
            (upper !== undefined && (target > upper || (below === 'lt' && target === upper)))
          const place = inside.findIndex((key) => (range.reverse ? key <= target : key >= target))
          from = outside || place < 0 ? inside.length : place
        }
        const size = 1 + random(5)
        const some = inside.slice(from, from + Math.min(size, left))
        expected.push(...some)
        from += some.length
        left -= some.length
        found.push(...(await iterator.nextv(size)))
      }
      await iterator.close()
      expect(found, `round ${round}: ${JSON.stringify(range)}`).toEqual(expected)
    }
  })
})

test('ParperosLevel is a directory of a disk, and what another worker has open', async () => {
  const path = join(directory, String(made++))
  await using db = new ParperosLevel<string, unknown>(path, { valueEncoding: 'json', maxBytes: 16 << 20, workers: 2 })
  await db.sublevel('s').put('a', 'from the first')
  await using other = new ParperosLevel(structuredClone(db.store.handle), { worker: 1 })
  expect([db.location, other.location]).toEqual([path, path])
  expect(await other.sublevel('s').get('a')).toBe('from the first')
  await other.put('b', '"from the second"')
  expect(await db.get('b')).toBe('from the second')
  const third = new ParperosLevel(db.store.handle, { worker: 2 })
  await expect(third.open()).rejects.toMatchObject({ cause: { code: 'BAD_OPTION' } })
})

test('the store gets its own options and none of abstract-level’s', async () => {
  const given: StoreOptions[] = []
  const db = new LevelOfStore(
    (options) => {
      given.push(options)
      return Promise.reject(new StoreError('LOCKED', 'somebody else has it'))
    },
    { createIfMissing: false, keyEncoding: 'json', cacheBytes: 1 << 20, sync: 'off' } as object,
  )
  await expect(db.open()).rejects.toMatchObject({ cause: { code: 'LOCKED', message: 'somebody else has it' } })
  expect(given).toEqual([{ create: false, cacheBytes: 1 << 20, sync: 'off' }])
})

/** One character for each byte. */
const latin1 = {
  name: 'latin1',
  format: 'buffer' as const,
  encode: (text: string) => Buffer.from(text, 'latin1'),
  decode: (bytes: Buffer) => bytes.toString('latin1'),
}

const randomKey = (random: Random): string =>
  String.fromCharCode(...Array.from({ length: random(3) }, () => [0, 1, 127, 128, 255][random(5)]))
