// What is half done, or done while something else goes on in the same worker: nothing of it is left, or seen.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { open } from '../src/index.ts'
import { error, freshPaths, keyOf, openSmall } from './support/stores.ts'

const freshPath = freshPaths('halfway')

test('a batch that finds the store full halfway has changed nothing, also not in place', async () => {
  await using store = await openSmall(freshPath(), { backend: 'sab', maxBytes: 1 << 20, checkpointBytes: 1 << 16 })
  for (let i = 0; i < 50; i++) store.putSync(keyOf(i), 'first')
  let failed: unknown = null
  for (let i = 0; failed === null && i < 100; i++) {
    const round = [
      ...Array.from({ length: 20 }, (_, at) => ({ type: 'put' as const, key: keyOf(at), value: `round ${i}` })),
      { type: 'put' as const, key: `long ${i}`, value: 'x'.repeat(50_000) },
    ]
    // From here on its leaf can be changed in place.
    for (let at = 0; at < 20; at++) store.putSync(keyOf(at), `before ${i}`)
    const before = store.getSync(keyOf(7))
    try {
      store.batchSync(round)
    } catch (caught) {
      failed = caught
      expect([store.getSync(keyOf(0)), store.getSync(keyOf(19)), store.getSync(`long ${i}`)]).toEqual([before, before, undefined])
    }
  }
  expect(failed).toMatchObject({ code: 'STORE_FULL' })
  await store.validate()
})

test.each([['into an empty tree', 0], ['behind its last key', 1]])('a load %s is not confused by readers of the same tree', async (_, before) => {
  await using store = await openSmall(freshPath(), { backend: 'sab', cacheBytes: 8 << 20 })
  for (let i = 0; i < before; i++) store.putSync(keyOf(i), `${i}`)
  let isLoading = true
  const reading = (async () => {
    for (let i = 0; isLoading; i++) {
      store.getSync(`other ${i % 10}`)
      await turn()
    }
  })()
  const entries = Array.from({ length: 20_000 }, (_, i) => [keyOf(i + before), `${i + before}`] as const)
  expect(await store.load(entries)).toBe(20_000)
  isLoading = false
  await reading
  const keys = [...store.keysSync()]
  expect(keys.length).toBe(20_000 + before)
  expect(keys.every((key, i) => key === keyOf(i))).toBe(true)
})

test('a store that is closed while it is being loaded ends the load with CLOSED, and is whole', async () => {
  const path = freshPath()
  const store = await openSmall(path, { backend: 'sab' })
  store.putSync('a', '1')
  let asked = 0
  const entries = (function* () {
    for (;;) yield [keyOf(asked++), 'x'.repeat(100)] as const
  })()
  const loading = store.tree('loaded').load(entries)
  while (asked < 10_000) await turn()
  const ended = expect(loading).rejects.toEqual(error('CLOSED'))
  await store.close()
  await ended
  await using again = await openSmall(path, { backend: 'sab' })
  expect([again.getSync('a'), again.tree('loaded').count()]).toEqual(['1', 0])
  await again.validate()
})

test('a reader that has gone on to a newer checkpoint is valid', async () => {
  const path = freshPath()
  await using store = await openSmall(path, { backend: 'sab' })
  store.putSync('a', '1')
  await store.checkpoint()
  await using reader = await open(path, { backend: 'sab', readOnly: true, cacheBytes: 1 << 20 })
  await store.batch(Array.from({ length: 2000 }, (_, i) => ({ type: 'put', key: keyOf(i), value: `${i}` })))
  await store.checkpoint()
  expect(await reader.refresh()).toBe(true)
  await reader.validate()
  expect(reader.count()).toBe(2001)
})
