// The entries of one tree of the model. A key is kept as a string with one character for each of its bytes, since
// strings of such characters compare as the bytes do. Copies are made when something is written, so that a snapshot
// costs nothing.
import { Buffer } from 'node:buffer'
import type { RangeOptions } from '../../src/api.ts'

export class MemoryEntries {
  #values = new Map<string, Uint8Array>()
  /** Made anew when it is needed after a key has come or gone. */
  #sorted: string[] | undefined

  get size(): number {
    return this.#values.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(textOf(key))
  }

  set(key: Uint8Array, value: Uint8Array): void {
    const text = textOf(key)
    if (!this.#values.has(text)) this.#sorted = undefined
    this.#values.set(text, Uint8Array.from(value))
  }

  delete(key: Uint8Array): boolean {
    const had = this.#values.delete(textOf(key))
    if (had) this.#sorted = undefined
    return had
  }

  copy(): MemoryEntries {
    const copy = new MemoryEntries()
    copy.#values = new Map(this.#values)
    copy.#sorted = this.#sorted
    return copy
  }

  /** In the range's direction. What is returned and stored are different bytes. */
  range(range: RangeOptions<Uint8Array> = {}): [Uint8Array, Uint8Array][] {
    const { gt, gte, lt, lte, reverse = false, limit = Infinity } = range
    this.#sorted ??= [...this.#values.keys()].sort()
    const sorted = this.#sorted
    const from = Math.max(gte ? place(sorted, textOf(gte), false) : 0, gt ? place(sorted, textOf(gt), true) : 0)
    const to = Math.min(
      lte ? place(sorted, textOf(lte), true) : sorted.length,
      lt ? place(sorted, textOf(lt), false) : sorted.length,
    )
    const found: [Uint8Array, Uint8Array][] = []
    for (let i = 0; i < to - from && i < limit; i++) {
      const key = sorted[reverse ? to - 1 - i : from + i]
      found.push([Buffer.from(key, 'latin1'), Uint8Array.from(this.#values.get(key) ?? [])])
    }
    return found
  }
}

const textOf = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')

/** The place of the first key that is not less than `key`, or the first one greater. */
function place(sorted: readonly string[], key: string, after: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle] < key || (after && sorted[middle] === key)) low = middle + 1
    else high = middle
  }
  return low
}
