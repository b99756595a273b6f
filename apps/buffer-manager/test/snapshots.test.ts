// Snapshots: one moment of all trees, for as long as they are open, and nothing of them afterwards.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Store, Tree } from '../src/api.ts'
import { backends, error, freshPaths, keyOf, openSmall } from './support/stores.ts'

const freshPath = freshPaths('snapshots')

const fill = (tree: Tree, count: number, value: string): Promise<void> =>
  tree.batch(Array.from({ length: count }, (_, i) => ({ type: 'put', key: keyOf(i), value })))

describe.each(backends)('%s', (backend) => {
  let store: Store
  beforeEach(async () => {
    store = await openSmall(freshPath(), { backend, cacheBytes: 512 << 10, checkpointBytes: 1 << 16 })
    return async () => {
      await store.validate()
      await store.close()
    }
  })

  test('a snapshot stays what it is while everything is written several times, checkpoints included', async () => {
    const tree = store.tree('tree')
    const long = 'x'.repeat(50_000)
    await fill(store, 2000, 'first')
    await tree.put('long', long)
    using snapshot = store.snapshot()
    for (let round = 0; round < 4; round++) {
      await fill(store, 2000, `round ${round}`)
      await tree.put('long', `${round}`.repeat(60_000))
      await store.clear({ gte: keyOf(500 * round), lt: keyOf(500 * round + 250) })
      if (round % 2 === 0) await store.checkpoint()
    }
    const then = snapshot.in(store)
    const values = [...then.valuesSync()]
    expect([values.length, values.every((value) => value === 'first')]).toEqual([2000, true])
    expect(await then.getMany([keyOf(0), keyOf(1999), 'z'])).toEqual(['first', 'first', undefined])
    expect([snapshot.in(tree).getSync('long') === long, (await snapshot.in(tree).get('long')) === long]).toEqual([true, true])
    for await (const [, value] of snapshot.in(tree).entries()) expect(value === long).toBe(true)
    expect(store.count()).toBe(1750)
  })

  test('readers of several trees see a batch as a whole', async () => {
    const [left, right] = [store.tree('left'), store.tree('right')]
    const write = (round: number): Promise<void> =>
      left.batch(
        Array.from({ length: 40 }, (_, i) => {
          const tree = i % 2 === 0 ? left : right
          // The sum over both is always 0.
          const value = String(i % 2 === 0 ? round * i : -round * (i - 1))
          return { type: 'put' as const, key: keyOf(i >> 1), value, tree }
        }),
      )
    await write(0)
    const sum = (values: Iterable<string>): number => [...values].reduce((all, value) => all + Number(value), 0)
    const writing = (async () => {
      for (let round = 1; round <= 150; round++) {
        await write(round)
        await new Promise(setImmediate)
      }
    })()
    let moments = 0
    for (let isWriting = true; isWriting; moments++) {
      isWriting = await Promise.race([writing.then(() => false), new Promise<boolean>((resolve) => setImmediate(() => resolve(true)))])
      using snapshot = store.snapshot()
      const later = snapshot.in(right).getMany(Array.from({ length: 20 }, (_, i) => keyOf(i)))
      expect(sum(snapshot.in(left).valuesSync()) + sum((await later).map(String))).toBe(0)
    }
    expect(moments).toBeGreaterThan(10)
  })

  test('pages of a snapshot are used again after it has been closed', async () => {
    const rounds = async (count: number): Promise<number> => {
      for (let round = 0; round < count; round++) await fill(store, 3000, String(round).repeat(400))
      await store.checkpoint()
      return store.stats().pages
    }
    const before = await rounds(4)
    const snapshot = store.snapshot()
    const held = await rounds(4)
    expect(held).toBeGreaterThan(before + 500)
    snapshot.close()
    snapshot.close()
    expect(await rounds(12)).toBeLessThan(held + 1024)
    expect(store.stats().openSnapshots).toBe(0)
  })
})

test('what a snapshot does not have is not kept for it: the file does not grow with each commit', async () => {
  const store = await openSmall(freshPath(), { backend: 'sab', cacheBytes: 1 << 20 })
  await fill(store, 500, 'first')
  using snapshot = store.snapshot()
  await fill(store, 500, 'second')
  const { pages } = store.stats()
  // Longer commits are done on copies, each of which takes the place of another.
  for (let round = 0; round < 40; round++) await fill(store, 500, `round ${round}`)
  expect(store.stats().pages).toBeLessThan(pages + 200)
  expect(snapshot.in(store).getSync(keyOf(7))).toBe('first')
  await store.validate()
  await store.close()
})

test('a worker has room for 256 snapshots and transactions, and long values can be read besides', async () => {
  await using store = await openSmall(freshPath(), { cacheBytes: 256 << 10 })
  await store.put('long', 'x'.repeat(400_000))
  const snapshots = Array.from({ length: 256 }, () => store.snapshot())
  expect(() => store.snapshot()).toThrow(error('TOO_MANY', '256 open snapshots'))
  await expect(store.transaction(() => 1)).rejects.toThrow(error('TOO_MANY'))
  const long = await store.getMany(Array.from({ length: 40 }, () => 'long'))
  expect([long.every((value) => value?.length === 400_000), store.getSync('long')?.length]).toEqual([true, 400_000])
  expect(snapshots[255].in(store).getSync('long')?.length).toBe(400_000)
  for (const snapshot of snapshots.slice(100)) snapshot.close()
  expect(await store.transaction(() => 1)).toBe(1)
  expect(store.stats().openSnapshots).toBe(100)
})

test('trees that are made later are empty in a snapshot', async () => {
  await using store = await openSmall(freshPath())
  using snapshot = store.snapshot()
  const tree = store.tree('later')
  await tree.put('a', '1')
  const then = snapshot.in(tree)
  expect([then.getSync('a'), await then.get('a'), [...then.keysSync()], then.hasSync('a')]).toEqual([undefined, undefined, [], false])
  expect(tree.getSync('a')).toBe('1')
})

test('a snapshot that has been closed cannot be read, and one of another store neither', async () => {
  await using store = await openSmall(freshPath())
  await using other = await openSmall(freshPath())
  await store.put('a', '1')
  const snapshot = store.snapshot()
  expect(() => snapshot.in(other)).toThrow(error('BAD_OPTION', 'of the same store'))
  const then = snapshot.in(store)
  const entries = then.entriesSync()
  const reading = then.entries()
  snapshot[Symbol.dispose]()
  expect(() => then.getSync('a')).toThrow(error('CLOSED', 'snapshot has been closed'))
  expect(() => entries.next()).toThrow(error('CLOSED'))
  await expect(reading.next()).rejects.toThrow(error('CLOSED'))
  await expect(then.getMany(['a'])).rejects.toThrow(error('CLOSED'))
  expect(() => snapshot.in(store)).toThrow(error('CLOSED'))
})
