// A transaction: reads from a snapshot, writes into memory of its own, and at the end one commit of all of it, if nothing that
// it relied on has been changed. What it relied on is compared by value: a key's value, or a range's entries, as the snapshot
// has them and as they are now. While the tree's root is the snapshot's, nothing of it can have changed.
import type { Isolation, RangeOptions, Transaction, TransactionOptions, TransactionTree, Tree } from '../api.ts'
import { StoreError } from '../errors.ts'
import type { KeyRange } from '../tree/index.ts'
import type { Engine } from './engine.ts'
import type { Change } from './operations.ts'
import { Overlay } from './overlay.ts'
import { TreeReader } from './reader.ts'
import { RootsOfSnapshot, type Roots } from './roots.ts'
import { Scan } from './scan.ts'
import type { OpenSnapshot } from './snapshots.ts'
import { checkedValue, StoreTree } from './tree.ts'

const isolations: readonly Isolation[] = ['serializable', 'snapshot']

/** What of a tree a transaction has read and written. */
interface Footprint {
  tree: StoreTree<unknown, unknown>
  /** By the key's bytes as text of one character per byte. */
  reads: Map<string, Uint8Array>
  ranges: KeyRange[]
  writes: Overlay
}

export class OpenTransaction implements Transaction {
  readonly #engine: Engine
  readonly #snapshot: OpenSnapshot
  readonly #roots: RootsOfSnapshot
  readonly #footprints = new Map<string, Footprint>()
  readonly #tracksReads: boolean
  #isOpen = true

  constructor(engine: Engine, { isolation = 'serializable' }: TransactionOptions) {
    if (!isolations.includes(isolation)) {
      throw new StoreError('BAD_OPTION', `isolation is 'serializable' or 'snapshot', got ${JSON.stringify(isolation)}`)
    }
    this.#engine = engine
    this.#tracksReads = isolation === 'serializable'
    this.#snapshot = engine.snapshot()
    this.#roots = new RootsOfSnapshot(this.#snapshot, () => this.#requireOpen())
  }

