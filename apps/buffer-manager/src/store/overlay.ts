// What a transaction has written and not committed yet: by key, and merged into the order of a range's entries.
import type { KeyRange } from '../tree/index.ts'
import { compareKeys } from './values.ts'

interface Write {
  key: Uint8Array
  /** Null: deleted. */
  value: Uint8Array | null
}

interface Entries {
  keys: Uint8Array[]
  values: Uint8Array[]
}

/** Bytes as text, so that a Map can have them as keys. */
const textOf = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')

export class Overlay {
  readonly #writes = new Map<string, Write>()

  get size(): number {
    return this.#writes.size
  }

  get(key: Uint8Array): Uint8Array | null | undefined {
    return this.#writes.get(textOf(key))?.value
  }

  set(key: Uint8Array, value: Uint8Array | null): void {
    this.#writes.set(textOf(key), { key, value })
  }

  all(): Iterable<Write> {
    return this.#writes.values()
  }

  /** The writes of that range, to be merged with what a cursor finds in it. */
  merging(range: KeyRange): Merge {
    const inside = [...this.#writes.values()].filter(({ key }) => isInside(key, range))
    const sign = range.reverse ? -1 : 1
    inside.sort((a, b) => sign * compareKeys(a.key, b.key))
    return new Merge(inside, sign, range.limit === undefined || range.limit < 0 ? Infinity : range.limit)
  }
}

/** Merges batches of entries, in their order, with writes in the same order. */
class Merge {
  readonly #writes: readonly Write[]
  readonly #sign: number
  #left: number
  #next = 0

  constructor(writes: readonly Write[], sign: number, limit: number) {
    this.#writes = writes
    this.#sign = sign
    this.#left = limit
  }

  /** Writes in the range. */
  get size(): number {
    return this.#writes.length
  }

  /** The limit is reached. */
  get isFull(): boolean {
    return this.#left === 0
  }

  with({ keys, values }: Entries): Entries {
    if (this.size === 0) return { keys, values }
    const merged: Entries = { keys: [], values: [] }
    keys.forEach((key, i) => {
      let order = -1
      while (this.#next < this.#writes.length && (order = this.#sign * compareKeys(this.#writes[this.#next].key, key)) <= 0) {
        this.#add(merged, this.#writes[this.#next++])
        if (order === 0) return
      }
      this.#add(merged, { key, value: values[i] })
    })
    return merged
  }

  /** The writes behind the last entry. */
  rest(): Entries {
    const merged: Entries = { keys: [], values: [] }
    while (this.#next < this.#writes.length) this.#add(merged, this.#writes[this.#next++])
    return merged
  }

  #add(to: Entries, { key, value }: Write): void {
    if (value === null || this.#left === 0) return
    this.#left--
    to.keys.push(key)
    to.values.push(value)
  }
}

function isInside(key: Uint8Array, { gt, gte, lt, lte }: KeyRange): boolean {
  if (gt && compareKeys(key, gt) <= 0) return false
  if (gte && compareKeys(key, gte) < 0) return false
  if (lt && compareKeys(key, lt) >= 0) return false
  return !(lte && compareKeys(key, lte) > 0)
}
