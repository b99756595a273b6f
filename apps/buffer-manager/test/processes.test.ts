// Other processes read a store while it is written: each of them sees one checkpoint, until it goes on to the next.
import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { attach, open } from '../src/index.ts'
import { readRound, writeRound } from './processes/rounds.ts'
import { startReader } from './processes/start.ts'
import { backends, error, freshPaths, openSmall } from './support/stores.ts'

const freshPath = freshPaths('processes')

/** A third of the pages, so that readers have to read from the file again and again. */
const reading = { cacheBytes: 64 * 4096, maxBytes: 64 << 20 }

describe.each(backends.filter((backend) => backend !== 'wasm'))('%s', (backend) => {
  const options = { backend, cacheBytes: 1 << 20, checkpointBytes: 1 << 20 }

  test('two readers see one round at a time, and each later one after `refresh`', async () => {
    const path = freshPath()
    await using store = await openSmall(path, options)
    await writeRound(store, 1)
    await store.checkpoint()
    await using first = startReader()
    await using second = startReader()
    for (const reader of [first, second]) await reader.tell('open', path, { ...reading, backend })
    let isFollowing = true
    const following = Promise.all([first.tell('follow', 12), second.tell('follow', 6)]).finally(() => (isFollowing = false))
    for (let round = 2; isFollowing; round++) {
      await writeRound(store, round)
      if (round % 3 !== 0) await store.checkpoint()
      await new Promise(setImmediate)
    }
    for (const rounds of await following) {
      expect(rounds.length).toBeGreaterThanOrEqual(6)
      // Two checkpoints may have the same round, since some begin by themselves.
      expect(rounds.every((round, i) => i === 0 || round >= rounds[i - 1])).toBe(true)
      expect(new Set(rounds).size).toBeGreaterThan(rounds.length / 3)
    }
    await store.checkpoint()
    const last = await readRound(store, store.tree('other'))
    await first.tell('refresh')
    expect(await first.tell('read')).toBe(last)
    expect(await first.tell('refresh')).toBe(false)
    await first.tell('close')
    await store.validate()
  })

  test('what a reader may still need is not overwritten, however often everything is written anew', async () => {
    const path = freshPath()
    let store = await openSmall(path, options)
    for (const round of [1, 2]) await writeRound(store, round)
    await store.checkpoint()
    await using reader = startReader()
    await reader.tell('open', path, { ...reading, backend })
    await reader.tell('beginScan')
    for (let round = 3; round < 8; round++) {
      await writeRound(store, round)
      await store.checkpoint()
    }
    expect(await reader.tell('read')).toBe(2)
    // Nor by the next one who has it open.
    await store.close()
    store = await openSmall(path, options)
    for (let round = 8; round < 30; round++) {
      await writeRound(store, round)
      await store.checkpoint()
    }
    expect(await reader.tell('endScan')).toBe(2)
    expect(await reader.tell('read')).toBe(2)
    expect(await reader.tell('refresh')).toBe(true)
    expect(await reader.tell('read')).toBe(29)
    await store.close()
  })

  test('a reader that was killed does not hold pages back', async () => {
    const path = freshPath()
    await using store = await openSmall(path, options)
    let round = 1
    const write = async (times: number): Promise<number> => {
      for (const last = round + times; round < last; round++) {
        await writeRound(store, round)
        await store.checkpoint()
      }
      return store.stats().pages
    }
    const before = await write(4)
    await using reader = startReader()
    await reader.tell('open', path, { ...reading, backend })
    const held = await write(6)
    expect(held).toBeGreaterThan(before + 300)
    await reader.kill()
    expect(await write(25)).toBeLessThan(held + 1024)
    await store.validate()
  })
})

test('a store that is open for writing is locked, and who has it is named', async () => {
  const path = freshPath()
  const store = await openSmall(path)
  await expect(openSmall(path)).rejects.toThrow(error('LOCKED', `process ${process.pid} has the store open`))
  await store.close()
  await (await openSmall(path)).close()
})

