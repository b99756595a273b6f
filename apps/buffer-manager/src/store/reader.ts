// Reading a tree in the user's own types: encodings around lookups and cursors.
import type { RangeOptions, Reader } from '../api.ts'
import { StoreError } from '../errors.ts'
import type { Pool } from '../pool/pool.ts'
import { MAX_KEY_BYTES, type KeyRange } from '../tree/index.ts'
import type { QuickEncoding } from './encodings.ts'
import type { Roots } from './roots.ts'
import { Scan } from './scan.ts'
import { AGAIN, type Values } from './values.ts'

/** Lookups of one `getMany` that wait for pages at the same time. */
const AHEAD = 256

export interface Encodings<Key, Value> {
  key: QuickEncoding<Key>
  value: QuickEncoding<Value>
}

export interface ReaderParts<Key, Value> {
  pool: Pool
  values: Values
  roots: Roots
  /** The tree's number; −1 while there is none of that name. */
  tree: () => number
  encodings: Encodings<Key, Value>
}

/** Entries as a cursor has them. */
interface Batch {
  keys: Uint8Array[]
  values: Uint8Array[]
}

export class TreeReader<Key, Value> implements Reader<Key, Value> {
  protected readonly parts: ReaderParts<Key, Value>
  /** Decodes a value where it lies: what is decoded from a page that is just being changed is not used. */
  readonly #read: (bytes: Uint8Array, at: number, length: number) => Value

  constructor(parts: ReaderParts<Key, Value>) {
    this.parts = parts
    const { value } = parts.encodings
    // Others may throw for bytes that are being changed: they get their own copy of what counts.
    const isSafe = value.name === 'utf8' || value.name === 'binary'
    this.#read = isSafe ? (bytes, at, length) => value.read(bytes, at, length) : this.#readLater
  }

  readonly #readLater = (bytes: Uint8Array, at: number, length: number): never => bytes.slice(at, at + length) as never

  /** What `#read` has returned, as the user's value. */
  #decoded(read: Value | undefined): Value | undefined {
    if (this.#read !== this.#readLater || read === undefined) return read
    return this.parts.encodings.value.decode(read as unknown as Uint8Array)
  }

  getSync(key: Key): Value | undefined {
    const { roots, values } = this.parts
    const bytes = this.lookupKey(key)
    const tree = this.parts.tree()
    return tree < 0 ? undefined : this.#decoded(values.viewSync(roots, tree, bytes, this.#read))
  }

  viewSync<Result>(key: Key, use: (bytes: Uint8Array, at: number, length: number) => Result): Result | undefined {
    const { roots, values } = this.parts
    for (;;) {
      // Other lookups of what is called may have overwritten the key.
      const bytes = this.lookupKey(key)
      const tree = this.parts.tree()
      if (tree < 0) return undefined
      const used = values.tryViewSync(roots, tree, bytes, use)
      if (used !== AGAIN) return used
    }
  }

  async get(key: Key): Promise<Value | undefined> {
    return this.#decoded(await this.#view(this.ownKey(key), this.#read))
  }

  hasSync(key: Key): boolean {
    return this.viewSync(key, () => true) ?? false
  }

