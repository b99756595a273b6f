// What tests do with the folder in which the readers of a store make themselves known.
import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { open, type Store, type StoreOptions } from '../../src/index.ts'
import { writeRound } from '../processes/rounds.ts'
import { replaced } from './replaced.ts'
import { openSmall, small } from './stores.ts'

/** The backend does not matter here; this one has closed its file when it says so, so that a disk can become read-only. */
const options = { ...small, backend: 'sab' } satisfies StoreOptions

export const folderOf = (path: string): string => join(path, 'readers')

/** With a pool in which not all of a round has room. */
export const openReader = (path: string): Promise<Store> => open(path, { ...options, readOnly: true, cacheBytes: 64 * 4096 })

/** A store with one entry in its checkpoint. */
export async function makeStore(path: string): Promise<Store> {
  const store = await openSmall(path, { ...options, checkpointBytes: 1 << 16 })
  await store.put('a', '1')
  await store.checkpoint()
  return store
}

/** Ten rounds, each with a checkpoint. */
export async function writeRounds(store: Store, first: number): Promise<void> {
  for (let round = first; round < first + 10; round++) {
    await writeRound(store, round)
    await store.checkpoint()
  }
}

type Call = 'mkdirSync' | 'readdirSync' | 'readFileSync' | 'renameSync' | 'rmSync' | 'writeFileSync'

/** Calls of the operating system that have to do with that folder fail. */
export function failing(name: Call, code: string): Disposable {
  const real = fs[name] as (path: string, ...rest: unknown[]) => unknown
  return replaced({
    [name]: (path: string, ...rest: unknown[]) => {
      const isThere = basename(path) === 'readers' || basename(dirname(path)) === 'readers'
      if (isThere) throw Object.assign(new Error(`${code}: planted, ${name}`), { code })
      return real(path, ...rest)
    },
  })
}
