// Several workers read and write one store whose pool is too small, and find what was written.
import { describe, expect, test } from 'vitest'
import { soak } from './support/soak.ts'
import { backends, error, freshPaths, keyOf, openSmall } from './support/stores.ts'
import { attach } from '../src/index.ts'
import { Board, check, KEYS, WORKERS } from './workers/board.ts'
import { start } from './workers/start.ts'
import { nameOf, VersionsRun } from './workers/versions.ts'

const freshPath = freshPaths('workers')

describe.each(backends)('%s', (backend) => {
  test.each([
    ['nothing waits for the disk', { sync: 'off', checkpointBytes: 1 << 18 }],
    ['commits are acknowledged in groups', { sync: 'group', checkpointBytes: 8 << 20 }],
  ] as const)('what is read is never older than what was acknowledged, nor torn: %s', async (_, sync) => {
    const path = freshPath()
    const options = { backend, cacheBytes: 100 * 4096, ...sync }
    const store = await openSmall(path, { ...options, workers: WORKERS })
    const words = Board.words()
    const board = new Board(words)
    const operations = 400 * soak
    const others = [1, 2].map((worker) => start({ what: 'versions', handle: store.handle, worker, seed: worker, operations, board: words }))
    const own = new VersionsRun(store, 0, board, 3)
    const [, ...answers] = await Promise.all([own.run(operations), ...others.map(({ answer }) => answer)])
    for (const { counts } of [{ counts: own.counts }, ...answers]) {
      expect([counts.put > 20, counts['get later'] > 10, counts.pair > 10, counts.scan > 0]).toEqual([true, true, true, true])
    }
    expect(answers.every(({ counts }) => counts.evictions > 0)).toBe(true)
    await store.validate()
    expect(store.stats().openSnapshots).toBe(0)
    await store.close()

    await using again = await openSmall(path, options)
    await again.validate()
    for (let key = 0; key < KEYS; key++) {
      const trees = key < KEYS / 2 ? [again] : [again.tree('left'), again.tree('right')]
      for (const tree of trees) expect(check(board, key, tree.getSync(nameOf(key)), board.acknowledged(key), 'reopened')).toBe(board.acknowledged(key))
    }
  })

  test('what is read while it is being changed in place is not torn', async () => {
    await using store = await openSmall(freshPath(), { backend, workers: 2 })
    let isWriting = true
    const writing = start({ what: 'letters', handle: store.handle, worker: 1, operations: 30_000 * soak }).answer.finally(() => (isWriting = false))
    const isOneLetter = (value: string): boolean => value === value[0].repeat(value.length)
    const lengths = new Set<number>()
    const torn: string[] = []
    for (let i = 0; isWriting; i++) {
      const values = [...store.valuesSync(), store.getSync(`letters ${i % 20}`) ?? 'a']
      torn.push(...values.filter((value) => !isOneLetter(value)))
      lengths.add(values[0].length)
      if (i % 20 === 0) await new Promise(setImmediate)
    }
    await writing
    expect(torn).toEqual([])
    expect(lengths.size).toBeGreaterThan(5)
  })

  test('a batch is seen as a whole, or not yet, by whoever reads while it is committed', async () => {
    await using store = await openSmall(freshPath(), { backend, workers: 2 })
    await store.batch(Array.from({ length: 30 }, (_, i) => ({ type: 'put', key: keyOf(i), value: '0'.repeat(400) })))
    let isWriting = true
    const writing = start({ what: 'rounds', handle: store.handle, worker: 1, operations: 10_000 * soak }).answer.finally(() => (isWriting = false))
    const seen = new Set<number>()
    const wrong: unknown[] = []
    for (let i = 0; isWriting; i++) {
      // What is read later is not older.
      const scanned = [...store.valuesSync()].map(Number)
      const got = Array.from({ length: 30 }, (_, at) => Number(store.getSync(keyOf((at * 7) % 30))))
      const older = (rounds: number[]): number => rounds.findIndex((round, at) => at > 0 && !(round >= rounds[at - 1]))
      const [inScan, inGets] = [older(scanned), older([scanned[29], ...got])]
      if (scanned.length !== 30 || inScan > 0) wrong.push({ inScan, scanned })
      if (inGets > 0) wrong.push({ inGets, last: scanned[29], got })
      seen.add(got[0])
      if (i % 20 !== 0) continue
      // A snapshot is one moment. There are not many, since what is done after one is done on copies.
      using snapshot = store.snapshot()
      const then = [...snapshot.in(store).valuesSync()].map(Number)
      if (then.length !== 30 || then.some((round) => round !== then[0]) || then[0] < got[29]) wrong.push(then)
      await new Promise(setImmediate)
    }
    await writing
    expect(wrong).toEqual([])
    expect(seen.size).toBeGreaterThan(5)
  })

  test('a worker that is terminated while it does nothing loses nothing, and its place can be taken over', async () => {
    const path = freshPath()
    const store = await openSmall(path, { backend, workers: 2 })
    const { worker, answer } = start({ what: 'idle', handle: store.handle, worker: 1, closes: false })
    await answer
    expect(store.stats().openSnapshots).toBe(1)
    await worker.terminate()
    await store.put('after', 'its end')
    await expect(attach(store.handle, { worker: 1 })).rejects.toThrow(error('BUSY', 'takeOver'))
    const next = await attach(store.handle, { worker: 1, takeOver: true })
    expect([next.getSync('worker 1'), next.getSync('after'), next.stats().openSnapshots]).toEqual(['was here', 'its end', 0])
    await next.put('more', 'of it')
    await next.close()
    await store.validate()
    await store.close()
    await using again = await openSmall(path, { backend })
    expect([...again.entriesSync()]).toEqual([['after', 'its end'], ['more', 'of it'], ['worker 1', 'was here']])
  })

  test('a worker’s number is free again after it has closed, with its snapshots', async () => {
    await using store = await openSmall(freshPath(), { backend, workers: 2 })
    for (let round = 0; round < 3; round++) {
      const { answer, worker } = start({ what: 'idle', handle: store.handle, worker: 1, closes: true })
      const gone = new Promise((resolve) => worker.once('exit', resolve))
      await answer
      await gone
      expect(store.stats().openSnapshots).toBe(0)
      expect(store.getSync('worker 1')).toBe('was here')
    }
  })
})