  async has(key: Key): Promise<boolean> {
    return (await this.#view(this.ownKey(key), () => true)) ?? false
  }

  getManySync(keys: readonly Key[]): (Value | undefined)[] {
    return keys.map((key) => this.getSync(key))
  }

  async getMany(keys: readonly Key[]): Promise<(Value | undefined)[]> {
    const found = new Array<Value | undefined>(keys.length)
    for (let from = 0; from < keys.length; from += AHEAD) {
      const end = Math.min(from + AHEAD, keys.length)
      const fetching: Promise<void>[] = []
      try {
        for (let i = from; i < end; i++) {
          const value = this.#view(this.ownKey(keys[i]), this.#read)
          if (value instanceof Promise) fetching.push(value.then((fetched) => void (found[i] = this.#decoded(fetched))))
          else found[i] = this.#decoded(value)
        }
      } catch (error) {
        // Whatever else goes wrong has to have somebody who hears of it.
        await Promise.allSettled(fetching)
        throw error
      }
      if (fetching.length > 0) await Promise.all(fetching)
    }
    return found
  }

  async *entries(range?: RangeOptions<Key>): AsyncGenerator<[Key, Value], void, undefined> {
    const { key, value } = this.parts.encodings
    for await (const { keys, values } of this.batches(range, true, true)) {
      for (let i = 0; i < keys.length; i++) yield [key.decode(keys[i]), value.decode(values[i])]
    }
  }

  async *keys(range?: RangeOptions<Key>): AsyncGenerator<Key, void, undefined> {
    const { key } = this.parts.encodings
    for await (const { keys } of this.batches(range, true, false)) for (const bytes of keys) yield key.decode(bytes)
  }

  async *values(range?: RangeOptions<Key>): AsyncGenerator<Value, void, undefined> {
    const { value } = this.parts.encodings
    for await (const { values } of this.batches(range, false, true)) for (const bytes of values) yield value.decode(bytes)
  }

  *entriesSync(range?: RangeOptions<Key>): Generator<[Key, Value], void, undefined> {
    const { key, value } = this.parts.encodings
    for (const { keys, values } of this.batchesSync(range, true, true)) {
      for (let i = 0; i < keys.length; i++) yield [key.decode(keys[i]), value.decode(values[i])]
    }
  }

  *keysSync(range?: RangeOptions<Key>): Generator<Key, void, undefined> {
    const { key } = this.parts.encodings
    for (const { keys } of this.batchesSync(range, true, false)) for (const bytes of keys) yield key.decode(bytes)
  }

  *valuesSync(range?: RangeOptions<Key>): Generator<Value, void, undefined> {
    const { value } = this.parts.encodings
    for (const { values } of this.batchesSync(range, false, true)) for (const bytes of values) yield value.decode(bytes)
  }

  /** The range's entries in bytes, as they are when their leaf is reached. */
  protected async *batches(range: RangeOptions<Key> | undefined, keys: boolean, values: boolean): AsyncGenerator<Batch> {
    const scan = this.#scan(range, keys, values)
    if (!scan) return
    for (let isLast = false; !isLast; ) {
      isLast = await scan.fill()
      yield { keys: scan.keys, values: scan.values }
    }
  }

  protected *batchesSync(range: RangeOptions<Key> | undefined, keys: boolean, values: boolean): Generator<Batch> {
    const scan = this.#scan(range, keys, values)
    if (!scan) return
    for (let isLast = false; !isLast; ) {
      isLast = scan.fillSync()
      yield { keys: scan.keys, values: scan.values }
    }
  }

  #scan(range: RangeOptions<Key> | undefined, keys: boolean, values: boolean): Scan | null {
    const { pool, roots } = this.parts
    const inBytes = this.rangeOf(range)
    roots.requireOpen()
    const tree = this.parts.tree()
    return tree < 0 ? null : new Scan(pool, roots, tree, inBytes, keys, values)
  }

  /** Throws `BAD_OPTION` for what is no range. */
  protected rangeOf(range: RangeOptions<Key> = {}): KeyRange {
    const { gt, gte, lt, lte, reverse = false, limit = -1 } = range
    if (!Number.isInteger(limit) && limit !== Infinity) throw new StoreError('BAD_OPTION', `limit is a whole number, got ${String(limit)}`)
    const bytes = (bound: Key | undefined): Uint8Array | undefined => (bound === undefined ? undefined : this.ownKey(bound))
    return { gt: bytes(gt), gte: bytes(gte), lt: bytes(lt), lte: bytes(lte), reverse, limit: limit === Infinity ? -1 : limit }
  }

  #view<Result>(key: Uint8Array, use: (bytes: Uint8Array, at: number, length: number) => Result): Result | undefined | Promise<Result | undefined> {
    const { roots, values } = this.parts
    roots.requireOpen()
    const tree = this.parts.tree()
    return tree < 0 ? undefined : values.view(roots, tree, key, use)
  }

  /** For use until the next lookup. */
  protected lookupKey(key: Key): Uint8Array {
    this.parts.roots.requireOpen()
    return checkedKey(this.parts.encodings.key.scratch(key))
  }

  /** For use as long as one likes; not to be changed. */
  protected ownKey(key: Key): Uint8Array {
    return checkedKey(this.parts.encodings.key.encode(key))
  }
}

export function checkedKey(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_KEY_BYTES) return bytes
  throw new StoreError('KEY_TOO_LONG', `a key has ${MAX_KEY_BYTES} bytes at most, this one has ${bytes.length}`)
}
