// Many who wait for a checkpoint at the same time, their own worker's or another one's: each of them is answered, and when one
// has ended that has what was there before the call.
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { attach, StoreError, type Store, type StoreOptions } from '../src/index.ts'
import { word } from '../src/store/layout.ts'
import { CALLERS, CHECKPOINT_BYTES, checkedCheckpoint, crowd, type CrowdJob } from './checkpoint-crowds/crowd.ts'
import { engineOf } from './durability/engine.ts'
import { backends, error, freshPaths, keyOf, openSmall } from './support/stores.ts'

const freshPath = freshPaths('checkpoint-crowds')
const options = { checkpointBytes: CHECKPOINT_BYTES, workers: 2 } satisfies StoreOptions

afterEach(() => void vi.restoreAllMocks())

/** Opens at the latest when it is disposed of, so that stores behind it can be closed. */
interface Gate extends Disposable {
  /** Resolves when a checkpoint has begun, and before it has written anything. */
  reached: Promise<unknown>
  open: () => void
  fail: (reason: Error) => void
}

/** The next checkpoint of the store waits there. */
function gate(store: Store): Gate {
  const { pool } = engineOf(store)
  const write = pool.writeBack.bind(pool)
  const reached = Promise.withResolvers<undefined>()
  const opened = Promise.withResolvers<undefined>()
  vi.spyOn(pool, 'writeBack').mockImplementationOnce(async (wanted) => {
    reached.resolve(undefined)
    await opened.promise
    return await write(wanted)
  })
  const open = (): void => opened.resolve(undefined)
  return { reached: reached.promise, open, fail: opened.reject, [Symbol.dispose]: open }
}

/** So that whoever can go on has gone on, also who looks only every few milliseconds. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (let i = 0; i < 10; i++) await turn()
}

/** Promises, and how many of them are answered by now. */
class Waiting {
  readonly promises: Promise<unknown>[]
  answered = 0

  constructor(promises: Promise<unknown>[]) {
    this.promises = promises
    for (const promise of promises) {
      const count = (): void => {
        this.answered++
      }
      promise.then(count, count)
    }
  }

  /** What each of them has ended with: a code, or nothing. */
  async codes(): Promise<(string | undefined)[]> {
    const codeOf = (reason: unknown): string => (reason instanceof StoreError ? reason.code : String(reason))
    return await Promise.all(this.promises.map((promise) => promise.then(() => undefined, codeOf)))
  }
}

const callers = (make: (i: number) => Promise<unknown>): Waiting => new Waiting(Array.from({ length: CALLERS }, (_, i) => make(i)))
const all = <Each>(each: Each): Each[] => new Array<Each>(CALLERS).fill(each)
const diskFull = new StoreError('DISK_FULL', 'planted')

/** While somebody makes a checkpoint: more log than commits go on with. */
function fillLog(store: Store): void {
  const before = store.stats().logBytes
  for (let i = 0; store.stats().logBytes - before <= 4 * CHECKPOINT_BYTES; i++) store.putSync(`log ${i % 10}`, 'x'.repeat(10_000))
}

describe('of calls in one worker', () => {
  test('the first is answered by its checkpoint, and all others by the next one', async () => {
    const path = freshPath()
    await using store = await openSmall(path, options)
    const { checkpoints } = store.stats()
    using first = gate(store)
    const waiting = callers((i) => {
      store.putSync(keyOf(i), 'x')
      return checkedCheckpoint(store, path)
    })
    await first.reached
    await settle()
    expect(waiting.answered).toBe(0)
    using second = gate(store)
    first.open()
    await second.reached
    await settle()
    expect([waiting.answered, store.stats().checkpoints]).toEqual([1, checkpoints + 1])
    second.open()
    expect(await waiting.codes()).toEqual(all(undefined))
    expect(store.stats().checkpoints).toBe(checkpoints + 2)
  })

  test('all are answered when the first one’s checkpoint fails, and the next checkpoint succeeds', async () => {
    const path = freshPath()
    await using store = await openSmall(path, options)
    using first = gate(store)
    const waiting = callers((i) => {
      store.putSync(keyOf(i), 'x')
      return checkedCheckpoint(store, path)
    })
    first.fail(diskFull)
    const codes = await waiting.codes()
    expect(codes[0]).toBe('DISK_FULL')
    expect(codes.filter((code) => code !== 'DISK_FULL' && code !== undefined)).toEqual([])
    await checkedCheckpoint(store, path)
  })

  test.each(['opened', 'attached'])('all are answered when the store that was %s is closed meanwhile', async (how) => {
    const path = freshPath()
    const opener = await openSmall(path, options)
    const attached = await attach(opener.handle, { worker: 1 })
    const store = how === 'opened' ? opener : attached
    using first = gate(store)
    const waiting = callers(() => store.checkpoint())
    const puts = callers((i) => store.put(keyOf(i), 'x'))
    await first.reached
    const closed = store.close()
    await settle()
    first.open()
    await closed
    const [begun, ...others] = await waiting.codes()
    expect(begun).toBe(undefined)
    expect(others.filter((code) => code !== 'CLOSED' && code !== undefined)).toEqual([])
    expect(await puts.codes()).toEqual(all(undefined))
    await attached.close()
    await opener.close()
    await using again = await openSmall(path)
    expect(again.count()).toBe(CALLERS)
  })
})

