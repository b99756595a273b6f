// What a store has no room for: keys that are too long, more pages than it may have, a pool that is too small; and
// workers that are terminated inside of something.
import { Random } from '@parperos/alloc-api/conformance'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { attach, open, StoreError, type Store, type StoreOptions } from '../src/index.ts'
import { word } from '../src/store/layout.ts'
import { engineOf } from './durability/engine.ts'
import { testFolder } from './log/opened.ts'
import type { Hostage } from './opening/hostage.ts'
import { soak } from './support/soak.ts'

const small = { backend: 'sab', cacheBytes: 1 << 20, maxBytes: 1 << 26 } satisfies StoreOptions
const codeOf = (error: unknown): string => (error instanceof StoreError ? error.code : String(error))

describe('a key', () => {
  it('of more than 1024 bytes is refused by everything, and nothing is changed', async () => {
    using folder = testFolder()
    await using store = await open(folder.path, small)
    const long = 'é'.repeat(512) + 'x'
    const tooLong = expect.objectContaining({ code: 'KEY_TOO_LONG' }) as Error
    await expect(store.put(long, 'a')).rejects.toThrow(tooLong)
    expect(() => store.putSync(long, 'a')).toThrow(tooLong)
    await expect(store.get(long)).rejects.toThrow(tooLong)
    expect(() => store.getSync(long)).toThrow(tooLong)
    await expect(store.del(long)).rejects.toThrow(tooLong)
    await expect(
      store.batch([
        { type: 'put', key: 'short', value: 'a' },
        { type: 'put', key: long, value: 'a' },
      ]),
    ).rejects.toThrow(tooLong)
    await expect(
      store.load([
        ['a', 'b'],
        [`b${long}`, 'c'],
      ]),
    ).rejects.toThrow(tooLong)
    await expect(store.transaction((transaction) => transaction.in(store).put(long, 'a'))).rejects.toThrow(tooLong)
    expect([...store.entriesSync()]).toEqual([])
    await store.put(long.slice(0, -1), 'fits')
    await store.put('', 'empty')
    expect([...store.valuesSync()]).toEqual(['empty', 'fits'])
    await store.validate()
  })
})

describe('a store of little room', () => {
  const tiny = { ...small, maxBytes: 1 << 20, cacheBytes: 1 << 18 } satisfies StoreOptions

  it.each(['sync', 'async'])('that is half full takes overwrites and deletes for ever (%s)', async (how) => {
    using folder = testFolder()
    await using store = await open(folder.path, { ...tiny, sync: 'off' })
    const random = new Random(1)
    const value = (): string => 'v'.repeat(100 + random.below(300))
    for (let i = 0; i < 1200; i++) store.putSync(`key ${i}`, value())
    for (let i = 0; i < 6000 * soak; i++) {
      const key = `key ${random.below(1200)}`
      const deletes = random.chance(0.3)
      if (how === 'async') await (deletes ? store.del(key) : store.put(key, value()))
      else if (deletes) store.delSync(key)
      else store.putSync(key, value())
    }
    await store.validate()
  })

  it.each(['sync', 'async'])('says when it is full, and can be emptied then (%s)', async (how) => {
    using folder = testFolder()
    const value = 'v'.repeat(300)
    let count = 0
    {
      await using store = await open(folder.path, { ...tiny, sync: 'off' })
      const put = async (key: string): Promise<void> => {
        if (how === 'sync') store.putSync(key, value)
        else await store.put(key, value)
      }
      let code = ''
      while (code === '')
        await put(`key ${String(count).padStart(6, '0')}`).then(
          () => count++,
          (error: unknown) => (code = codeOf(error)),
        )
      expect(code).toBe('STORE_FULL')
      expect(count).toBeGreaterThan(1500)
      await expect(put('one more')).rejects.toMatchObject({ code: 'STORE_FULL' })
      await expect(store.load([['z', value.repeat(1000)]])).rejects.toMatchObject({ code: 'STORE_FULL' })
      await store.validate()
      expect(store.count()).toBe(count)
    }
    await using store = await open(folder.path, { ...tiny, sync: 'off' })
    expect(store.count()).toBe(count)
    for (let i = 0; i < count / 2; i++) {
      const key = `key ${String(i).padStart(6, '0')}`
      expect(how === 'sync' ? store.delSync(key) : await store.del(key)).toBe(true)
    }
    await store.validate()
    for (let i = 0; i < count / 4; i++) store.putSync(`new ${i}`, value)
    expect(await store.clear()).toBeGreaterThan(0.7 * count)
    await store.validate()
    expect(store.count()).toBe(0)
  })

  it('goes on with more room after it was opened with a larger maxBytes', async () => {
    using folder = testFolder()
    let count = 0
    {
      await using store = await open(folder.path, tiny)
      const fill = (): void => {
        for (; ; count++) store.putSync(`key ${count}`, 'v'.repeat(3000))
      }
      expect(fill).toThrow(expect.objectContaining({ code: 'STORE_FULL' }) as Error)
    }
    await using store = await open(folder.path, { ...tiny, maxBytes: 4 << 20 })
    for (let i = 0; i < 2 * count; i++) store.putSync(`more ${i}`, 'v'.repeat(3000))
    expect(store.count()).toBe(3 * count)
    await store.validate()
  })
})

