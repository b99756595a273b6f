// What has to be true of the bits after a crash, computed from the notes that came before it: frames that operations
// returned are allocated, frames that nobody was working on are free, and the others, those of operations in flight,
// may be either. What an operation in flight was working on is seen in the whole trace: what it changed, as long as it
// lasted.
import type { Trace } from '@parperos/power-failure'
import type { Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'
import { Blocks, type Block } from './blocks.ts'
import type { Begins, Note } from './hand.ts'

/** A set of frames, a bit for each, in rows as the bit field has them. */
export type Frames = Int32Array

/** An operation that had begun when the crash came. */
export interface InFlight {
  order: number
  /** How many blocks it gives back, 0 for one that takes, and their frames. */
  gives: number
  givenFrames: number
  /** How many it takes in the end. */
  takes: number
  frames: Frames
  /** Its children were marked as being given back as one block. */
  freeing: boolean
}

export interface Expectation {
  owned: readonly Block[]
  allocated: Frames
  free: Frames
  inFlight: readonly InFlight[]
}

/** An operation of the trace: from which event to which. */
interface Operation extends InFlight {
  /** The numbers of its notes among all notes. */
  begins: number
  ends: number
}

export class Expectations {
  readonly #shape: Geometry
  readonly #before: readonly Block[]
  readonly #notes: readonly Note[]
  readonly #operations: readonly Operation[]
  readonly #known = new Map<number, Expectation>()

  constructor(trace: Trace<Note>, shape: Geometry, before: Blocks) {
    this.#shape = shape
    this.#before = [...before]
    this.#notes = trace.events.flatMap((event) => (event.type === 'note' ? [event.note] : []))
    this.#operations = operationsOf(trace, shape)
  }

  /** How many operations there are. */
  get operations(): number {
    return this.#operations.length
  }

  /** After so many notes. */
  after(notes: number): Expectation {
    let expectation = this.#known.get(notes)
    if (!expectation) this.#known.set(notes, (expectation = this.#compute(notes)))
    return expectation
  }

  #compute(count: number): Expectation {
    const blocks = new Blocks(this.#before)
    for (const note of this.#notes.slice(0, count)) {
      if (note.type === 'begins') for (const block of note.gives) blocks.give(block)
      else for (const block of note.takes) blocks.take(block)
    }
    const owned = [...blocks]
    const allocated = noFrames(this.#shape)
    for (const block of owned) add(allocated, block)
    const inFlight = this.#operations.filter(({ begins, ends }) => begins < count && ends >= count)
    const free = allocated.map((row, i) => ~inFlight.reduce((sum, { frames }) => sum | frames[i], row))
    removeEnd(free, this.#shape)
    return { owned, allocated, free, inFlight }
  }
}

const noFrames = (shape: Geometry): Frames => new Int32Array(shape.children * L.rows)

function add(frames: Frames, { frame, order }: Block): void {
  for (let i = frame; i < frame + (1 << order); i++) frames[i >>> L.rowShift] |= 1 << (i & 31)
}

/** Removes the bits beyond the last frame, which are set for good and are none. */
function removeEnd(frames: Frames, shape: Geometry): void {
  for (let i = shape.frames; i < frames.length * 32; i++) frames[i >>> L.rowShift] &= ~(1 << (i & 31))
}

const bothFreeing = L.childFreeing | (L.childFreeing << 16)

function operationsOf(trace: Trace<Note>, shape: Geometry): Operation[] {
  const operations: Operation[] = []
  const current = new Map<number, Operation>()
  let notes = 0
  for (const event of trace.events) {
    const operation = current.get(event.worker)
    if (event.type === 'store' && operation) observe(operation, event.index, event.was ^ event.is, event.is, shape)
    if (event.type !== 'note') continue
    if (event.note.type === 'begins') current.set(event.worker, started(event.note, notes, shape))
    else if (operation) {
      current.delete(event.worker)
      operations.push({ ...operation, ends: notes, takes: event.note.takes.length })
    }
    notes++
  }
  operations.push(...current.values())
  for (const { frames } of operations) removeEnd(frames, shape)
  return operations
}

function started({ order, gives }: Begins, begins: number, shape: Geometry): Operation {
  const frames = noFrames(shape)
  for (const block of gives) add(frames, block)
  const givenFrames = gives.reduce((sum, block) => sum + (1 << block.order), 0)
  return { order, gives: gives.length, givenFrames, takes: 0, frames, freeing: false, begins, ends: Infinity }
}

function observe(operation: Operation, index: number, changed: number, is: number, shape: Geometry): void {
  if (index >= shape.bitsAt) operation.frames[index - shape.bitsAt] |= changed
  else if (index >= shape.childrenAt) {
    const marks = operation.order === L.maxOrder ? bothFreeing : L.childFreeing << 16
    const half = operation.order < L.maxOrder && (is & L.childFreeing) !== 0
    operation.freeing ||= half || (is & marks) === marks
  }
}
