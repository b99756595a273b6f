// Transactions of several workers at once: serializable ones could have been done one after the other.
import { describe, expect, test } from 'vitest'
import { soak } from './support/soak.ts'
import { backends, freshPaths, openSmall } from './support/stores.ts'
import { findCircle, type Committed } from './workers/history.ts'
import { start } from './workers/start.ts'
import { ACCOUNTS, accountName, accountsOf, BALANCE, runTransactions } from './workers/transactions.ts'

const freshPath = freshPaths('transactions')

describe.each(backends)('%s', (backend) => {
  test.each(['serializable', 'snapshot'] as const)('transfers between accounts by three workers: %s', async (isolation) => {
    await using store = await openSmall(freshPath(), { backend, workers: 3, cacheBytes: 256 << 10, checkpointBytes: 1 << 16 })
    const accounts = accountsOf(store)
    for (let i = 0; i < ACCOUNTS; i++) accounts.putSync(accountName(i), { by: 'nobody', balance: BALANCE })
    const job = { operations: 250 * soak, isolation }
    const others = [1, 2].map((worker) => start({ what: 'history', handle: store.handle, worker, seed: 10 + worker, ...job }))
    const histories = await Promise.all([
      runTransactions(store, { worker: 0, seed: 10, ...job }),
      ...others.map(async ({ answer }) => (await answer).history),
    ])
    // Conflicts are many, but nobody is shut out.
    for (const history of histories) expect(history.length).toBeGreaterThan(job.operations / 5)
    const all = histories.flat()
    if (isolation === 'serializable') expect(findCircle(all)).toBeNull()
    else expect(() => findCircle(all)).not.toThrow()
    const sum = [...accounts.valuesSync()].reduce((before, { balance }) => before + balance, 0)
    expect(sum).toBe(ACCOUNTS * BALANCE)
    await store.validate()
  })
})

describe('the checker', () => {
  const one = (id: string, reads: Record<string, string>, ...writes: string[]): Committed => ({ id, reads, writes })

  test('accepts what was done one after the other, in whatever order it is told', () => {
    const history = [one('c', { x: 'a', y: 'b' }), one('b', { x: 'a', y: 'nobody' }, 'y'), one('a', { x: 'nobody' }, 'x')]
    expect(findCircle(history)).toBeNull()
  })

  test('finds write skew', () => {
    const history = [one('a', { x: 'nobody', y: 'nobody' }, 'x'), one('b', { x: 'nobody', y: 'nobody' }, 'y')]
    expect(findCircle(history)).toEqual(['a', 'b', 'a'])
  })

  test('finds a reader of two moments', () => {
    const writer = one('w', { x: 'nobody', y: 'nobody' }, 'x', 'y')
    expect(findCircle([writer, one('r', { x: 'w', y: 'nobody' })])).toEqual(['w', 'r', 'w'])
  })

  test('finds a lost update', () => {
    expect(() => findCircle([one('a', { x: 'nobody' }, 'x'), one('b', { x: 'nobody' }, 'x')])).toThrow('an update was lost')
  })
})
