// The leaf that is being collected: its entries as they will stand in the page's heap, so that they go there in one
// piece. What all keys have in common is left out from the beginning, as much as the leaf before left out; where that is
// not what this one's fences say, the entries are written anew, which is seldom.
import { copyBytes, LENGTH_BYTES, type NodeView } from './layout.ts'
import { MAX_KEY_BYTES } from './limits.ts'
import { appendEntries } from './node.ts'
import { NO_BYTES, Pending } from './bulk-node.ts'

/** Short byte strings are quicker in a loop. */
const SHORT = 48

export class PendingLeaf extends Pending {
  /** Each entry: two bytes of its value's length, its key without the first `#cut` bytes, its value. */
  #heap = new Uint8Array(1 << 13)
  #cut = 0
  /** Where each entry ends, and how long its key's rest is. */
  readonly #ends: number[] = []
  readonly #rests: number[] = []
  /** The last key of all, and how much of it the one before had, too. */
  readonly #last = new Uint8Array(MAX_KEY_BYTES)
  #lastLength = -1
  #common = 0
  protected readonly firstChild = 0

  protected get count(): number {
    return this.#ends.length
  }

  protected get bytes(): number {
    return this.#end + this.count * this.#cut
  }

  get #end(): number {
    return this.count === 0 ? 0 : this.#ends[this.count - 1]
  }

  /** How many bytes the key has in common with the last one; −1: it is not above it. */
  commonWithLast(key: Uint8Array): number {
    const last = this.#last
    const most = Math.min(key.length, this.#lastLength)
    let common = 0
    while (common < most && key[common] === last[common]) common++
    const isAbove = common < most ? key[common] > last[common] : key.length > this.#lastLength
    return isAbove ? common : -1
  }

  /**
   * Copies an entry, whose key has that much in common with the last one. `length` is the value's, or CHAINED: then
   * `value` is the reference.
   */
  add(key: Uint8Array, common: number, value: Uint8Array, length: number): void {
    if (this.count > 0 && !this.fits(key, common + 1)) this.#writeButLast()
    if (common < this.#cut) this.#recut(common)
    const cut = this.#cut
    const rest = key.length - cut
    const at = this.#end
    const valueAt = at + LENGTH_BYTES + rest
    this.#reserve(valueAt + value.length)
    const heap = this.#heap
    heap[at] = length & 0xff
    heap[at + 1] = length >>> 8
    for (let i = cut; i < key.length; i++) heap[at + LENGTH_BYTES + i - cut] = key[i]
    if (value.length > SHORT) heap.set(value, valueAt)
    else for (let i = 0; i < value.length; i++) heap[valueAt + i] = value[i]
    this.#ends.push(valueAt + value.length)
    this.#rests.push(rest)
    for (let i = common; i < key.length; i++) this.#last[i] = key[i]
    this.#lastLength = key.length
    this.#common = common
  }

  finish(): void {
    if (!this.fits(NO_BYTES, 0)) this.#writeButLast()
    this.write(this.count, null)
  }

  /** The shortest key that is above the last one but one, and not above the last, is the fence between them. */
  #writeButLast(): void {
    this.write(this.count - 1, copyBytes(this.#last, 0, this.#common + 1))
  }

  protected move(node: NodeView, count: number): void {
    if (node.prefix !== this.#cut) this.#recut(node.prefix)
    appendEntries(node, this.#heap, this.#ends, this.#rests, count)
    const left = this.count - count
    const start = this.#ends[count - 1]
    this.#heap.copyWithin(0, start, this.#end)
    for (let i = 0; i < left; i++) {
      this.#ends[i] = this.#ends[count + i] - start
      this.#rests[i] = this.#rests[count + i]
    }
    this.#ends.length = left
    this.#rests.length = left
  }

  /** Leaves that many bytes of each key out, which all keys and the last one have. */
  #recut(cut: number): void {
    const longer = this.#cut - cut
    const from = this.#heap.slice(0, this.#end)
    this.#reserve(from.length + this.count * Math.max(0, longer))
    const heap = this.#heap
    let [start, at] = [0, 0]
    for (let i = 0; i < this.count; i++) {
      const end = this.#ends[i]
      heap[at++] = from[start]
      heap[at++] = from[start + 1]
      for (let byte = cut; byte < this.#cut; byte++) heap[at++] = this.#last[byte]
      const kept = start + LENGTH_BYTES + Math.max(0, -longer)
      heap.set(from.subarray(kept, end), at)
      at += end - kept
      start = end
      this.#ends[i] = at
      this.#rests[i] += longer
    }
    this.#cut = cut
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#heap.length) return
    const longer = new Uint8Array(2 * bytes)
    longer.set(this.#heap)
    this.#heap = longer
  }
}
