// The stores that are compared, through the interface that they are measured by: each does what it says, alone and from
// another handle, and finds again what it was closed with.
import { canTest } from '@parperos/presets/backends'
import { native } from '@parperos/exmap/native'
import { join } from 'node:path'
import { statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { storeDirectory } from '../src/kv/directory.ts'
import { entriesOf, expectValue, newKey, newValue } from '../src/kv/entries.ts'
import { peersHere } from '../src/kv/here.ts'
import { kinds, OURS, peers } from '../src/kv/kinds.ts'
import type { OpenOptions } from '../src/kv/key-value.ts'
import { dropFromPageCache, lookupsFromCold } from '../src/kv/page-cache.ts'
import type { Subject } from '../src/suites/kv-cases.ts'

const backends = (['sab', 'wasm', 'native'] as const).filter((kind) => kind !== 'native' || canTest(native))
const subjects: Subject[] = [
  ...backends.map((backend) => ({ store: OURS, backend })),
  ...peers.map((store) => ({ store })),
]
const COUNT = 2000
const VALUE_BYTES = 112

const optionsOf = ({ backend }: Subject, durable: boolean): OpenOptions => ({
  ...{ backend, cacheBytes: 2 ** 22, valueBytes: VALUE_BYTES, durable, workers: 2 },
})

describe.each(subjects)('$store $backend', (subject) => {
  test('has what was loaded, finds it in every way, and has it when it is opened again', async () => {
    using directory = storeDirectory()
    const kind = await kinds[subject.store]()
    const store = await kind.open(directory.path, optionsOf(subject, false))
    await store.load(entriesOf(0, COUNT, VALUE_BYTES), COUNT)
    for (let n = 0; n < COUNT; n += 7) expectValue(n, store.get(newKey(n)), VALUE_BYTES)
    expect(store.get(newKey(COUNT))).toBeUndefined()
    if (store.peek) {
      expect(store.peek(newKey(300))).toBe(300 & 0xff)
      expect(store.peek(newKey(COUNT))).toBe(-1)
    }
    const many = await store.getMany([newKey(5), newKey(COUNT), newKey(1999)])
    expectValue(5, many[0], VALUE_BYTES)
    expect(many[1]).toBeUndefined()
    expectValue(1999, many[2], VALUE_BYTES)
    expect(await store.scan(newKey(100), 50)).toBe(50)
    expect(await store.scan(newKey(COUNT - 3), 50)).toBe(3)
    await store.close()

    const again = await kind.open(directory.path, optionsOf(subject, false))
    expectValue(1234, again.get(newKey(1234)), VALUE_BYTES)
    await again.close()
  })

  test('takes single writes and batches, durable or not, and another thread sees them', async () => {
    for (const durable of [true, false]) {
      using directory = storeDirectory()
      const kind = await kinds[subject.store]()
      const store = await kind.open(directory.path, optionsOf(subject, durable))
      await store.put(newKey(1), newValue(1, VALUE_BYTES))
      const numbers = [2, 3, 4]
      await store.putMany(
        numbers.map((n) => newKey(n)),
        numbers.map((n) => newValue(n, VALUE_BYTES)),
      )
      for (const n of [1, ...numbers]) expectValue(n, store.get(newKey(n)), VALUE_BYTES)
      if (kind.threads === 'many') {
        if (!kind.keptOpen) await store.close()
        const other = await kind.attach(store.shared, 0)
        expectValue(3, other.get(newKey(3)), VALUE_BYTES)
        await other.close()
        if (kind.keptOpen) await store.close()
      } else await store.close()
    }
  })
})

describe('peers', () => {
  test('all run here, as their packages bring their binaries', async () => {
    expect(await peersHere()).toEqual({ peers, notes: [] })
  })

  test('a wrong value is noticed', () => {
    expect(() => expectValue(3, newValue(4, 8), 8)).toThrow('key 3 has another value than was stored')
    expect(() => expectValue(3, undefined, 8)).toThrow('key 3 is not there')
  })
})

describe('a store over the page cache', () => {
  test('can be made to read from its file again', async () => {
    using directory = storeDirectory()
    const kind = await kinds.lmdb()
    const store = await kind.open(directory.path, optionsOf({ store: 'lmdb' }, false))
    await store.load(entriesOf(0, COUNT, VALUE_BYTES), COUNT)
    await store.close()
    const file = join(directory.path, kind.cachedFile ?? '')
    const { size } = statSync(file)
    expect(dropFromPageCache(file)).toBeNull()
    expect(statSync(file).size).toBe(size)
    expect(dropFromPageCache(directory.path)).toMatch(/^dd cannot drop it: /)
  })

  test('makes so many lookups from a cold cache that a quarter of them, over all, finds its page there', () => {
    const pages = 4000
    const count = lookupsFromCold(pages, 1 / 4)
    const seen = new Set<number>()
    let hits = 0
    for (let i = 0, state = 1; i < count; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const page = Math.floor((state / 2 ** 32) * pages)
      if (seen.has(page)) hits++
      seen.add(page)
    }
    expect(hits / count).toBeGreaterThan(0.2)
    expect(hits / count).toBeLessThan(0.3)
  })
})