describe('a pool', () => {
  it('of which all pages are held says that it is too small, and goes on when they are not', async () => {
    using folder = testFolder()
    await using store = await open(folder.path, { ...small, sync: 'off', cacheBytes: 1 << 18 })
    for (let i = 0; i < 3000; i++) store.putSync(`key ${i}`, 'v'.repeat(200))
    await store.checkpoint()
    const { pool, shared } = engineOf(store)
    const isLive = (page: number): boolean =>
      (shared.words[shared.layout.liveAt + (page >>> 5)] & (1 << (page & 31))) !== 0
    const held: number[] = []
    const holdAll = (): void => {
      for (let page = 2; page < 1000; page++) if (isLive(page) && pool.tryLock(page)) held.push(page)
    }
    expect(holdAll).toThrow(expect.objectContaining({ code: 'POOL_TOO_SMALL' }) as Error)
    expect(held.length).toBeGreaterThan(30)
    for (const page of held) pool.unlock(page)
    expect([...store.keysSync()].length).toBe(3000)
    await store.validate()
  })
})

describe('a pool', () => {
  it('that is small for its workers is enough for all of them', async () => {
    using folder = testFolder()
    const many = { ...small, cacheBytes: 1 << 18, workers: 32 } satisfies StoreOptions
    await using store = await open(folder.path, many)
    await using last = await attach(store.handle, { worker: 31 })
    for (let i = 0; i < 2000; i++) (i % 2 === 0 ? store : last).putSync(`key ${i}`, 'v'.repeat(200))
    const found = await last.getMany(Array.from({ length: 2000 }, (_, i) => `key ${i}`))
    expect(found.every((value) => value?.length === 200)).toBe(true)
    await store.validate()
  })

  it('that is too small for them is refused', async () => {
    using folder = testFolder()
    const opened = open(folder.path, { ...small, cacheBytes: 1 << 18, workers: 33 })
    await expect(opened).rejects.toMatchObject({ code: 'BAD_OPTION', message: expect.stringContaining('cacheBytes is at least 270336') as string })
    // Nothing of the attempt is in the way.
    await using store = await open(folder.path, small)
    await store.put('a', 'b')
  })
})

