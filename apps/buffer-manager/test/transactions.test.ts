// What isolation transactions give: the same scenes on the model and on real stores.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Isolation, Store } from '../src/api.ts'
import { kinds, quickDirectory } from './support/kinds.ts'

const directory = quickDirectory('transactions')
afterAll(() => rmSync(directory, { recursive: true }))
let made = 0

describe.each(Object.values(kinds))('$name', ({ opener }) => {
  let store: Store
  beforeEach(async () => {
    store = await opener()(join(directory, String(made++)))
    await store.batch(['a', 'b'].map((key) => ({ type: 'put', key, value: '1' })))
  })
  afterEach(() => store.close())

  const conflict = expect.objectContaining({ code: 'CONFLICT' }) as Error

  test('a transaction reads its own writes and commits all of them', async () => {
    const tree = store.tree('t')
    const seen = await store.transaction((transaction) => {
      const [own, other] = [transaction.in(store), transaction.in(tree)]
      own.put('c', '2')
      own.del('a')
      other.put('x', 'y')
      return [[...own.entriesSync()], own.getSync('a'), other.hasSync('x'), tree.hasSync('x')]
    })
    expect(seen).toEqual([[['b', '1'], ['c', '2']], undefined, true, false])
    expect([...store.keysSync()]).toEqual(['b', 'c'])
    expect(tree.getSync('x')).toBe('y')
  })

  test('what throws leaves nothing behind', async () => {
    const broken = store.transaction((transaction) => {
      transaction.in(store).put('a', '9')
      throw new Error('changed my mind')
    })
    await expect(broken).rejects.toThrow('changed my mind')
    expect(store.getSync('a')).toBe('1')
  })

  test.each<[Isolation]>([['serializable'], ['snapshot']])('an update is not lost: %s', async (isolation) => {
    const increment = store.transaction(
      async (transaction) => {
        const tree = transaction.in(store)
        const value = Number(await tree.get('a'))
        await store.put('a', '10')
        tree.put('a', String(value + 1))
      },
      { isolation },
    )
    await expect(increment).rejects.toThrow(conflict)
    expect(store.getSync('a')).toBe('10')
  })

  test('retries begin the transaction anew', async () => {
    let attempts = 0
    await store.transaction(
      (transaction) => {
        const tree = transaction.in(store)
        const value = Number(tree.getSync('a'))
        if (attempts++ < 2) store.putSync('a', String(value * 10))
        tree.put('a', String(value + 1))
      },
      { retries: 2 },
    )
    expect([attempts, store.getSync('a')]).toEqual([3, '101'])
  })

  /** Two doctors on call: each goes off duty if the other is on. */
  const writeSkew = (isolation: Isolation): Promise<void> =>
    store.transaction(
      async (transaction) => {
        const tree = transaction.in(store)
        const bothOnCall = (await tree.get('a')) === '1' && (await tree.get('b')) === '1'
        await store.transaction((other) => other.in(store).put('b', '0'))
        if (bothOnCall) tree.put('a', '0')
      },
      { isolation },
    )

  test('write skew is a conflict when serializable, and possible on a snapshot', async () => {
    await expect(writeSkew('serializable')).rejects.toThrow(conflict)
    expect(store.getManySync(['a', 'b'])).toEqual(['1', '0'])
    await store.put('b', '1')
    await writeSkew('snapshot')
    expect(store.getManySync(['a', 'b'])).toEqual(['0', '0'])
  })

  test('what comes into a range that was read is a conflict', async () => {
    const total = store.transaction((transaction) => {
      const tree = transaction.in(store)
      const count = [...tree.keysSync({ gte: 'a', lt: 'c' })].length
      store.putSync('ab', '1')
      tree.put('count', String(count))
    })
    await expect(total).rejects.toThrow(conflict)
    expect(store.hasSync('count')).toBe(false)
  })

  test('a change to the same value, or outside of what was read, is none', async () => {
    await store.transaction((transaction) => {
      const tree = transaction.in(store)
      tree.getSync('a')
      store.putSync('a', '2')
      store.putSync('a', '1')
      store.putSync('z', 'elsewhere')
      tree.put('sum', '1')
    })
    expect(store.getSync('sum')).toBe('1')
  })

  test('one that only reads never conflicts and sees one moment', async () => {
    const seen = await store.transaction(async (transaction) => {
      const tree = transaction.in(store)
      const before = await tree.get('a')
      await store.batch(['a', 'b'].map((key) => ({ type: 'put', key, value: '2' })))
      return [before, await tree.get('b'), tree.getSync('a')]
    })
    expect(seen).toEqual(['1', '1', '1'])
  })

  test('what is not committed yet is nobody else’s to read, and what is broken off never was', async () => {
    let isWritten = (): void => undefined
    let goOn = (): void => undefined
    const written = new Promise<void>((resolve) => (isWritten = resolve))
    const later = new Promise<void>((resolve) => (goOn = resolve))
    const writing = store.transaction(async (transaction) => {
      transaction.in(store).put('a', 'dirty')
      transaction.in(store).put('new', 'dirty')
      isWritten()
      await later
    })
    await written
    expect([store.getSync('a'), await store.get('new'), [...store.keysSync()]]).toEqual(['1', undefined, ['a', 'b']])
    expect(await store.transaction((other) => other.in(store).getManySync(['a', 'new']))).toEqual(['1', undefined])
    goOn()
    await writing
    expect(store.getManySync(['a', 'new'])).toEqual(['dirty', 'dirty'])
  })

  test.each<[Isolation]>([['serializable'], ['snapshot']])('what is read again is the same, keys and ranges: %s', async (isolation) => {
    await store.transaction(
      async (transaction) => {
        const tree = transaction.in(store)
        const read = async (): Promise<unknown> => [await tree.get('a'), tree.hasSync('ab'), [...tree.entriesSync({ lt: 'c' })]]
        const before = await read()
        await store.batch([{ type: 'put', key: 'a', value: '2' }, { type: 'put', key: 'ab', value: '3' }, { type: 'del', key: 'b' }])
        expect(await read()).toEqual(before)
      },
      { isolation },
    )
    expect([...store.entriesSync()]).toEqual([['a', '2'], ['ab', '3']])
  })

  test('all that a range with a limit has shown counts, also where own writes have taken entries away', async () => {
    await store.batch(['c', 'd'].map((key) => ({ type: 'put', key, value: '1' })))
    const smallest = store.transaction((transaction) => {
      const tree = transaction.in(store)
      tree.del('a')
      tree.del('b')
      const [first] = tree.entriesSync({ limit: 1 })
      store.putSync('c', '2')
      tree.put('smallest', first.join())
    })
    await expect(smallest).rejects.toThrow(conflict)
    expect([...store.entriesSync()]).toEqual([['a', '1'], ['b', '1'], ['c', '2'], ['d', '1']])
  })

  test('no isolation level lets two transactions write the same key, and the second is told which', async () => {
    for (const isolation of ['serializable', 'snapshot'] as const) {
      const second = store.transaction(
        async (transaction) => {
          transaction.in(store).put('a', 'second')
          await store.transaction((first) => first.in(store).put('a', `first, ${isolation}`), { isolation })
        },
        { isolation },
      )
      await expect(second).rejects.toThrow(conflict)
      expect(store.getSync('a')).toBe(`first, ${isolation}`)
    }
  })

  test('synchronous ones are the same', () => {
    const skew = (isolation: Isolation): void =>
      store.transactionSync(
        (transaction) => {
          const tree = transaction.in(store)
          if (tree.getSync('b') === '1') tree.put('a', '0')
          store.putSync('b', '0')
        },
        { isolation },
      )
    expect(() => skew('serializable')).toThrow(conflict)
    expect(store.getManySync(['a', 'b'])).toEqual(['1', '0'])
    store.putSync('b', '1')
    skew('snapshot')
    expect(store.getManySync(['a', 'b'])).toEqual(['0', '0'])
    let attempts = 0
    const increment = (): number =>
      store.transactionSync(
        (transaction) => {
          const tree = transaction.in(store)
          const value = Number(tree.getSync('a'))
          if (attempts++ < 2) store.putSync('a', String(value + 10))
          tree.put('a', String(value + 1))
          return attempts
        },
        { retries: 2 },
      )
    expect([increment(), store.getSync('a')]).toEqual([3, '21'])
  })

  test('a snapshot sees one moment until it is closed', async () => {
    const snapshot = store.snapshot()
    const then = snapshot.in(store)
    await store.clear()
    await store.tree('t').put('x', 'later')
    expect([...then.entriesSync()]).toEqual([['a', '1'], ['b', '1']])
    expect(snapshot.in(store.tree('t')).getSync('x')).toBeUndefined()
    expect(store.count()).toBe(0)
    snapshot.close()
    expect(() => then.getSync('a')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })
})
