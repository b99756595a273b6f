// Reading the model: a tree as it is now, of a snapshot, or of a transaction, by where the entries come from.
import type { RangeOptions, Reader } from '../../src/api.ts'
import type { QuickEncoding } from '../../src/store/encodings.ts'
import type { MemoryEntries } from './memory-entries.ts'

export interface Encodings<Key, Value> {
  key: QuickEncoding<Key>
  value: QuickEncoding<Value>
}

export class MemoryReader<Key, Value> implements Reader<Key, Value> {
  readonly encodings: Encodings<Key, Value>
  /** The entries to read; throws where they cannot be read any more. */
  protected readonly source: () => MemoryEntries

  constructor(source: () => MemoryEntries, encodings: Encodings<Key, Value>) {
    this.source = source
    this.encodings = encodings
  }

  getSync(key: Key): Value | undefined {
    const bytes = this.source().get(this.encodings.key.encode(key))
    return bytes && this.encodings.value.decode(Uint8Array.from(bytes))
  }

  hasSync(key: Key): boolean {
    return this.source().get(this.encodings.key.encode(key)) !== undefined
  }

  getManySync(keys: readonly Key[]): (Value | undefined)[] {
    return keys.map((key) => this.getSync(key))
  }

  // Promises that a real store would also not resolve at once.
  async get(key: Key): Promise<Value | undefined> {
    await nextTurn()
    return this.getSync(key)
  }

  async has(key: Key): Promise<boolean> {
    await nextTurn()
    return this.hasSync(key)
  }

  async getMany(keys: readonly Key[]): Promise<(Value | undefined)[]> {
    await nextTurn()
    return this.getManySync(keys)
  }

  *entriesSync(range: RangeOptions<Key> = {}): Generator<[Key, Value], void, undefined> {
    const { key, value } = this.encodings
    for (const [keyBytes, valueBytes] of this.source().range(this.encoded(range))) {
      yield [key.decode(keyBytes), value.decode(valueBytes)]
    }
  }

  *keysSync(range?: RangeOptions<Key>): Generator<Key, void, undefined> {
    for (const [key] of this.entriesSync(range)) yield key
  }

  *valuesSync(range?: RangeOptions<Key>): Generator<Value, void, undefined> {
    for (const [, value] of this.entriesSync(range)) yield value
  }

  async *entries(range?: RangeOptions<Key>): AsyncGenerator<[Key, Value], void, undefined> {
    await nextTurn()
    yield* this.entriesSync(range)
  }

  async *keys(range?: RangeOptions<Key>): AsyncGenerator<Key, void, undefined> {
    await nextTurn()
    yield* this.keysSync(range)
  }

  async *values(range?: RangeOptions<Key>): AsyncGenerator<Value, void, undefined> {
    await nextTurn()
    yield* this.valuesSync(range)
  }

  protected encoded(range: RangeOptions<Key>): RangeOptions<Uint8Array> {
    const { reverse, limit } = range
    const encoded: RangeOptions<Uint8Array> = {}
    if (reverse !== undefined) encoded.reverse = reverse
    if (limit !== undefined) encoded.limit = limit
    for (const bound of ['gt', 'gte', 'lt', 'lte'] as const) {
      const key = range[bound]
      if (key !== undefined) encoded[bound] = this.encodings.key.encode(key)
    }
    return encoded
  }
}

const nextTurn = (): Promise<void> => Promise.resolve()
