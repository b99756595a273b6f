// Transactions of the model: they read a copy of everything, remember what they read as bytes, and at the end compare
// it with what is there by then.
import { Buffer } from 'node:buffer'
import type { Isolation, RangeOptions, Transaction, TransactionTree, Tree } from '../../src/api.ts'
import { StoreError } from '../../src/errors.ts'
import { MemoryEntries } from './memory-entries.ts'
import { MemoryReader, type Encodings } from './memory-reader.ts'
import { requireKey, type MemoryState } from './memory-state.ts'

interface Write {
  tree: string
  key: Uint8Array
  value: Uint8Array | undefined
}

export class MemoryTransaction implements Transaction {
  readonly #state: MemoryState
  readonly #isolation: Isolation
  readonly #before: ReadonlyMap<string, MemoryEntries>
  readonly #own = new Map<string, MemoryEntries>()
  readonly #writes: Write[] = []
  /** Ranges whose entries must be the same at the end; a key is a range of one. */
  readonly #seen: { tree: string; range: RangeOptions<Uint8Array> }[] = []

  constructor(state: MemoryState, isolation: Isolation) {
    this.#state = state
    this.#isolation = isolation
    this.#before = state.freeze()
  }

  in<Key, Value>(tree: Tree<Key, Value>): TransactionTree<Key, Value> {
    const { encodings, name } = tree as unknown as MemoryReader<Key, Value> & { name: string }
    const entries = this.#own.get(name) ?? (this.#before.get(name) ?? new MemoryEntries()).copy()
    this.#own.set(name, entries)
    return new MemoryTransactionTree(
      () => entries,
      encodings,
      (range) => this.#isolation === 'serializable' && this.#seen.push({ tree: name, range }),
      (key, value) => {
        requireKey(key)
        this.#seen.push({ tree: name, range: { gte: key, lte: key } })
        this.#writes.push({ tree: name, key, value })
        if (value) entries.set(key, value)
        else return entries.delete(key)
        return true
      },
    )
  }

  commit(): void {
    // Who has only read has read one moment.
    if (this.#writes.length === 0) return
    for (const { tree, range } of this.#seen) {
      const then = this.#before.get(tree)?.range(range) ?? []
      const now = this.#state.entries(tree).range(range)
      const same =
        then.length === now.length && then.every(([key, value], i) => equal(key, now[i][0]) && equal(value, now[i][1]))
      if (!same) throw new StoreError('CONFLICT', 'what the transaction read or wrote was changed by another one')
    }
    this.#state.commit(this.#writes)
  }
}

class MemoryTransactionTree<Key, Value> extends MemoryReader<Key, Value> implements TransactionTree<Key, Value> {
  readonly #see: (range: RangeOptions<Uint8Array>) => void
  readonly #write: (key: Uint8Array, value?: Uint8Array) => boolean

  constructor(
    source: () => MemoryEntries,
    encodings: Encodings<Key, Value>,
    see: (range: RangeOptions<Uint8Array>) => void,
    write: (key: Uint8Array, value?: Uint8Array) => boolean,
  ) {
    super(source, encodings)
    this.#see = see
    this.#write = write
  }

  override getSync(key: Key): Value | undefined {
    this.#seeKey(key)
    return super.getSync(key)
  }

  override hasSync(key: Key): boolean {
    this.#seeKey(key)
    return super.hasSync(key)
  }

  override *entriesSync(range: RangeOptions<Key> = {}): Generator<[Key, Value], void, undefined> {
    const { limit: _limit, ...all } = this.encoded(range)
    this.#see(all)
    yield* super.entriesSync(range)
  }

  put(key: Key, value: Value): void {
    this.#write(this.encodings.key.encode(key), this.encodings.value.encode(value))
  }

  del(key: Key): boolean {
    return this.#write(this.encodings.key.encode(key))
  }

  #seeKey(key: Key): void {
    const bytes = this.encodings.key.encode(key)
    this.#see({ gte: bytes, lte: bytes })
  }
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
