// Does a lane's commit with a store, in the way that it asks for.
import { StoreError, type Operation, type Store, type Tree } from '../../src/index.ts'
import type { LaneCommit, Put } from './lane.ts'

/** Resolves when the store has acknowledged it. */
export async function perform(store: Store, { how, isSync, changes }: LaneCommit): Promise<void> {
  const [{ key, value }] = changes
  const tree = treeOf(store, changes[0].tree)
  if (how === 'put') {
    if (isSync) tree.putSync(key, value ?? '')
    else await tree.put(key, value ?? '')
  }
  if (how === 'del') {
    const existed = isSync ? tree.delSync(key) : await tree.del(key)
    if (!existed) throw new Error(`${key} was not there to be deleted`)
  }
  if (how === 'batch') {
    const operations = changes.map((change) => operationOf(store, change))
    if (isSync) store.batchSync(operations)
    else await store.batch(operations)
  }
  if (how === 'load') {
    const loaded = await load(tree, changes)
    if (loaded !== changes.length) throw new Error(`${loaded} entries of ${changes.length} were loaded`)
  }
  if (how !== 'transaction') return
  const transact = isSync ? store.transactionSync.bind(store) : store.transaction.bind(store)
  await transact((transaction) => {
    for (const change of changes) {
      const target = transaction.in(treeOf(store, change.tree))
      if (change.value === null) target.del(change.key)
      else target.put(change.key, change.value)
    }
  })
}

/** Another lane of the same worker may be just loading: a worker loads one tree at a time. */
async function load(tree: Tree, changes: readonly Put[]): Promise<number> {
  for (;;) {
    try {
      return await tree.load(changes.map(({ key, value }): [string, string] => [key, value ?? '']))
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'BUSY') throw error
      await new Promise(setImmediate)
    }
  }
}

const treeOf = (store: Store, name: string): Tree => (name === '' ? store : store.tree(name))

function operationOf(store: Store, { tree, key, value }: Put): Operation<string, string> {
  const of = treeOf(store, tree)
  return value === null ? { type: 'del', key, tree: of } : { type: 'put', key, value, tree: of }
}
