// The lock: one holder at a time whatever kind of code it is, sleepers that are woken, and a holder that is gone.
import { createMemory, Region } from '@parperos/alloc-api'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Buddy } from '../src/index.ts'
import { layout } from '../src/layout.ts'
import { sab } from '../src/sab.ts'
import { kinds } from './support/kinds.ts'
import { startLockThread, type LockThread } from './support/lock-thread.ts'

const { lockWord, lockHeld, lockAwaited, lockStateMask, lockRelease } = layout.values

async function open() {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  const allocator = await Buddy.open({ backend: sab, memory, frames: 5000, slots: 4 })
  const { handle } = allocator
  return { allocator, handle, words: Region.from(handle.region).words() }
}

/** Waits until a sleeper has marked the lock as awaited; fails when the sleeper ends before. */
async function untilAwaited(words: Int32Array, { result }: LockThread): Promise<void> {
  const complain = (value: string | number): never => {
    throw new Error(`the thread ended with ${value} instead of waiting for the lock`)
  }
  const isAwaited = (): boolean => (Atomics.load(words, lockWord) & lockStateMask) === lockAwaited
  while (!isAwaited()) await Promise.race([sleep(1), result.then(complain)])
}

it('counts every hold of all kinds of code at once, and loses none', async () => {
  const { allocator, handle, words } = await open()
  const before = Atomics.load(words, lockWord)
  const count = 100_000
  const threads = kinds.map((kind, i) => startLockThread({ kind, handle, slot: i + 1, job: 'pairs', number: count }))
  await Promise.all(threads.map(({ result }) => result))
  // Each pair takes the lock twice. The holder counts without an atomic operation: two at a time would lose counts.
  expect(Atomics.load(words, lockWord)).toBe(before + 2 * kinds.length * count * lockRelease)
  expect(allocator.stats().free).toBe(5000)
  allocator.validate()
})

describe.each(kinds)('a %s worker', (kind) => {
  it('sleeps while the lock is held, and goes on when it is released', async () => {
    const { handle, words } = await open()
    const free = Atomics.load(words, lockWord)
    Atomics.store(words, lockWord, free | lockHeld)
    const sleeper = startLockThread({ kind, handle, slot: 1, job: 'get', number: 0 })
    await untilAwaited(words, sleeper)
    const isDone = await Promise.race([sleeper.result.then(() => true), sleep(30, false)])
    expect(isDone).toBe(false)
    Atomics.store(words, lockWord, free + lockRelease)
    Atomics.notify(words, lockWord)
    expect(await sleeper.result).toBeGreaterThanOrEqual(0)
    expect(Atomics.load(words, lockWord)).toBe(free + 2 * lockRelease)
  })

  it('wakes a sleeper when it releases a lock that it had to wait for', { retry: 3 }, async () => {
    const { handle, words } = await open()
    const free = Atomics.load(words, lockWord)
    Atomics.store(words, lockWord, free | lockHeld)
    const first = startLockThread({ kind, handle, slot: 1, job: 'get', number: 0 })
    await untilAwaited(words, first)
    // A second sleeper of the same kind, which sleeps for long and so ends early only when it is woken.
    const job = kind === 'native' ? 'futex-sleep' : 'sleep'
    const second = startLockThread({ kind, handle, slot: 2, job, number: free | lockAwaited })
    await sleep(300)
    // Released without waking anybody: the first goes on after its short sleep, and its own release is what wakes.
    Atomics.store(words, lockWord, free + lockRelease)
    expect(await second.result).toBe('ok')
    expect(await first.result).toBeGreaterThanOrEqual(0)
  })
})

it('reports a holder that is gone, in every kind of code, and changes nothing', async () => {
  const { allocator, handle, words } = await open()
  const before = allocator.stats()
  const free = Atomics.load(words, lockWord)
  Atomics.store(words, lockWord, free | lockHeld)
  const threads = kinds.map((kind, i) => startLockThread({ kind, handle, slot: i + 1, job: 'validate', number: 0 }))
  const complaints = await Promise.all(threads.map(({ result }) => result))
  for (const complaint of complaints) {
    expect(complaint).toMatch(/^CORRUPT: .*the lock is held by a worker that is gone/)
  }
  Atomics.store(words, lockWord, free + lockRelease)
  allocator.validate()
  expect(allocator.stats()).toEqual(before)
})
