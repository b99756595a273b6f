// A store to be damaged: three trees, of which one is never concerned, with short values and values in chains; closed,
// or as it is when its process is killed, with commits in the log. And which tree has which page.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, type StoreOptions } from '../../src/index.ts'
import { PAGE_BYTES, seal } from '../../src/pages/page.ts'
import { validateTree } from '../../src/tree/index.ts'
import { engineOf } from '../durability/engine.ts'

export const options: StoreOptions = { backend: 'sab', cacheBytes: 1 << 20, maxBytes: 1 << 24, patienceMs: 2000 }
export const NAMES = ['', 'one', 'two']

/** Entries by tree. */
export type Entries = Map<string, Map<string, string>>

export interface Fixture extends Disposable {
  /** Folders of the store as it was closed, and as a kill would have left it some commits later. */
  closed: string
  killed: string
  entries: Entries
  /** What is in the log besides, in order: keys and values of the first tree. */
  logged: [key: string, value: string][]
  /** By page: the tree that has it; pages without one hold nothing, or the list. */
  owners: Map<number, string>
  pages: number
  copy(of: string): string
}

export async function makeFixture(): Promise<Fixture> {
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parperos-damage-'))
  const path = join(root, 'store')
  const entries: Entries = new Map(NAMES.map((name, i) => [name, entriesOf(name, 500 - 150 * i)]))
  const owners = new Map<number, string>()
  const logged: [string, string][] = []
  const closed = join(root, 'closed')
  const killed = join(root, 'killed')
  {
    await using store = await open(path, options)
    for (const [name, some] of entries) {
      await store.batch(
        [...some].map(([key, value]) => ({ type: 'put', key, value, tree: name === '' ? store : store.tree(name) })),
      )
      await store.checkpoint()
    }
    const { shared, pool } = engineOf(store)
    for (const name of NAMES) {
      const of = shared.words[shared.rootAt(shared.findTree(name))]
      validateTree(pool, of, (page) => {
        owners.set(page, name)
        return true
      })
    }
  }
  cpSync(path, closed, { recursive: true })
  {
    await using store = await open(path, options)
    for (let i = 0; i < 40; i++) {
      const entry: [string, string] = [`logged ${i}`, `${i}`.repeat(1 + ((i * 37) % 300))]
      logged.push(entry)
      store.putSync(...entry)
    }
    cpSync(path, killed, { recursive: true, filter: (name) => !name.endsWith('/lock') })
  }
  let copies = 0
  return {
    ...{ closed, killed, entries, logged, owners },
    pages: readFileSync(join(closed, 'data.pages')).length / PAGE_BYTES,
    copy(of) {
      const folder = join(root, `copy-${copies++}`)
      cpSync(of, folder, { recursive: true })
      return folder
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

function entriesOf(name: string, count: number): Map<string, string> {
  const entries = new Map<string, string>()
  for (let i = 0; i < count; i++) {
    const length = i % 97 === 5 ? 9000 + i * 10 : (i * 131) % 400
    entries.set(`${name}/key ${String(i).padStart(5, '0')}`, `${name}${i} `.repeat(1 + length / 6))
  }
  return entries
}

export const pagesFile = (folder: string): string => join(folder, 'data.pages')

/** Changes a page of a store's file; `sealed`: its checksum is right afterwards. */
export function changePage(folder: string, page: number, change: (words: Int32Array) => void, sealed = false): void {
  const file = readFileSync(pagesFile(folder))
  const bytes = new Uint8Array(file.buffer, file.byteOffset + page * PAGE_BYTES, PAGE_BYTES)
  const words = new Int32Array(bytes.slice().buffer)
  change(words)
  if (sealed) seal(words, 0)
  bytes.set(new Uint8Array(words.buffer))
  writeFileSync(pagesFile(folder), file)
}

export function pageOf(folder: string, page: number): Int32Array {
  const file = readFileSync(pagesFile(folder))
  return new Int32Array(new Uint8Array(file.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)).buffer)
}
