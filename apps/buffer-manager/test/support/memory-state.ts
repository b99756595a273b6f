// What stays of the model's stores when they are closed: the trees' entries, by the store's path. Whoever reads at a
// moment gets the very objects, and what is written afterwards goes to copies.
import { StoreError } from '../../src/errors.ts'
import { MemoryEntries } from './memory-entries.ts'

export interface MemoryWrite {
  tree: string
  key: Uint8Array
  /** None: the key is deleted. */
  value: Uint8Array | undefined
}

export class MemoryState {
  #trees: ReadonlyMap<string, MemoryEntries> = new Map()
  #frozen = false
  commits = 0
  /** Whether somebody has it open for writing. */
  open = false

  entries(tree: string): MemoryEntries {
    return this.#trees.get(tree) ?? new MemoryEntries()
  }

  names(): string[] {
    return [...this.#trees.keys()].filter((name) => name !== '').sort()
  }

  /** All trees as they are now, for ever. */
  freeze(): ReadonlyMap<string, MemoryEntries> {
    this.#frozen = true
    return this.#trees
  }

  /** All or nothing. Whether each key was there before. */
  commit(writes: readonly MemoryWrite[]): boolean[] {
    for (const { key } of writes) requireKey(key)
    const trees = new Map(this.#trees)
    const copied = new Set<string>()
    const existed = writes.map(({ tree, key, value }) => {
      let entries = trees.get(tree) ?? new MemoryEntries()
      if (this.#frozen && !copied.has(tree)) entries = entries.copy()
      copied.add(tree)
      trees.set(tree, entries)
      const had = entries.get(key) !== undefined
      if (value) entries.set(key, value)
      else entries.delete(key)
      return had
    })
    // What was copied now belongs to nobody else; the other trees may still.
    if (this.#frozen) for (const [name, entries] of trees) if (!copied.has(name)) trees.set(name, entries.copy())
    this.#frozen = false
    this.#trees = trees
    this.commits++
    return existed
  }
}

export function requireKey(key: Uint8Array): void {
  if (key.length <= 1024) return
  throw new StoreError('KEY_TOO_LONG', `a key has at most 1024 bytes when encoded, and this one has ${key.length}`)
}
