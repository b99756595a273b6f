// What the methods of a store do, on every backend.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Encoding, Operation, Store, Tree } from '../src/api.ts'
import { backends, error, freshPaths, keyOf, openSmall } from './support/stores.ts'

const freshPath = freshPaths('store')

/** Numbers in their numerical order. */
const number: Encoding<number> = {
  name: 'number',
  encode(value) {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  },
  decode: (bytes) => Buffer.from(bytes).readUInt32BE(),
}

describe.each(backends)('%s', (backend) => {
  let store: Store
  beforeEach(async () => {
    store = await openSmall(freshPath(), { backend })
  })
  afterEach(async () => {
    await store.validate()
    await store.close()
  })

  test('what was put is there until it is deleted', async () => {
    store.putSync('a', '1')
    await store.put('b', '2')
    await store.put('a', '3')
    expect([store.getSync('a'), await store.get('b'), await store.get('c')]).toEqual(['3', '2', undefined])
    expect([store.hasSync('a'), await store.has('b'), store.hasSync('c'), await store.has('c')]).toEqual([true, true, false, false])
    expect([store.delSync('a'), await store.del('b'), store.delSync('a'), await store.del('c')]).toEqual([true, true, false, false])
    expect([store.getSync('a'), store.hasSync('b'), store.count()]).toEqual([undefined, false, 0])
  })

  test('getMany answers in the order of the keys, also of many and of the same', async () => {
    await store.batch(Array.from({ length: 1000 }, (_, i) => ({ type: 'put', key: keyOf(i), value: String(i) })))
    const keys = Array.from({ length: 1200 }, (_, i) => keyOf((i * 7919) % 1100))
    const expected = keys.map((key) => (Number(key.slice(4)) < 1000 ? String(Number(key.slice(4))) : undefined))
    expect(store.getManySync(keys)).toEqual(expected)
    expect(await store.getMany(keys)).toEqual(expected)
    expect([store.getManySync([]), await store.getMany([])]).toEqual([[], []])
  })

  test('keys have 0 to 1024 bytes, values any number', async () => {
    const longest = 'ü'.repeat(512)
    const values = ['', 'x', 'y'.repeat(1000), 'z'.repeat(4096), 'v'.repeat(100_000), 'w'.repeat(5 << 20)]
    for (const [i, value] of values.entries()) {
      const key = longest.slice(i)
      store.putSync(key, value)
      await store.put('', value)
      expect(store.getSync(key) === value && (await store.get('')) === value).toBe(true)
    }
    for (const write of [() => store.putSync(`${longest}.`, ''), () => store.delSync(`${longest}.`), () => store.getSync(`${longest}.`)]) {
      expect(write).toThrow(error('KEY_TOO_LONG', '1024 bytes at most, this one has 1025'))
    }
    await expect(store.put(`${longest}.`, '')).rejects.toThrow(error('KEY_TOO_LONG'))
    await expect(store.get(`${longest}.`)).rejects.toThrow(error('KEY_TOO_LONG'))
    await expect(store.batch([{ type: 'put', key: 'fits', value: '' }, { type: 'del', key: `${longest}.` }])).rejects.toThrow(error('KEY_TOO_LONG'))
    expect([store.count(), store.hasSync('fits')]).toEqual([values.length + 1, false])
  })

  test('each tree has its own encodings, over the same bytes', async () => {
    const numbers = store.tree<number, { square: number }>('numbers', { keyEncoding: number, valueEncoding: 'json' })
    for (const i of [300, 7, 70_000]) await numbers.put(i, { square: i * i })
    expect([...numbers.keysSync()]).toEqual([7, 300, 70_000])
    expect([...numbers.valuesSync({ gt: 7, reverse: true })]).toEqual([{ square: 4_900_000_000 }, { square: 90_000 }])
    expect([numbers.getSync(300), await numbers.get(7), numbers.getSync(8)]).toEqual([{ square: 90_000 }, { square: 49 }, undefined])
    const raw = store.tree<Uint8Array>('numbers', { keyEncoding: 'binary' })
    expect(raw.getSync(Uint8Array.of(0, 0, 1, 44))).toBe('{"square":90000}')
    expect([...raw.keysSync()].map((bytes) => [...bytes])).toEqual([[0, 0, 0, 7], [0, 0, 1, 44], [0, 1, 17, 112]])
    expect([numbers.count(), raw.count(), store.count()]).toEqual([3, 3, 0])
    raw.putSync(Uint8Array.of(0, 0, 0, 7), 'no JSON')
    expect(() => numbers.getSync(7)).toThrow(error('BAD_ENCODING', 'is not JSON'))
    await expect(numbers.get(7)).rejects.toThrow(error('BAD_ENCODING'))
  })

  test('bytes that were handed over or returned are the caller’s, to be changed', async () => {
    const tree = store.tree<Uint8Array, Uint8Array>('binary', { keyEncoding: 'binary', valueEncoding: 'binary' })
    const [key, value] = [Uint8Array.of(1), new Uint8Array(100).fill(2)]
    const putting = [tree.put(key, value), tree.batch([{ type: 'put', key: Uint8Array.of(2), value }])]
    key[0] = 9
    value.fill(9)
    await Promise.all(putting)
    const read = tree.getSync(Uint8Array.of(1))
    expect(read?.every((byte) => byte === 2)).toBe(true)
    read?.fill(7)
    for (const [own, found] of tree.entriesSync()) {
      own.fill(7)
      found.fill(7)
    }
    const all = [...tree.entriesSync()].map(([{ [0]: first }, bytes]) => [first, bytes.every((byte) => byte === 2)])
    expect(all).toEqual([[1, true], [2, true]])
  })

  test('a named tree is made by its first put, and the store is the tree of no name', async () => {
    const [one, two] = [store.tree('one'), store.tree('二')]
    expect([await one.del('a'), one.getSync('a'), [...one.keysSync()], one.count(), store.treeNames()]).toEqual([false, undefined, [], 0, []])
    await two.put('a', '2')
    one.putSync('a', '1')
    store.putSync('a', '0')
    expect(store.treeNames()).toEqual(['二', 'one'])
    expect([store.tree('').getSync('a'), store.tree('one').getSync('a'), await store.tree('二').get('a')]).toEqual(['0', '1', '2'])
    expect([one.name, store.name, store.stats().trees, store.stats().entries]).toEqual(['one', '', 3, 3])
    await one.del('a')
    expect([store.treeNames(), one.count()]).toEqual([['二', 'one'], 0])
  })

  test('a batch is done in its order, over several trees, or not at all', async () => {
    const tree = store.tree<string, unknown>('json', { valueEncoding: 'json' })
    const operations: Operation<string, string>[] = [
      { type: 'put', key: 'a', value: '1' },
      { type: 'del', key: 'a' },
      { type: 'put', key: 'a', value: '2' },
      { type: 'del', key: 'missing' },
      { type: 'put', key: 'a', value: { of: 'the other tree' }, tree } as never,
    ]
    await store.batch(operations)
    expect([store.getSync('a'), tree.getSync('a'), store.count(), tree.count()]).toEqual(['2', { of: 'the other tree' }, 1, 1])
    store.batchSync([{ type: 'del', key: 'a' }, { type: 'del', key: 'a', tree } as never])
    store.batchSync([])
    await store.batch([])
    expect([store.count(), tree.count()]).toEqual([0, 0])

    const before = store.stats().commits
    const other = await openSmall(freshPath(), { backend })
    const bad: [Operation<string, string>, Error][] = [
      [{ type: 'update' as 'put', key: 'b', value: '2' }, error('BAD_OPTION', '\'put\' or \'del\'')],
      [{ type: 'put', key: 'b', value: '2', tree: other }, error('BAD_OPTION', 'of the same store')],
      [{ type: 'put', key: 'b', value: 2 as never }, error('BAD_ENCODING')],
      [{ type: 'put', key: undefined as never, value: '2' }, error('BAD_ENCODING')],
    ]
    for (const [operation, expected] of bad) {
      expect(() => store.batchSync([{ type: 'put', key: 'c', value: '1' }, operation])).toThrow(expected)
      await expect(store.batch([{ type: 'put', key: 'c', value: '1' }, operation])).rejects.toThrow(expected)
    }
    await other.close()
    expect([store.count(), store.stats().commits]).toEqual([0, before])
  })

  test('a value is looked at where it lies, again if it changes meanwhile', () => {
    store.putSync('a', 'first')
    store.putSync('b', 'other')
    store.putSync('long', 'x'.repeat(50_000))
    const text = (bytes: Uint8Array, at: number, length: number): string => Buffer.from(bytes.slice(at, at + length)).toString()
    expect(store.viewSync('a', text)).toBe('first')
    expect(store.viewSync('long', (_bytes, _at, length) => length)).toBe(50_000)
    expect(store.viewSync('missing', text)).toBeUndefined()
    const seen: string[] = []
    const last = store.viewSync('a', (bytes, at, length) => {
      seen.push(text(bytes, at, length))
      if (seen.length === 1) store.putSync('a', `second, and ${store.getSync('b')}`)
      return seen.length
    })
    expect([last, seen]).toEqual([2, ['first', 'second, and other']])
  })

  test('clear removes a range and says how many', async () => {
    const fill = (): Promise<void> =>
      store.batch(Array.from({ length: 3000 }, (_, i) => ({ type: 'put', key: keyOf(i), value: 'x'.repeat(i % 50) })))
    await fill()
    expect(await store.clear({ gte: keyOf(10), lt: keyOf(20) })).toBe(10)
    expect(await store.clear({ gt: keyOf(2000), reverse: true, limit: 700 })).toBe(700)
    expect([store.count(), [...store.keysSync({ reverse: true, limit: 1 })]]).toEqual([2290, [keyOf(2299)]])
    expect([await store.clear({ limit: 0 }), await store.clear({ gt: 'z' }), await store.clear()]).toEqual([0, 0, 2290])
    expect([store.count(), [...store.keysSync()], await store.clear()]).toEqual([0, [], 0])
    expect(await store.tree('never made').clear()).toBe(0)
    await fill()
    expect(store.count()).toBe(3000)
  })

  test('iterators can be ended early, and go on while others write', async () => {
    for (let i = 0; i < 2000; i++) store.putSync(keyOf(i), String(i))
    let seen = 0
    for (const key of store.keysSync()) if (key === keyOf(seen) && ++seen === 3) break
    for await (const [key, value] of store.entries({ gte: keyOf(3) })) if (key === keyOf(Number(value)) && ++seen === 700) break
    expect(seen).toBe(700)
    const values = store.values()
    expect([await values.next(), await values.return?.(), await values.next()]).toEqual([
      { done: false, value: '0' },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    // Each key that is there all the time comes once, in order; what is deleted behind the iterator changes nothing.
    const found: string[] = []
    for await (const key of store.keys()) {
      found.push(key)
      await store.del(key)
      if (found.length % 100 === 0) store.putSync(`behind ${found.length}`, '')
    }
    expect(found).toEqual(Array.from({ length: 2000 }, (_, i) => keyOf(i)))
    expect([...store.keysSync({ gte: 'key' })]).toEqual([])
  })

  test('load fills an empty tree, from anything that can be iterated', async () => {
    const tree = store.tree('loaded')
    function* entries(count: number): Generator<[string, string]> {
      for (let i = 0; i < count; i++) yield [keyOf(i), i % 500 === 0 ? 'x'.repeat(20_000) : `value ${i}`]
    }
    expect(await tree.load([])).toBe(0)
    expect(await tree.load(entries(20_000))).toBe(20_000)
    expect([tree.count(), tree.getSync(keyOf(12_345)), (await tree.get(keyOf(500)))?.length]).toEqual([20_000, 'value 12345', 20_000])
    const another = store.tree('another')
    async function* slowly(): AsyncGenerator<[string, string]> {
      for (const entry of entries(3)) yield await Promise.resolve(entry)
    }
    expect([await another.load(slowly()), another.count()]).toEqual([3, 3])
    const found = [...tree.entriesSync()]
    expect(found.length).toBe(20_000)
    expect(found.every(([key], i) => key === keyOf(i))).toBe(true)
  })

  test('load encodes values that look things up themselves', async () => {
    const tree = store.tree<string, unknown>('curious', { valueEncoding: 'json' })
    const curious = { toJSON: () => String(tree.getSync('something else')) }
    expect(await tree.load([['a', 1], ['b', curious], ['c', 3]])).toBe(3)
    expect([...tree.entriesSync()]).toEqual([['a', 1], ['b', 'undefined'], ['c', 3]])
  })

  test('load appends behind the last key', async () => {
    store.putSync('b', 'before')
    expect(await store.load(Array.from({ length: 2500 }, (_, i) => [`c${keyOf(i)}`, String(i)] as const))).toBe(2500)
    expect([store.count(), store.getSync(`c${keyOf(2499)}`), store.getSync('b')]).toEqual([2501, '2499', 'before'])
    for (const key of ['a', `c${keyOf(2499)}`]) {
      await expect(store.load([[key, 'not behind it']])).rejects.toThrow(error('BAD_OPTION', 'ascend'))
    }
    expect([store.count(), store.hasSync('a'), store.getSync(`c${keyOf(2499)}`)]).toEqual([2501, false, '2499'])
  })

  test('a load that fails leaves nothing behind', async () => {
    const tree = store.tree('loaded')
    await tree.put('x', '')
    await tree.del('x')
    await store.checkpoint()
    const before = store.stats()
    const many = (last: [string, string]): [string, string][] => [...Array.from({ length: 5000 }, (_, i): [string, string] => [keyOf(i), '']), last]
    await expect(tree.load(many([keyOf(4999), 'again']))).rejects.toThrow(error('BAD_OPTION', 'key 5000 is not above'))
    await expect(tree.load(many(['x'.repeat(1025), '']))).rejects.toThrow(error('KEY_TOO_LONG'))
    function* broken(): Generator<[string, string]> {
      yield* many(['z', ''])
      throw new Error('the source is broken')
    }
    await expect(tree.load(broken())).rejects.toThrow('the source is broken')
    function* interrupted(): Generator<[string, string]> {
      yield ['a', '']
      tree.putSync('somebody’s', 'entry')
      yield ['b', '']
    }
    await expect(tree.load(interrupted())).rejects.toThrow(error('CONFLICT'))
    expect([...tree.entriesSync()]).toEqual([['somebody’s', 'entry']])
    await store.checkpoint()
    const { pages, freePages } = store.stats()
    expect(pages - freePages).toBe(before.pages - before.freePages + 1)
  })

  test('loading goes on while others commit and a checkpoint is made', async () => {
    const tree = store.tree('loaded')
    const others: Promise<void>[] = []
    async function* entries(): AsyncGenerator<[string, string]> {
      for (let i = 0; i < 8000; i++) {
        if (i % 100 === 0) others.push(store.put(keyOf(i), 'x'.repeat(i)))
        if (i % 2000 === 0) others.push(store.checkpoint())
        if (i % 64 === 0) await new Promise(setImmediate)
        yield [keyOf(i), 'y'.repeat(i % 300)]
      }
    }
    expect(await tree.load(entries())).toBe(8000)
    await Promise.all(others)
    expect([tree.count(), store.count()]).toEqual([8000, 80])
    for (let i = 0; i < 8000; i += 333) expect(tree.getSync(keyOf(i))?.length).toBe(i % 300)
  })

  test('a worker loads one tree at a time', async () => {
    const [one, two] = [store.tree('one'), store.tree('two')]
    async function* slowly(): AsyncGenerator<[string, string]> {
      yield ['a', '1']
      await expect(two.load([['a', '2']])).rejects.toThrow(error('BUSY', 'one tree at a time'))
      yield ['b', '1']
    }
    expect([await one.load(slowly()), await two.load([['a', '2']])]).toEqual([2, 1])
    expect([[...one.keysSync()], two.getSync('a')]).toEqual([['a', 'b'], '2'])
  })

  test('what throws while it looks at a value leaves nothing open', async () => {
    await store.batch([{ type: 'put', key: 'short', value: 'x' }, { type: 'put', key: 'long', value: 'x'.repeat(5 << 20) }])
    for (const key of ['short', 'long']) {
      const view = (): unknown =>
        store.viewSync(key, () => {
          throw new Error('changed my mind')
        })
      expect(view).toThrow('changed my mind')
    }
    expect(store.stats().openSnapshots).toBe(0)
    expect([store.getSync('short'), store.getSync('long')?.length]).toEqual(['x', 5 << 20])
  })

  test('a commit may be larger than the pool', async () => {
    const operations = Array.from({ length: 6000 }, (_, i) => ({ type: 'put', key: keyOf((i * 7919) % 6000), value: 'x'.repeat(i % 1500) }) as const)
    await store.batch(operations)
    await store.transaction((transaction) => {
      const tree = transaction.in(store)
      for (const { key, value } of operations) tree.put(key, `${value}.`)
      for (let i = 0; i < 6000; i += 3) tree.del(keyOf(i))
    })
    expect([store.count(), store.getSync(keyOf((1499 * 7919) % 6000))?.length, store.getSync(keyOf(3))]).toEqual([4000, 1500, undefined])
  })

  test('stats and info say what is there', async () => {
    for (let i = 0; i < 500; i++) store.putSync(keyOf(i), 'x'.repeat(200))
    using snapshot = store.snapshot()
    const { logBytes, ...stats } = store.stats()
    expect(stats).toMatchObject({ entries: 500, trees: 1, poolPages: 512, commits: 500, checkpoints: 1, openSnapshots: 1, misses: 0, evictions: 0 })
    expect([stats.dirty > 25, stats.resident >= stats.dirty, stats.hits > 500, stats.pages - stats.freePages > 25]).toEqual([true, true, true, true])
    expect(logBytes).toBeGreaterThan(500 * 210)
    snapshot.close()
    await store.checkpoint()
    expect(store.stats()).toMatchObject({ logBytes: 0, checkpoints: 2, dirty: 0, openSnapshots: 0 })
    expect(store.info()).toMatchObject({ backend, sync: 'off', worker: 0, workers: 1, recovered: { commits: 0, bytes: 0 }, cacheBytes: 2 << 20 })
    expect(store.info().chosen[0]).toBe(`${backend}: as asked for`)
    expect(store.info().path).toBe(store.handle.path)
  })
})

test('a store has room for 1000 trees, and a name for 116 bytes', async () => {
  await using store = await openSmall(freshPath(), { backend: 'sab' })
  const trees: Tree[] = Array.from({ length: 1000 }, (_, i) => store.tree(`${'ä'.repeat(56)}${String(i).padStart(4, '0')}`))
  for (const [i, tree] of trees.entries()) {
    if (i < 999) tree.putSync('a', String(i))
    else expect(() => tree.putSync('a', '')).toThrow(error('TOO_MANY', '1000 trees'))
  }
  await expect(trees[999].put('a', '')).rejects.toThrow(error('TOO_MANY'))
  expect([trees[998].getSync('a'), trees[999].getSync('a'), store.treeNames().length]).toEqual(['998', undefined, 999])
  for (const name of ['x'.repeat(117), 7 as never, undefined as never]) {
    expect(() => store.tree(name)).toThrow(error('BAD_OPTION', 'at most 116 bytes'))
  }
  await store.validate()
})
