// The frontier of a trace: what is certainly durable at a point of it, and what may be. The words are divided into
// units whose stores reach the media in the order in which they were made: cache lines, or single words. A unit has the
// list of its stores, and how many of them are certain: those that a completed flush has found.
//
//   stores of a unit   s0  s1  s2 │ s3  s4          the media hold the first 3, 4 or 5 of them
//                      certain    │ may be there
import { NOTHING, ofChange, together, type Fingerprint } from './fingerprint.ts'
import type { StoreEvent, Trace } from './trace.ts'

/** The line whose stores keep their order: that of x86-64 and most of Arm. */
const LINE_BYTES = 64

/** In which order stores reach the media that no flush has sent there. */
export type Reorder =
  /** In program order: caches survive the failure (or only the process ends). */
  | 'none'
  /** Lines in any order, the stores to one line in program order: the rule of x86-64. */
  | 'lines'
  /** Words in any order: torn lines, pages that are written sector by sector. */
  | 'words'

export interface MemoryModel {
  reorder: Reorder
  /** How many bytes one flush covers at least, and from which multiple on: 64 for a cache line, 4096 for a page. */
  granularity: number
  /** Words [from, to) that recovery does not believe: their states are not enumerated, each crash state draws them. */
  volatile: readonly (readonly [from: number, to: number])[]
}

/** Words that keep the order of their stores. */
export interface Unit {
  /** The number of the line or word, counted from the first word. */
  readonly number: number
  readonly volatile: boolean
  readonly stores: StoreEvent[]
  /** Of these, and of none, the fingerprint of the first n stores together. */
  readonly fingerprints: Fingerprint[]
  /** How many of the stores are certainly durable. */
  certain: number
}

/** A flush that has begun. */
interface Flush {
  worker: number
  unit: Unit
  /** How many stores it found. */
  found: number
}

export class Frontier<Note> {
  readonly trace: Trace<Note>
  readonly model: MemoryModel
  /** How many events have happened. */
  point = 0
  /** What certainly is durable. */
  readonly durable: Int32Array
  /** Every note so far; a new list for every new note. */
  notes: readonly Note[] = []
  /** Units of which not every store is certain. */
  readonly open = new Set<Unit>()
  /** The fingerprint of everything that is certain, without what is volatile. */
  fingerprint: Fingerprint = NOTHING
  readonly #units = new Map<number, Unit>()
  readonly #volatile: Uint8Array
  #flushes: Flush[] = []

  constructor(trace: Trace<Note>, model: MemoryModel) {
    this.trace = trace
    this.model = model
    this.durable = trace.initial.slice()
    this.#volatile = new Uint8Array(trace.initial.length)
    for (const [from, to] of model.volatile) this.#volatile.fill(1, from, to)
  }

  /** Lets the next event happen; returns the unit that it stored to, if it is a store that can make a new state. */
  advance(): Unit | null {
    const event = this.trace.events[this.point++]
    switch (event.type) {
      case 'store':
        return this.#store(event)
      case 'flush':
        this.#flush(event.worker, event.index, event.count)
        return null
      case 'fence':
        this.#fence(event.worker)
        return null
      case 'note':
        this.notes = [...this.notes, event.note]
        return null
    }
  }

  #store(event: StoreEvent): Unit | null {
    const unit = this.#unitOf(event.index)
    const before = unit.fingerprints[unit.stores.length]
    unit.stores.push(event)
    unit.fingerprints.push(together(before, ofChange(event.index, event.was, event.is)))
    this.open.add(unit)
    if (this.model.reorder === 'none') this.#settle(unit, unit.stores.length)
    return unit.volatile ? null : unit
  }

  #flush(worker: number, index: number, count: number): void {
    if (count === 0) return
    const first = this.#granule(index)
    const last = this.#granule(index + count - 1)
    for (const unit of this.open) {
      const granule = this.#granule(unit.stores[0].index)
      if (granule >= first && granule <= last) this.#flushes.push({ worker, unit, found: unit.stores.length })
    }
  }

  #fence(worker: number): void {
    for (const flush of this.#flushes) if (flush.worker === worker) this.#settle(flush.unit, flush.found)
    this.#flushes = this.#flushes.filter((flush) => flush.worker !== worker)
  }

  /** The first `count` stores of a unit are durable. */
  #settle(unit: Unit, count: number): void {
    if (count <= unit.certain) return
    for (let i = unit.certain; i < count; i++) this.durable[unit.stores[i].index] = unit.stores[i].is
    if (!unit.volatile) {
      const change = together(unit.fingerprints[unit.certain], unit.fingerprints[count])
      this.fingerprint = together(this.fingerprint, change)
    }
    unit.certain = count
    if (count === unit.stores.length) this.open.delete(unit)
  }

  #unitOf(index: number): Unit {
    const volatile = this.#volatile[index] === 1
    const number = this.model.reorder === 'words' ? index : this.#lineOf(index)
    // A line can have words of both kinds.
    const key = number * 2 + (volatile ? 1 : 0)
    let unit = this.#units.get(key)
    if (!unit) {
      unit = { number, volatile, stores: [], fingerprints: [NOTHING], certain: 0 }
      this.#units.set(key, unit)
    }
    return unit
  }

  #lineOf(index: number): number {
    const line = (word: number): number => Math.floor((this.trace.byteOffset + word * 4) / LINE_BYTES)
    return line(index) - line(0)
  }

  #granule(index: number): number {
    return Math.floor((this.trace.byteOffset + index * 4) / this.model.granularity)
  }
}
