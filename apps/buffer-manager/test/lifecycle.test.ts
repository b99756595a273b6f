// Opening and closing: options, what comes back, and what is left when a store is closed.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Snapshot, Store, StoreOptions } from '../src/api.ts'
import { open, type StoreError } from '../src/index.ts'
import { backends, error, freshPaths, keyOf, openSmall, small } from './support/stores.ts'

const freshPath = freshPaths('lifecycle')

/** A failure does not print all of a store. */
const opening = (...given: Parameters<typeof open<string, string>>): Promise<string> => open(...given).then(() => 'it was opened')

describe.each(backends)('%s', (backend) => {
  test('what was committed is there after closing and opening, whatever `sync` is', async () => {
    for (const sync of ['full', 'group', 'off'] as const) {
      const path = freshPath()
      for (let round = 0; round < 3; round++) {
        await using store = await openSmall(path, { backend, sync })
        expect(store.count()).toBe(round * 101)
        for (let i = 0; i < 100; i++) await store.put(`${round} ${keyOf(i)}`, 'x'.repeat(i))
        store.tree(`tree ${round}`).putSync('long', 'y'.repeat(10_000))
        store.putSync(`${round}`, sync)
        expect(store.info()).toMatchObject({ sync, recovered: { commits: 0, bytes: 0 } })
      }
      await using store = await openSmall(path, { backend: 'sab', readOnly: true })
      expect(store.treeNames()).toEqual(['tree 0', 'tree 1', 'tree 2'])
      expect([store.count(), store.getSync(`2 ${keyOf(99)}`)?.length, store.tree('tree 1').getSync('long')?.length]).toEqual([303, 99, 10_000])
      await store.validate()
    }
  })

  test('closing leaves a directory that another backend opens, and no lock', async () => {
    const path = freshPath()
    const store = await openSmall(path, { backend })
    await store.put('a', '1')
    expect(existsSync(join(path, 'lock'))).toBe(true)
    await store.close()
    expect(readdirSync(path).sort().filter((name) => !/^log\.\d{8}$/.test(name))).toEqual(['data.pages'])
    await using again = await openSmall(path, { backend: 'sab' })
    expect(again.getSync('a')).toBe('1')
  })

  test('closing waits for what is under way, and refuses the rest', async () => {
    const path = freshPath()
    const store = await openSmall(path, { backend, cacheBytes: 256 << 10, sync: 'full', checkpointBytes: 1 << 16 })
    const putting = Array.from({ length: 300 }, (_, i) => store.put(keyOf(i), 'x'.repeat(2000)))
    const reading = Array.from({ length: 300 }, (_, i) => store.get(keyOf(i)))
    await putting[0]
    const closed = store.close()
    const [puts, gets] = await Promise.all([Promise.allSettled(putting), Promise.allSettled(reading)])
    await closed
    expect(store.close()).toBe(closed)
    const failures = [...puts, ...gets].filter((end) => end.status === 'rejected').map(({ reason }) => (reason as StoreError).code)
    expect(failures.filter((code) => code !== 'CLOSED')).toEqual([])
    await using again = await openSmall(path, { backend })
    for (const [i, { status }] of puts.entries()) {
      if (status === 'fulfilled') expect(again.getSync(keyOf(i))?.length).toBe(2000)
    }
    await again.validate()
  })
})

test('a closed store refuses everything with CLOSED', async () => {
  const store = await openSmall(freshPath())
  const tree = store.tree('tree')
  await store.batch(Array.from({ length: 1000 }, (_, i) => ({ type: 'put', key: keyOf(i), value: '' })))
  await tree.put('a', '1')
  const snapshot = store.snapshot()
  const then = snapshot.in(store)
  const scan = store.entriesSync()
  const scanning = store.keys()
  scan.next()
  await scanning.next()
  await store.close()
  await store[Symbol.asyncDispose]()
  const closed = error('CLOSED', 'has been closed')
  const sync: Record<string, (of: Store) => unknown> = {
    getSync: (of) => of.getSync('a'),
    getManySync: (of) => of.getManySync(['a']),
    hasSync: (of) => of.hasSync('a'),
    viewSync: (of) => of.viewSync('a', () => 1),
    putSync: (of) => of.putSync('a', '2'),
    delSync: (of) => of.delSync('a'),
    batchSync: (of) => of.batchSync([{ type: 'del', key: 'a' }]),
    entriesSync: (of) => [...of.entriesSync()],
    keysSync: (of) => [...of.keysSync()],
    valuesSync: (of) => [...of.valuesSync()],
    count: (of) => of.count(),
  }
  const later: Record<string, (of: Store) => Promise<unknown>> = {
    get: (of) => of.get('a'),
    getMany: (of) => of.getMany(['a']),
    has: (of) => of.has('a'),
    put: (of) => of.put('a', '2'),
    del: (of) => of.del('a'),
    batch: (of) => of.batch([{ type: 'del', key: 'a' }]),
    clear: (of) => of.clear(),
    load: (of) => of.load([['b', '1']]),
    entries: (of) => of.entries().next(),
    keys: (of) => of.keys().next(),
    values: (of) => of.values().next(),
  }
  for (const of of [store, tree as Store]) {
    for (const [name, use] of Object.entries(sync)) expect(() => use(of), name).toThrow(closed)
    for (const [name, use] of Object.entries(later)) await expect(use(of), name).rejects.toThrow(closed)
  }
  for (const use of [
    () => store.tree('tree'),
    () => store.treeNames(),
    () => store.snapshot(),
    () => store.transactionSync(() => 1),
    () => store.stats(),
    () => store.info(),
    () => then.getSync('a'),
    () => snapshot.in(tree),
    () => [...scan],
  ]) {
    expect(use).toThrow(closed)
  }
  for (const use of [
    () => store.transaction(() => 1),
    () => store.flush(),
    () => store.checkpoint(),
    () => store.refresh(),
    () => store.validate(),
    () => then.get('a'),
    async () => {
      for await (const key of scanning) expect(key).toMatch('key')
    },
  ]) {
    await expect(use()).rejects.toThrow(closed)
  }
  snapshot.close()
})