test('a reader can do nothing but read', async () => {
  const path = freshPath()
  await expect(openSmall(path, { readOnly: true })).rejects.toThrow(error('NOT_A_STORE'))
  await using store = await openSmall(path)
  const tree = store.tree('tree')
  await tree.put('a', '1')
  await store.checkpoint()
  await using reader = await open(path, { readOnly: true })
  const there = reader.tree('tree')
  const refused = error('READ_ONLY')
  expect(() => there.putSync('a', '2')).toThrow(refused)
  expect(() => there.delSync('a')).toThrow(refused)
  expect(() => reader.transactionSync(() => 1)).toThrow(refused)
  for (const write of [
    () => there.put('a', '2'),
    () => there.del('a'),
    () => there.batch([{ type: 'put', key: 'b', value: '2' }]),
    () => there.clear(),
    () => there.load([['b', '2']]),
    () => reader.put('a', '2'),
    () => reader.tree('new').put('a', '2'),
    () => reader.transaction(() => 1),
    () => reader.checkpoint(),
  ]) {
    await expect(write()).rejects.toThrow(refused)
  }
  expect([await there.get('a'), there.count(), reader.treeNames(), reader.getSync('a')]).toEqual(['1', 1, ['tree'], undefined])
  await reader.flush()
  await reader.validate()
  expect(await store.refresh()).toBe(false)
})

test('a snapshot of a reader stays what it is when the reader goes on', async () => {
  const path = freshPath()
  await using store = await openSmall(path)
  await writeRound(store, 1)
  await store.checkpoint()
  await using reader = await open(path, { ...reading, readOnly: true })
  const snapshot = reader.snapshot()
  for (let round = 2; round < 10; round++) {
    await writeRound(store, round)
    await store.checkpoint()
    if (round % 3 === 0) expect(await reader.refresh()).toBe(true)
  }
  const other = reader.tree('other')
  expect(await readRound(snapshot.in(reader), snapshot.in(other))).toBe(1)
  expect(await readRound(reader, other)).toBe(9)
  snapshot.close()
  expect(await reader.refresh()).toBe(false)
})

test('a reader with several workers stays where it is', async () => {
  const path = freshPath()
  await using store = await openSmall(path)
  await store.put('a', '1')
  await store.checkpoint()
  await using reader = await open(path, { ...reading, readOnly: true, workers: 2 })
  await using other = await attach(reader.handle, { worker: 1 })
  await store.put('a', '2')
  await store.checkpoint()
  for (const each of [reader, other]) await expect(each.refresh()).rejects.toThrow(error('BAD_OPTION', 'several workers'))
  expect([reader.getSync('a'), await other.get('a')]).toEqual(['1', '1'])
})

test('a reader goes on to a store that has grown, as far as it has room', async () => {
  const path = freshPath()
  await using store = await openSmall(path)
  await store.put('a', '1')
  await store.checkpoint()
  await using small = await open(path, { readOnly: true, maxBytes: 1 << 20 })
  await using large = await open(path, { readOnly: true, maxBytes: 64 << 20 })
  await store.tree('large').put('b', 'x'.repeat(8 << 20))
  await store.put('a', '2')
  await store.checkpoint()
  expect(await large.refresh()).toBe(true)
  expect((await large.tree('large').get('b'))?.length).toBe(8 << 20)
  await expect(small.refresh()).rejects.toThrow(error('STORE_FULL', 'maxBytes'))
  expect(small.getSync('a')).toBe('1')
})

test('a store whose directory is removed while it is open can still be closed', async () => {
  const path = freshPath()
  const store = await openSmall(path)
  await store.put('a', '1')
  rmSync(path, { recursive: true })
  const closing = store.close()
  await expect(closing).rejects.toThrow(expect.objectContaining({ name: 'StoreError' }) as Error)
  expect(() => store.getSync('a')).toThrow(error('CLOSED'))
})
