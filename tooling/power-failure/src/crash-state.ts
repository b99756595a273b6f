// A crash state: what the media can hold when the power fails at a point of a trace. It is given by the point and, for
// each unit that had stores in doubt, by how many of them arrived; one line of text says that, and leads back to it.
//
//   64/lines@57~1 5:2 9:0     flushes of 64 bytes, lines in any order, after 57 events; of line 5 the first 2 stores
//                             arrived, of line 9 none, of every other line all; volatile words were drawn with seed 1
import type { Words } from '@parperos/observe'
import { Frontier, type MemoryModel, type Unit } from './frontier.ts'
import { Random } from './random.ts'
import type { Trace } from './trace.ts'

/** A unit with stores in doubt, as it was when the power failed. */
export interface Doubt {
  readonly unit: Unit
  /** Stores that arrive for certain, and how many there are in all. */
  readonly certain: number
  readonly stores: number
  /** How many have arrived. */
  readonly arrived: number
}

export class CrashState<Note = unknown> {
  readonly trace: Trace<Note>
  readonly model: MemoryModel
  /** How many events came before the power failed. */
  readonly point: number
  /** The notes among them. */
  readonly notes: readonly Note[]
  /** What was in doubt. */
  readonly doubts: readonly Doubt[]
  readonly #durable: Int32Array
  readonly #seed: number

  constructor(at: Point<Note>, doubts: readonly Doubt[], seed: number) {
    this.trace = at.trace
    this.model = at.model
    this.point = at.point
    this.notes = at.notes
    this.#durable = at.durable
    this.#seed = seed
    this.doubts = [...doubts, ...drawn(at.volatile, seed)]
  }

  /** The words that the media hold, in a memory of their own. */
  words(): Words {
    const words = new Int32Array(new SharedArrayBuffer(this.#durable.byteLength))
    this.writeTo(words)
    return words
  }

  /** Makes `words` what the media hold. */
  writeTo(words: Int32Array): void {
    words.set(this.#durable)
    for (const { unit, certain, arrived } of this.doubts) {
      for (let i = certain; i < arrived; i++) words[unit.stores[i].index] = unit.stores[i].is
    }
  }

  /** The units of which stores are lost, without the volatile ones. */
  get short(): Doubt[] {
    return this.doubts.filter(({ unit, arrived, stores }) => !unit.volatile && arrived < stores)
  }

  /** The same crash, but `arrived` stores of this unit arrived. */
  with(of: Unit, arrived: number): CrashState<Note> {
    const { trace, model, point, notes } = this
    const at = { trace, model, point, notes, durable: this.#durable, volatile: this.doubts.filter(isVolatile) }
    const others = this.doubts.filter((doubt) => !isVolatile(doubt))
    const changed = others.map((doubt) => (doubt.unit === of ? { ...doubt, arrived } : doubt))
    return new CrashState(at, changed, this.#seed)
  }

  /** The line that `crashState` makes this state of again. */
  toString(): string {
    const { granularity, reorder } = this.model
    const units = this.short.map(({ unit, arrived }) => ` ${unit.number}:${arrived}`).join('')
    return `${granularity}/${reorder}@${this.point}~${this.#seed}${units}`
  }
}

const isVolatile = ({ unit }: Doubt): boolean => unit.volatile

/** Everything that the states of one point of a trace have in common. */
export interface Point<Note> {
  readonly trace: Trace<Note>
  readonly model: MemoryModel
  readonly point: number
  readonly notes: readonly Note[]
  readonly durable: Int32Array
  /** Volatile units; what arrived of them is drawn for each state. */
  readonly volatile: readonly Doubt[]
}

/** Where a frontier stands, kept while it goes on. */
export const pointOf = <Note>(frontier: Frontier<Note>): Point<Note> => ({
  trace: frontier.trace,
  model: frontier.model,
  point: frontier.point,
  notes: frontier.notes,
  durable: frontier.durable.slice(),
  volatile: doubtsOf(frontier).filter(isVolatile),
})

/** The units in doubt, as if everything had arrived. */
export const doubtsOf = (frontier: Frontier<unknown>): Doubt[] =>
  Array.from(frontier.open, (unit) => {
    const stores = unit.stores.length
    return { unit, certain: unit.certain, stores, arrived: stores }
  })

const drawn = (volatile: readonly Doubt[], seed: number): Doubt[] => {
  if (volatile.length === 0) return []
  const random = new Random(seed)
  return volatile.map((doubt) => {
    const { certain, stores } = doubt
    return { ...doubt, arrived: certain + random.below(stores - certain + 1) }
  })
}

const FORM = /^(\d+)\/(none|lines|words)@(\d+)~(\d+)((?: \d+:\d+)*)$/

/** The crash state that such a line names, of the same trace. `volatile` has to be what it was when it was found. */
export function crashState<Note>(
  trace: Trace<Note>,
  line: string,
  { volatile = [] }: { volatile?: MemoryModel['volatile'] } = {},
): CrashState<Note> {
  const match = FORM.exec(line.trim())
  if (!match) throw new Error(`a crash state is a line like 64/lines@57~1 5:2 9:0, got ${JSON.stringify(line)}`)
  const [, granularity, reorder, point, seed, units] = match
  if (+point > trace.events.length) {
    throw new Error(`${line} fails after event ${point}, but the trace has only ${trace.events.length}`)
  }
  const model = { granularity: +granularity, reorder: reorder as MemoryModel['reorder'], volatile }
  const frontier = new Frontier(trace, model)
  while (frontier.point < +point) frontier.advance()
  const arrived = new Map(Array.from(units.matchAll(/(\d+):(\d+)/g), ([, number, count]) => [+number, +count]))
  const doubts = doubtsOf(frontier)
    .filter(({ unit }) => !unit.volatile)
    .map((doubt) => take(doubt, arrived))
  if (arrived.size > 0) {
    const rest = [...arrived.keys()].join(', ')
    throw new Error(`${line} is no state of this trace: nothing is in doubt there of unit ${rest}`)
  }
  return new CrashState(pointOf(frontier), doubts, +seed)
}

function take(doubt: Doubt, given: Map<number, number>): Doubt {
  const { unit, certain, stores } = doubt
  const arrived = given.get(unit.number)
  if (arrived === undefined) return doubt
  given.delete(unit.number)
  if (arrived >= certain && arrived <= stores) return { ...doubt, arrived }
  const possible = `${certain} to ${stores} stores arrive`
  throw new Error(`no state of this trace: of unit ${unit.number} ${possible}, not ${arrived}`)
}