test('`using` closes what was opened', async () => {
  const path = freshPath()
  let snapshot: Snapshot
  {
    await using store = await openSmall(path)
    {
      using open = store.snapshot()
      snapshot = open
      expect(store.stats().openSnapshots).toBe(1)
    }
    expect(store.stats().openSnapshots).toBe(0)
    await store.put('a', '1')
  }
  await using again = await openSmall(path)
  expect(again.getSync('a')).toBe('1')
  expect(() => snapshot.in(again)).toThrow(error('CLOSED'))
})

describe('options', () => {
  const bad: [keyof StoreOptions, unknown[], string][] = [
    ['backend', ['best', 7, null, '__proto__'], '\'auto\', \'sab\', \'wasm\' or \'native\''],
    ['cacheBytes', [-1, 0, 1.5, 262_143, '64M', NaN, Infinity, 2 ** 53], 'cacheBytes'],
    ['maxBytes', [-1, 0, 100_000, 2 ** 41, '1G'], 'maxBytes'],
    ['workers', [0, 65, 1.5, '2'], 'workers'],
    ['sync', ['fast', true, 1, 'FULL'], '\'full\', \'group\' or \'off\''],
    ['groupMs', [0, -1, 60_001, '10'], 'groupMs'],
    ['checkpointBytes', [0, 65_535, 2 ** 31 + 1, '1M'], 'checkpointBytes'],
    ['patienceMs', [0, -1, 3_600_001, '1'], 'patienceMs'],
    ['readOnly', ['yes', 1], 'readOnly'],
    ['create', ['no', 0], 'create'],
    ['direct', ['yes', 1], 'direct'],
  ]
  test.each(bad)('a bad %s is refused, and nothing is made', async (option, values, message) => {
    for (const value of values) {
      const path = freshPath()
      await expect(opening(path, { ...small, [option]: value }), String(value)).rejects.toThrow(error('BAD_OPTION', message))
      expect(existsSync(path)).toBe(false)
    }
  })

  test('encodings that are none, and paths that are none', async () => {
    await expect(opening(freshPath(), { ...small, keyEncoding: 'hex' as never })).rejects.toThrow(error('BAD_OPTION', 'encoding'))
    await expect(opening(freshPath(), { ...small, valueEncoding: {} as never })).rejects.toThrow(error('BAD_OPTION', 'encoding'))
    await expect(opening(undefined as never, small)).rejects.toThrow(error('BAD_OPTION', 'path'))
    await expect(opening('', small)).rejects.toThrow(error('BAD_OPTION', 'path'))
    await expect(opening(freshPath(), null as never)).rejects.toThrow(error('BAD_OPTION', 'options are an object'))
    const path = freshPath()
    await expect(opening(path, { ...small, keyEncoding: 'hex' as never })).rejects.toThrow(error('BAD_OPTION'))
    // What was refused has locked nothing.
    await (await open(path, small)).close()
    await using store = await openSmall(freshPath())
    expect(() => store.tree('t', { keyEncoding: 'hex' as never })).toThrow(error('BAD_OPTION', 'encoding'))
    await expect(store.transaction(() => 1, { isolation: 'none' as never })).rejects.toThrow(error('BAD_OPTION', 'isolation'))
    expect(() => store.transactionSync(() => 1, { isolation: 'none' as never })).toThrow(error('BAD_OPTION'))
  })

  test('all of them left out give what the documentation says', async () => {
    await using store = await open(freshPath())
    expect(store.info()).toMatchObject({ sync: 'full', cacheBytes: 64 << 20, maxBytes: 16 * 2 ** 30, worker: 0, workers: 1 })
    expect(backends).toContain(store.info().backend)
    await store.put('a', '1')
    expect(await store.get('a')).toBe('1')
  })

  test('a store is not made without `create`, and not where something else is', async () => {
    const path = freshPath()
    await expect(opening(path, { ...small, create: false })).rejects.toThrow(error('NOT_A_STORE'))
    expect(existsSync(path)).toBe(false)
    await (await openSmall(path)).close()
    await (await openSmall(path, { create: false })).close()
    const file = freshPath()
    writeFileSync(file, 'something else')
    await expect(opening(file, small)).rejects.toThrow(expect.objectContaining({ name: 'StoreError' }) as Error)
    expect(readFileSync(file, 'utf8')).toBe('something else')
    await using there = await openSmall(path)
    expect(statSync(join(path, 'data.pages')).size).toBeLessThan(64 << 10)
    expect(there.count()).toBe(0)
  })
})
