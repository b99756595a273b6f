// A worker whose transactions meet those of others at few keys. Each value says which transaction has written it, and what
// the account has: transfers leave the sum as it is.
import type { Isolation, Store, Transaction } from '../../src/api.ts'
import { StoreError } from '../../src/errors.ts'
import { randomFrom } from '../support/random.ts'
import type { Committed } from './history.ts'

export interface Account {
  by: string
  balance: number
}

export const ACCOUNTS = 8
export const BALANCE = 100
export const accountName = (number: number): string => `account ${number}`
export const accountsOf = (store: Store) => store.tree<string, Account>('accounts', { valueEncoding: 'json' })

export async function runTransactions(
  store: Store,
  { worker, seed, operations, isolation }: { worker: number; seed: number; operations: number; isolation: Isolation },
): Promise<Committed[]> {
  const random = randomFrom(seed)
  const accounts = accountsOf(store)
  const history: Committed[] = []
  for (let i = 0; i < operations; i++) {
    const [from, to, amount, kind] = [random(ACCOUNTS), random(ACCOUNTS), random(20), random(10)]
    const committed: Committed = { id: `${worker}.${i}`, reads: {}, writes: [] }
    const body = (transaction: Transaction): void => {
      committed.reads = {}
      committed.writes = []
      const tree = transaction.in(accounts)
      const read = (account: number): number => {
        const found = tree.getSync(accountName(account))
        if (!found) throw new Error(`account ${account} is missing`)
        committed.reads[account] = found.by
        return found.balance
      }
      const write = (account: number, balance: number): void => {
        tree.put(accountName(account), { by: committed.id, balance })
        committed.writes.push(String(account))
      }
      if (kind < 2) {
        // All of them, by a range: the sum is right at any moment.
        let sum = 0
        for (const [name, { by, balance }] of tree.entriesSync()) {
          committed.reads[name.split(' ')[1]] = by
          sum += balance
        }
        if (sum !== ACCOUNTS * BALANCE) throw new Error(`the sum is ${sum}`)
      } else if (kind < 6 && from !== to) {
        const [a, b] = [read(from), read(to)]
        write(from, a - amount)
        write(to, b + amount)
      } else {
        // Reads two and writes one: what is prone to write skew.
        const [a] = [read(from), read(to)]
        write(from, a)
      }
    }
    try {
      if (kind % 2 === 0) store.transactionSync(body, { isolation, retries: 3 })
      else await store.transaction(body, { isolation, retries: 3 })
      history.push(committed)
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'CONFLICT')) throw error
    }
  }
  return history
}