test('the commit with which a checkpoint begins does not wait for it', async () => {
  await using store = await openSmall(freshPath(), options)
  using held = gate(store)
  const waiting = new Waiting([store.put('a', 'x'.repeat(2 * CHECKPOINT_BYTES))])
  await held.reached
  await settle()
  expect(waiting.answered).toBe(1)
})

describe.each(['its own', 'another'])('commits that have to wait for a checkpoint of %s worker', (whose) => {
  test('go on when it has ended, and not before', async () => {
    await using store = await openSmall(freshPath(), options)
    await using other = await attach(store.handle, { worker: 1 })
    const maker = whose === 'another' ? other : store
    for (let round = 0; round < 3; round++) {
      using held = gate(maker)
      const checkpoint = maker.checkpoint()
      await held.reached
      fillLog(store)
      const { checkpoints } = store.stats()
      const seen: number[] = []
      const waiting = callers((i) => store.put(`${round} ${keyOf(i)}`, 'x').then(() => seen.push(store.stats().checkpoints)))
      await settle()
      expect([waiting.answered, store.hasSync(`${round} ${keyOf(CALLERS - 1)}`)]).toEqual([0, true])
      held.open()
      expect(await waiting.codes()).toEqual(all(undefined))
      await checkpoint
      expect(seen).toEqual(all(checkpoints + 1))
    }
  })

  test('go on when it has failed, too', async () => {
    await using store = await openSmall(freshPath(), options)
    await using other = await attach(store.handle, { worker: 1 })
    const maker = whose === 'another' ? other : store
    using held = gate(maker)
    const failed = expect(maker.checkpoint()).rejects.toThrow(error('DISK_FULL'))
    await held.reached
    fillLog(store)
    const waiting = callers((i) => store.put(keyOf(i), 'x'))
    await settle()
    expect(waiting.answered).toBe(0)
    held.fail(diskFull)
    expect(await waiting.codes()).toEqual(all(undefined))
    await failed
    await store.checkpoint()
    await store.validate()
  })

  test('wait only if there is far more log than usual', async () => {
    await using store = await openSmall(freshPath(), options)
    await using other = await attach(store.handle, { worker: 1 })
    const maker = whose === 'another' ? other : store
    using held = gate(maker)
    const checkpoint = maker.checkpoint()
    await held.reached
    const waiting = new Waiting(Array.from({ length: 10 }, (_, i) => store.put(keyOf(i), 'x'.repeat(CHECKPOINT_BYTES / 4))))
    await settle()
    expect(waiting.answered).toBe(10)
    held.open()
    await checkpoint
  })
})

test('a crowd that waits for another worker’s checkpoint takes its lock once, not each for itself', async () => {
  await using store = await openSmall(freshPath(), options)
  await using other = await attach(store.handle, { worker: 1 })
  using held = gate(other)
  const checkpoint = other.checkpoint()
  await held.reached
  const { shared } = engineOf(store)
  const tryLock = vi.spyOn(shared, 'tryLock')
  // Commits that do not wait do not look, either.
  for (let i = 0; i < 10; i++) await store.put(keyOf(i), 'x'.repeat(CHECKPOINT_BYTES / 4))
  expect(tryLock).not.toHaveBeenCalled()
  fillLog(store)
  const waiting = callers((i) => store.put(keyOf(i), 'x'))
  held.open()
  await waiting.codes()
  await checkpoint
  expect(tryLock.mock.results.filter(({ value }) => value === true).length).toBe(1)
})

test('calls that wait for a checkpoint of another worker that fails make one of their own', async () => {
  const path = freshPath()
  await using store = await openSmall(path, options)
  await using other = await attach(store.handle, { worker: 1 })
  using held = gate(other)
  const failed = expect(other.checkpoint()).rejects.toThrow(error('DISK_FULL'))
  await held.reached
  const waiting = callers((i) => {
    store.putSync(keyOf(i), 'x')
    return checkedCheckpoint(store, path)
  })
  await settle()
  expect(waiting.answered).toBe(0)
  held.fail(diskFull)
  expect(await waiting.codes()).toEqual(all(undefined))
  await failed
})

test('all who wait for the checkpoint of a worker that is dead are told so', async () => {
  const store = await openSmall(freshPath(), { ...options, patienceMs: 50 })
  const other = await attach(store.handle, { worker: 1 })
  // As a worker leaves it that is terminated inside its checkpoint.
  expect(engineOf(other).shared.tryLock(word.checkpointLock)).toBe(true)
  fillLog(store)
  const puts = callers((i) => store.put(keyOf(i), 'x'))
  const calls = callers(() => store.checkpoint())
  expect([await puts.codes(), await calls.codes()]).toEqual([all('WRITER_DIED'), all('WRITER_DIED')])
  await other.close()
  await store.close()
})

test.each(backends)('%s: two workers with a crowd each answer everybody', async (backend) => {
  const path = freshPath()
  await using store = await openSmall(path, { ...options, backend, maxBytes: 256 << 20 })
  const workerData: CrowdJob = { handle: store.handle, path }
  const worker = new Worker(new URL('checkpoint-crowds/crowd.ts', import.meta.url), { workerData })
  const [, [code]] = await Promise.all([crowd(store, path, 0), once(worker, 'exit') as Promise<[number]>])
  expect([code, store.count()]).toEqual([0, 2 * CALLERS])
  await store.validate()
})
