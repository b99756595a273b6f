// A tree of a store as users hold it: reading what is committed, and writing.
import type { Operation, RangeOptions, Tree } from '../api.ts'
import { StoreError } from '../errors.ts'
import { MAX_VALUE_BYTES } from '../tree/index.ts'
import { load as loadEntries } from './bulk.ts'
import { copyOf } from './encodings.ts'
import type { Engine } from './engine.ts'
import type { Change } from './operations.ts'
import { checkedKey, TreeReader, type Encodings } from './reader.ts'

const types: readonly string[] = ['put', 'del']

/** Entries that `clear` deletes in one commit. */
const CLEARED = 512

export class StoreTree<Key, Value> extends TreeReader<Key, Value> implements Tree<Key, Value> {
  readonly name: string
  readonly engine: Engine
  #number = -1

  constructor(engine: Engine, name: string, encodings: Encodings<Key, Value>) {
    super({ pool: engine.pool, values: engine.values, roots: engine.now, encodings, tree: () => this.find() })
    this.engine = engine
    this.name = name
  }

  get encodings(): Encodings<Key, Value> {
    return this.parts.encodings
  }

  /** The tree's number; −1 as long as nobody has put anything into it. */
  find(): number {
    if (this.#number < 0) this.#number = this.engine.shared.findTree(this.name)
    return this.#number
  }

  /** The same, made if there is none. */
  ensure(): number {
    if (this.find() < 0) this.#number = this.engine.ensureTree(this.name)
    return this.#number
  }

  async put(key: Key, value: Value): Promise<void> {
    const change = this.change({ type: 'put', key, value }, true)
    const fetching = this.#warm(change)
    if (fetching) await fetching
    await this.engine.write([change])
  }

  putSync(key: Key, value: Value): void {
    this.engine.writeSync([this.change({ type: 'put', key, value }, false)])
  }

  async del(key: Key): Promise<boolean> {
    this.engine.requireOpen()
    this.engine.requireWritable()
    if (this.find() < 0) return false
    const change = this.change({ type: 'del', key }, true)
    const fetching = this.#warm(change)
    if (fetching) await fetching
    return await this.engine.write([change])
  }

  delSync(key: Key): boolean {
    this.engine.requireOpen()
    this.engine.requireWritable()
    if (this.find() < 0) return false
    return this.engine.writeSync([this.change({ type: 'del', key }, false)])
  }

  async batch(operations: readonly Operation<Key, Value>[]): Promise<void> {
    const changes = this.#changes(operations, true)
    const fetching = changes.map((change) => this.#warm(change)).filter((each) => each !== null)
    if (fetching.length > 0) await Promise.all(fetching)
    if (changes.length > 0) await this.engine.write(changes)
  }

  batchSync(operations: readonly Operation<Key, Value>[]): void {
    const changes = this.#changes(operations, false)
    if (changes.length > 0) this.engine.writeSync(changes)
  }

  async clear(range: RangeOptions<Key> = {}): Promise<number> {
    this.engine.requireWritable()
    let cleared = 0
    let changes: Change[] = []
    const commit = async (): Promise<void> => {
      if (changes.length > 0) await this.engine.write(changes)
      cleared += changes.length
      changes = []
    }
    for await (const { keys } of this.batches(range, true, false)) {
      for (const key of keys) changes.push({ tree: this.find(), key, value: null })
      if (changes.length >= CLEARED) await commit()
    }
    await commit()
    return cleared
  }

  async load(entries: Iterable<readonly [Key, Value]> | AsyncIterable<readonly [Key, Value]>): Promise<number> {
    const { encodings } = this
    const key = (from: Key): Uint8Array => checkedKey(encodings.key.scratch(from))
    const value = (from: Value): Uint8Array => checkedValue(encodings.value.encode(from))
    return await this.engine.untilLoaded(loadEntries(this.engine, this.ensure(), { entries, key, value }))
  }

  count(): number {
    this.engine.requireOpen()
    const tree = this.find()
    return tree < 0 ? 0 : this.engine.shared.entries(tree)
  }

  /** An operation in bytes; `keep`: they are this store's own, whatever the caller does with his. */
  change(operation: Operation<Key, Value>, keep: boolean): Change {
    this.engine.requireOpen()
    this.engine.requireWritable()
    const { encodings } = this
    const key = own(operation.key, this.ownKey(operation.key), keep)
    const tree = this.ensure()
    if (operation.type === 'del') return { tree, key, value: null }
    const value = own(operation.value, checkedValue(encodings.value.encode(operation.value)), keep)
    return { tree, key, value }
  }

  #changes(operations: readonly Operation<Key, Value>[], keep: boolean): Change[] {
    return operations.map((operation) => {
      const { type, tree } = operation
      if (!types.includes(type)) {
        throw new StoreError('BAD_OPTION', `an operation's type is 'put' or 'del', got ${JSON.stringify(type)}`)
      }
      if (tree === undefined || tree === (this as unknown)) return this.change(operation, keep)
      if (tree instanceof StoreTree && tree.engine === this.engine) return (tree as StoreTree<Key, Value>).change(operation, keep)
      throw new StoreError('BAD_OPTION', 'an operation\'s tree is one of the same store')
    })
  }

  #warm({ tree, key }: Change): Promise<void> | null {
    return this.engine.values.warm(this.engine.now, tree, key)
  }
}

/** What an encoding has handed through is the caller's. */
const own = (given: unknown, bytes: Uint8Array, keep: boolean): Uint8Array =>
  keep && given === bytes ? copyOf(bytes, 0, bytes.length) : bytes

export function checkedValue(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_VALUE_BYTES) return bytes
  throw new StoreError('VALUE_TOO_LONG', `a value has ${MAX_VALUE_BYTES} bytes at most, this one has ${bytes.length}`)
}