test('workers are numbered, and each number is one worker’s', async () => {
  await using store = await openSmall(freshPath(), { workers: 3 })
  for (const worker of [-1, 3, 1.5, '1' as never, undefined as never]) {
    await expect(attach(store.handle, { worker })).rejects.toThrow(error('BAD_OPTION', 'a number from 0 to 2'))
  }
  await expect(attach(store.handle, { worker: 0 })).rejects.toThrow(error('BUSY', 'worker 0'))
  const other = await attach(structuredClone(store.handle), { worker: 2 })
  await expect(attach(store.handle, { worker: 2 })).rejects.toThrow(error('BUSY', 'worker 2'))
  expect(other.info()).toMatchObject({ worker: 2, workers: 3 })
  expect((await attach(store.handle, { worker: 1 })).info().worker).toBe(1)
  for (const handle of [undefined, {}, { component: 'llfree' }, { ...store.handle, composed: undefined }]) {
    await expect(attach(handle as never, { worker: 1 })).rejects.toThrow(error('BAD_OPTION', 'store.handle'))
  }
  other.putSync('a', '1')
  await other.put('b', '2')
  expect(store.getManySync(['a', 'b'])).toEqual(['1', '2'])
  await other.close()
  expect(() => other.getSync('a')).toThrow(error('CLOSED'))
})

test('after the opener has closed, others are told so', async () => {
  const store = await openSmall(freshPath(), { workers: 2 })
  const other = await attach(store.handle, { worker: 1 })
  const snapshot = other.snapshot()
  for (let i = 0; i < 100; i++) other.putSync(keyOf(i), '')
  await store.close()
  expect(() => other.getSync(keyOf(1))).toThrow(error('CLOSED', 'close it last'))
  expect(() => other.putSync(keyOf(1), '')).toThrow(error('CLOSED'))
  await expect(other.put(keyOf(1), '')).rejects.toThrow(error('CLOSED'))
  expect(() => snapshot.in(other)).toThrow(error('CLOSED'))
  snapshot.close()
  await other.close()
})
