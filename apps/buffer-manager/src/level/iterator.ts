// abstract-level's iterator, and by its own defaults those of keys and of values: at any time it is one iterator of the
// store, and `seek` begins another one at the target. What was not asked for is not read.
import type { Buffer } from 'node:buffer'
import { AbstractIterator } from 'abstract-level'
import type { RangeOptions, Reader, Snapshot } from '../api.ts'
import { asBuffer, rangeFrom, rangeOf, type Bounds } from './range.ts'

export interface IteratorOptions extends Bounds {
  keys?: boolean
  values?: boolean
  snapshot?: unknown
}

/** Where an iterator reads. */
export interface ReadFrom {
  reader: Reader<Uint8Array, Uint8Array>
  /** The iterator's own snapshot, closed together with it. */
  own?: Snapshot
}

type Entry = [Buffer | undefined, Buffer | undefined]

export class LevelIterator<TDatabase, K, V> extends AbstractIterator<TDatabase, K, V> {
  readonly #range: RangeOptions<Uint8Array>
  readonly #scans: (range: RangeOptions<Uint8Array>) => Scan
  readonly #own: Snapshot | undefined
  /** None after a seek to what lies outside the range. */
  #scan: Scan | undefined

  constructor(db: TDatabase, options: IteratorOptions, { reader, own }: ReadFrom) {
    super(db, options as object)
    this.#range = rangeOf(options)
    this.#scans = scansOf(reader, options)
    this.#own = own
    this.#scan = this.#scans(this.#range)
  }

  async _next(): Promise<Entry | undefined> {
    return this.#scan?.next()
  }

  /** Fewer than `size` only at the end. */
  async _nextv(size: number): Promise<Entry[]> {
    const found: Entry[] = []
    const scan = this.#scan
    while (scan && found.length < size) {
      const entry = await scan.next()
      if (!entry) break
      found.push(entry)
    }
    return found
  }

  _all(): Promise<Entry[]> {
    return this._nextv(this.limit - this.count)
  }

  _seek(target: Buffer): void {
    const abandoned = this.#scan
    const range = rangeFrom(this.#range, target)
    const { limit, count } = this
    this.#scan = range && this.#scans(limit < Infinity ? { ...range, limit: limit - count } : range)
    // It reads nothing now, so that there is nothing to wait for, and nothing that could fail.
    void abandoned?.close()
  }

  async _close(): Promise<void> {
    await this.#scan?.close()
    this.#scan = undefined
    this.#own?.close()
  }
}

interface Scan {
  next(): Promise<Entry | undefined>
  close(): Promise<void>
}

class ScanOf<Item> implements Scan {
  readonly #items: AsyncIterator<Item>
  readonly #toEntry: (item: Item) => Entry

  constructor(items: AsyncIterator<Item>, toEntry: (item: Item) => Entry) {
    this.#items = items
    this.#toEntry = toEntry
  }

  async next(): Promise<Entry | undefined> {
    const step = await this.#items.next()
    return step.done ? undefined : this.#toEntry(step.value)
  }

  async close(): Promise<void> {
    await this.#items.return?.()
  }
}

function scansOf(
  reader: Reader<Uint8Array, Uint8Array>,
  { keys = true, values = true }: IteratorOptions,
): (range: RangeOptions<Uint8Array>) => Scan {
  if (!values) return (range) => new ScanOf(reader.keys(range), (key) => [keys ? asBuffer(key) : undefined, undefined])
  if (!keys) return (range) => new ScanOf(reader.values(range), (value) => [undefined, asBuffer(value)])
  return (range) => new ScanOf(reader.entries(range), ([key, value]) => [asBuffer(key), asBuffer(value)])
}