describe('a worker that is terminated', () => {
  const impatient = { ...small, workers: 2, patienceMs: 300, maxBytes: 1 << 28 } satisfies StoreOptions

  async function hostage(
    store: Store,
    does: Hostage['does'],
    takeOver = false,
  ): Promise<{ thread: Worker; acknowledged: () => number }> {
    const data: Hostage = { handle: store.handle, worker: 1, takeOver, does }
    const thread = new Worker(new URL('opening/hostage.ts', import.meta.url), { workerData: data })
    let acknowledged = 0
    const ready = new Promise((resolve, reject) => {
      thread.on('message', (message: unknown) => {
        if (typeof message === 'number') acknowledged = message
        else resolve(message)
      })
      thread.on('error', reject)
    })
    await ready
    return { thread, acknowledged: () => acknowledged }
  }

  const wordsOf = (store: Store): Int32Array => engineOf(store).shared.words

  /** A store whose worker 1 was ended while it had the lock of checkpoints, and no other. */
  async function killedInCheckpoint(path: string): Promise<Store> {
    for (;;) {
      const store = await open(path, impatient)
      const { thread } = await hostage(store, 'checkpoint')
      const words = wordsOf(store)
      while (words[word.checkpointLock] !== 2 || words[word.lock] !== 0) await new Promise(setImmediate)
      await thread.terminate()
      if (words[word.checkpointLock] === 2 && words[word.lock] === 0) return store
      // It had gone on meanwhile: to the end of its checkpoint, or into a commit.
      await store.close().catch((error: unknown) => expect(codeOf(error)).toBe('WRITER_DIED'))
    }
  }

  it('inside a write fails the store for the others; opened again it has what was acknowledged', async () => {
    const random = new Random(7)
    let died = 0
    for (let round = 0; round < 4 * soak; round++) {
      using folder = testFolder()
      const store = await open(folder.path, impatient)
      await store.put('of worker 0', 'there')
      const { thread, acknowledged } = await hostage(store, 'put')
      for (let i = 1 + random.below(3); i > 0; i--) {
        while (wordsOf(store)[word.lock] !== 2) await new Promise(setImmediate)
        await sleep(random.below(5))
      }
      while (wordsOf(store)[word.lock] !== 2) await new Promise(setImmediate)
      await thread.terminate()
      const number = acknowledged()
      const outcome = await store.put('more of worker 0', 'there').then(() => 'went on', codeOf)
      if (outcome !== 'went on') {
        expect(outcome).toBe('WRITER_DIED')
        died++
        expect(() => store.getSync('number')).toThrow(expect.objectContaining({ code: 'WRITER_DIED' }) as Error)
        await expect(store.checkpoint()).rejects.toMatchObject({ code: 'WRITER_DIED' })
      }
      await store.close()
      await using again = await open(folder.path, impatient)
      await again.validate()
      expect(again.getSync('of worker 0')).toBe('there')
      const found = Number(again.getSync('number') ?? 0)
      expect([number, number + 1, number + 2]).toContain(found)
      if (found > 0) expect(again.getSync('huge')).toBe(`${found}:${'h'.repeat(3 << 20)}`)
    }
    expect(died).toBeGreaterThan(0)
  })

  it('while it stores roots is noticed by readers, too', async () => {
    using folder = testFolder()
    const store = await open(folder.path, impatient)
    await store.put('a', 'b')
    // As a worker leaves it that is terminated between two stores.
    wordsOf(store)[word.rootsChange]++
    expect(() => store.getSync('a')).toThrow(expect.objectContaining({ code: 'WRITER_DIED' }) as Error)
    await expect(store.get('a')).rejects.toMatchObject({ code: 'WRITER_DIED' })
    await store.close()
    await using again = await open(folder.path, impatient)
    expect(again.getSync('a')).toBe('b')
  })

  it('inside a checkpoint does the same; and whoever takes its place is told at once', async () => {
    using folder = testFolder()
    const store = await killedInCheckpoint(folder.path)
    store.putSync('not', 'concerned')
    await expect(store.checkpoint()).rejects.toMatchObject({ code: 'WRITER_DIED' })
    await store.close()
    await using again = await killedInCheckpoint(folder.path)
    await again.validate()
    expect(again.getSync('not')).toBe('concerned')
    const taker = await hostage(again, 'read', true).then(({ thread: taken }) => taken.terminate(), codeOf)
    expect(String(taker)).toMatch(/^1$|cannot go on/)
    expect(() => again.getSync('not')).toThrow(expect.objectContaining({ code: 'WRITER_DIED' }) as Error)
  })

  it('while it reads harms nobody, or is noticed; its place can be taken again', async () => {
    const random = new Random(8)
    let [takenOver, died] = [0, 0]
    using folder = testFolder()
    const ofReaders = { ...impatient, sync: 'off', cacheBytes: 1 << 18 } satisfies StoreOptions
    let store = await open(folder.path, ofReaders)
    for (let i = 0; i < 3000; i++) store.putSync(`key ${i}`, 'v'.repeat(200))
    for (let round = 0; round < 4 * soak; round++) {
      const { thread } = await hostage(store, 'read', round > 0)
      await sleep(random.below(40))
      await thread.terminate()
      const outcome = await (async () => {
        for (let i = 0; i < 300; i++) await store.put(`key ${random.below(3000)}`, `new ${round}`)
        return [...store.keysSync()].length
      })().catch(codeOf)
      if (outcome === 3000) {
        takenOver++
        continue
      }
      expect(outcome).toBe('WRITER_DIED')
      died++
      await store.close()
      store = await open(folder.path, ofReaders)
      await store.validate()
    }
    await store.close()
    expect(takenOver + died).toBe(4 * soak)
  })
})