  in<Key, Value>(tree: Tree<Key, Value>): TransactionTree<Key, Value> {
    this.#requireOpen()
    const own = ownTree(this.#engine, tree)
    let footprint = this.#footprints.get(own.name)
    if (!footprint) {
      footprint = { tree: own as StoreTree<unknown, unknown>, reads: new Map(), ranges: [], writes: new Overlay() }
      this.#footprints.set(own.name, footprint)
    }
    return new TransactionReader(this.#engine, this.#roots, own, footprint, this.#tracksReads)
  }

  async commit(): Promise<void> {
    const changes = this.#changes()
    if (changes.length > 0) await this.#engine.write(changes, () => this.#requireUnchanged())
  }

  commitSync(): void {
    const changes = this.#changes()
    if (changes.length > 0) this.#engine.writeSync(changes, () => this.#requireUnchanged())
  }

  end(): void {
    this.#isOpen = false
    this.#snapshot.close()
  }

  #changes(): Change[] {
    const changes: Change[] = []
    for (const { tree, writes } of this.#footprints.values()) {
      if (writes.size === 0) continue
      const number = tree.ensure()
      for (const { key, value } of writes.all()) changes.push({ tree: number, key, value })
    }
    return changes
  }

  /** Under the lock. Throws `CONFLICT`. */
  #requireUnchanged(): void {
    for (const { tree, reads, ranges, writes } of this.#footprints.values()) {
      const number = tree.find()
      const now = number < 0 ? 0 : this.#engine.shared.words[this.#engine.shared.rootAt(number)]
      if (number < 0 || now === this.#snapshot.root(number)) continue
      for (const key of reads.values()) this.#requireSameValue(tree.name, number, key)
      for (const { key } of writes.all()) this.#requireSameValue(tree.name, number, key)
      for (const range of ranges) this.#requireSameRange(tree.name, number, range)
    }
  }

  #requireSameValue(name: string, tree: number, key: Uint8Array): void {
    const { values, locked } = this.#engine
    const before = values.getSync(this.#roots, tree, key)
    const after = values.getSync(locked, tree, key)
    if (!sameBytes(before, after)) throw conflict(name, `key ${JSON.stringify(Buffer.from(key).toString('latin1'))}`)
  }

  #requireSameRange(name: string, tree: number, range: KeyRange): void {
    const before = entriesOf(this.#engine, this.#roots, tree, range)
    const after = entriesOf(this.#engine, this.#engine.locked, tree, range)
    for (;;) {
      const [a, b] = [before.next(), after.next()]
      if (a.done === true && b.done === true) return
      if (a.done === true || b.done === true || !sameEntry(a.value, b.value)) throw conflict(name, 'a range that was read')
    }
  }

  #requireOpen(): void {
    this.#engine.requireOpen()
    if (!this.#isOpen) throw new StoreError('CLOSED', 'the transaction has ended')
  }
}

/** A tree in a transaction: what the transaction has written itself lies over what the snapshot has. */
class TransactionReader<Key, Value> extends TreeReader<Key, Value> implements TransactionTree<Key, Value> {
  readonly #footprint: Footprint
  readonly #tracksReads: boolean

  constructor(engine: Engine, roots: Roots, tree: StoreTree<Key, Value>, footprint: Footprint, tracksReads: boolean) {
    const { encodings } = tree
    super({ pool: engine.pool, values: engine.values, roots, encodings, tree: () => tree.find() })
    this.#footprint = footprint
    this.#tracksReads = tracksReads
  }

  put(key: Key, value: Value): void {
    this.parts.roots.requireOpen()
    const bytes = Uint8Array.from(this.ownKey(key))
    this.#footprint.writes.set(bytes, Uint8Array.from(checkedValue(this.parts.encodings.value.encode(value))))
  }

  del(key: Key): boolean {
    const existed = this.hasSync(key)
    this.#footprint.writes.set(Uint8Array.from(this.ownKey(key)), null)
    return existed
  }

  override getSync(key: Key): Value | undefined {
    const written = this.#written(key)
    if (written === undefined) return super.getSync(key)
    return written === null ? undefined : this.parts.encodings.value.decode(Buffer.from(written))
  }

  override async get(key: Key): Promise<Value | undefined> {
    const written = this.#written(key)
    if (written === undefined) return await super.get(key)
    return written === null ? undefined : this.parts.encodings.value.decode(Buffer.from(written))
  }

  override hasSync(key: Key): boolean {
    const written = this.#written(key)
    return written === undefined ? super.hasSync(key) : written !== null
  }

  override async has(key: Key): Promise<boolean> {
    const written = this.#written(key)
    return written === undefined ? await super.has(key) : written !== null
  }

  override async getMany(keys: readonly Key[]): Promise<(Value | undefined)[]> {
    return await Promise.all(keys.map((key) => this.get(key)))
  }

  /** What this transaction has put there, null if it has deleted it; undefined: nothing, so it is read from the snapshot. */
  #written(key: Key): Uint8Array | null | undefined {
    this.parts.roots.requireOpen()
    const bytes = this.ownKey(key)
    const written = this.#footprint.writes.get(bytes)
    if (written === undefined) this.#note(bytes)
    return written
  }

  #note(key: Uint8Array): void {
    if (this.#tracksReads) this.#footprint.reads.set(Buffer.from(key).toString('latin1'), Uint8Array.from(key))
  }

  protected override async *batches(range: RangeOptions<Key> | undefined, keys: boolean, values: boolean): ReturnType<TreeReader<Key, Value>['batches']> {
    const own = this.rangeOf(range)
    // With writes of its own the limit counts after they were put in.
    const all = { ...range, limit: Infinity }
    const merge = this.#footprint.writes.merging(own)
    this.#noteRange(own, merge.size)
    for await (const batch of super.batches(merge.size === 0 ? range : all, true, values || merge.size > 0)) {
      yield pick(merge.with(batch), keys, values)
      if (merge.isFull) return
    }
    yield pick(merge.rest(), keys, values)
  }

  protected override *batchesSync(range: RangeOptions<Key> | undefined, keys: boolean, values: boolean): ReturnType<TreeReader<Key, Value>['batchesSync']> {
    const own = this.rangeOf(range)
    const all = { ...range, limit: Infinity }
    const merge = this.#footprint.writes.merging(own)
    this.#noteRange(own, merge.size)
    for (const batch of super.batchesSync(merge.size === 0 ? range : all, true, values || merge.size > 0)) {
      yield pick(merge.with(batch), keys, values)
      if (merge.isFull) return
    }
    yield pick(merge.rest(), keys, values)
  }

  /** Each of its own writes may hide an entry, so that one more is seen. */
  #noteRange(range: KeyRange, written: number): void {
    const { limit = -1 } = range
    if (this.#tracksReads) this.#footprint.ranges.push({ ...range, limit: limit < 0 ? limit : limit + written })
  }
}

interface Entries {
  keys: Uint8Array[]
  values: Uint8Array[]
}

const pick = (batch: Entries, keys: boolean, values: boolean): Entries => ({
  keys: keys ? batch.keys : [],
  values: values ? batch.values : [],
})

function* entriesOf(engine: Engine, roots: Roots, tree: number, range: KeyRange): Generator<[Uint8Array, Uint8Array]> {
  const scan = new Scan(engine.pool, roots, tree, range, true, true)
  for (let isLast = false; !isLast; ) {
    engine.shared.showLife()
    isLast = scan.fillSync()
    for (let i = 0; i < scan.keys.length; i++) yield [scan.keys[i], scan.values[i]]
  }
}

/** The tree as its store made it; a store is its own tree of name ''. */
export function ownTree<Key, Value>(engine: Engine, tree: Tree<Key, Value>): StoreTree<Key, Value> {
  if (tree instanceof StoreTree && tree.engine === engine) return tree as StoreTree<Key, Value>
  throw new StoreError('BAD_OPTION', 'the tree is one of the same store, opened in the same worker')
}

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0

const sameEntry = (a: [Uint8Array, Uint8Array], b: [Uint8Array, Uint8Array]): boolean =>
  sameBytes(a[0], b[0]) && sameBytes(a[1], b[1])

const conflict = (tree: string, what: string): StoreError =>
  new StoreError('CONFLICT', `${what}, of the tree ${JSON.stringify(tree)}, was changed by somebody else; nothing was committed`, {
    hint: 'do it again, or give `retries`',
  })
