// Whether a concurrent history can be explained as a sequence: each operation takes effect at one moment between its
// call and its return, and what it answered is what the sequential specification allows there (Herlihy and Wing,
// "Linearizability: a correctness condition for concurrent objects", 1990). The search is Wing and Gong's ("Testing and
// verifying concurrent objects", 1993) with Lowe's two improvements ("Testing for linearizability", 2017): calls and
// returns stand in one linked list, out of which an operation is lifted when it has been put into the sequence, and no
// configuration (operations in the sequence, state) is searched from twice.
//
//   calls and returns by time:   call A ─ call B ─ return A ─ call C ─ return B ─ return C
//
// Next in the sequence can be whatever was called before the first return that is left: it overlaps all the others. A
// return that is reached says that its operation had to come earlier: the last choice is taken back.

/** When an operation was called and when it returned, in ticks of a clock that all workers share. */
export interface Timed {
  readonly invoked: number
  /** Null when the history ends before: the operation may have taken effect, or not. */
  readonly returned: number | null
}

/** A sequential object, which the search moves forwards and backwards. */
export interface Specification<Operation> {
  /** Does the operation if it may come next with the answer that it had; false, with nothing changed, if it may not. */
  apply(operation: Operation): boolean
  /** Takes back the last operation that was applied and not taken back. */
  revert(operation: Operation): void
  /**
   * Tells states apart that the same operations in another order lead to. To be left out where they cannot, as when the
   * answers of the operations alone say what each of them changed.
   */
  key?(): string
  /** Whether the present state may be the last one. Without it every state may. */
  accepts?(): boolean
}

/** What the search came to. */
export interface Verdict<Operation> {
  linearizable: boolean
  /** A sequence that explains the history; if there is none, the longest that was found. */
  order: Operation[]
  /** How many configurations were looked at. */
  configurations: number
}

/** Looks for a sequence that explains the history of `operations`, which stand in any order. */
export function linearize<Operation extends Timed>(
  operations: readonly Operation[],
  specification: Specification<Operation>,
): Verdict<Operation> {
  return new Search(operations, specification).run()
}

/** A call or a return in the list. The list starts with a head that is neither. */
interface Entry {
  /** Which operation; −1 for the head. */
  readonly index: number
  /** Of a call: the return, null when there is none. Of a return and of the head: undefined. */
  readonly back: Entry | null | undefined
  previous: Entry | null
  next: Entry | null
}

class Search<Operation extends Timed> {
  readonly #operations: readonly Operation[]
  readonly #specification: Specification<Operation>
  readonly #head: Entry
  /** One character for 16 operations: which of them are in the sequence. */
  readonly #members: Uint16Array
  readonly #seen = new Set<string>()
  /** The calls that were lifted, in the order of the sequence. */
  readonly #sequence: Entry[] = []
  #longest: number[] = []
  #returnsLeft: number

  constructor(operations: readonly Operation[], specification: Specification<Operation>) {
    this.#operations = operations
    this.#specification = specification
    this.#head = listOf(operations)
    this.#members = new Uint16Array(Math.ceil(operations.length / 16))
    this.#returnsLeft = operations.filter(({ returned }) => returned !== null).length
  }

  run(): Verdict<Operation> {
    const linearizable = this.#search()
    const order = linearizable ? this.#sequence.map(({ index }) => index) : this.#longest
    return { linearizable, order: order.map((index) => this.#operations[index]), configurations: this.#seen.size }
  }

  #search(): boolean {
    let entry = this.#head.next
    while (!this.#isDone()) {
      if (entry?.back !== undefined) {
        entry = this.#tryNext(entry) ? this.#head.next : entry.next
        continue
      }
      // A return, or the end of the list: something before it was the wrong choice.
      const last = this.#sequence.pop()
      if (!last) return false
      this.#takeBack(last)
      entry = last.next
    }
    return true
  }

  #isDone(): boolean {
    return this.#returnsLeft === 0 && (this.#specification.accepts?.() ?? true)
  }

  /** Puts the operation of a call next into the sequence, unless it may not come there or all that follows is known. */
  #tryNext(call: Entry): boolean {
    const { index } = call
    if (!this.#specification.apply(this.#operations[index])) return false
    this.#members[index >> 4] ^= 1 << (index & 15)
    const configuration = String.fromCharCode(...this.#members) + (this.#specification.key?.() ?? '')
    if (this.#seen.has(configuration)) {
      this.#members[index >> 4] ^= 1 << (index & 15)
      this.#specification.revert(this.#operations[index])
      return false
    }
    this.#seen.add(configuration)
    this.#sequence.push(call)
    this.#lift(call)
    if (this.#sequence.length > this.#longest.length) this.#longest = this.#sequence.map(({ index }) => index)
    return true
  }

  #takeBack(call: Entry): void {
    const { index } = call
    this.#members[index >> 4] ^= 1 << (index & 15)
    this.#specification.revert(this.#operations[index])
    // In the opposite order of `#lift`, so that each finds its neighbours as they were.
    if (call.back) {
      link(call.back)
      this.#returnsLeft++
    }
    link(call)
  }

  #lift(call: Entry): void {
    unlink(call)
    if (!call.back) return
    unlink(call.back)
    this.#returnsLeft--
  }
}

/** Takes an entry out of the list; it keeps its neighbours, to be put back between them. */
function unlink(entry: Entry): void {
  if (entry.previous) entry.previous.next = entry.next
  if (entry.next) entry.next.previous = entry.previous
}

function link(entry: Entry): void {
  if (entry.previous) entry.previous.next = entry
  if (entry.next) entry.next.previous = entry
}

/** The head of the list of all calls and returns by time; of what happened at the same tick, calls come first. */
function listOf(operations: readonly Timed[]): Entry {
  const events: { time: number; entry: Entry }[] = []
  operations.forEach(({ invoked, returned }, index) => {
    const back: Entry | null = returned === null ? null : { index, back: undefined, previous: null, next: null }
    events.push({ time: invoked, entry: { index, back, previous: null, next: null } })
    if (back) events.push({ time: returned ?? invoked, entry: back })
  })
  const isReturn = ({ back }: Entry): number => Number(back === undefined)
  events.sort((one, other) => one.time - other.time || isReturn(one.entry) - isReturn(other.entry))
  const head: Entry = { index: -1, back: undefined, previous: null, next: null }
  let last = head
  for (const { entry } of events) {
    entry.previous = last
    last.next = entry
    last = entry
  }
  return head
}
