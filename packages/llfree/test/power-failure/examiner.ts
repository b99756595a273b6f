// Recovery of one crash state, and everything that has to be true then.
import type { CrashState, Examiner } from '@parperos/power-failure'
import type { Words } from '@parperos/observe'
import type { Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import { ones } from '../../src/sab/row.ts'
import { halves } from './world.ts'
import type { Expectation, Expectations, InFlight } from './expectation.ts'
import type { Note } from './hand.ts'
import type { Sample } from './outcome.ts'

export class RecoveryExaminer implements Examiner<Note> {
  readonly #shape: Geometry
  readonly #expectations: Expectations
  readonly #report = new Uint32Array(4)
  readonly #found: Uint32Array
  readonly #sampleEvery: number
  /** Of every so many states, what was left and what became of it. */
  readonly samples: Sample[] = []
  #checked = 0

  constructor(shape: Geometry, expectations: Expectations, sampleEvery = Infinity) {
    this.#shape = shape
    this.#expectations = expectations
    this.#sampleEvery = sampleEvery
    this.#found = new Uint32Array(shape.frames)
  }

  recover(media: Words): void {
    const left = this.#checked % this.#sampleEvery === 0 ? media.slice() : null
    new SabCore(new Area(media, this.#shape, 0)).recover(this.#report)
    const { frames, slots, treeShift } = this.#shape
    if (left) this.samples.push({ frames, slots, treeHugeFrames: 1 << treeShift, left, recovered: media.slice() })
  }

  check(media: Words, state: CrashState<Note>): void {
    const expectation = this.#expectations.after(state.notes.length)
    const core = new SabCore(new Area(media, this.#shape, this.#checked % this.#shape.slots))
    requireValid(core)
    this.#requireFrames(media, expectation)
    for (const operation of expectation.inFlight) this.#requireLittleLost(media, operation, expectation, state)
    this.#takeAll(media, core)
    this.#giveBack(core, expectation)
    this.#checked++
  }

  #requireFrames(media: Words, { allocated, free }: Expectation): void {
    const { bitsAt } = this.#shape
    for (let i = 0; i < allocated.length; i++) {
      const row = media[bitsAt + i]
      const uncovered = allocated[i] & ~row
      if (uncovered !== 0) fail(i, uncovered, 'is free, but somebody owns it: it would be owned twice')
      const lost = free[i] & row
      if (lost !== 0) fail(i, lost, 'is allocated, but nobody owns it and nobody was working on it: it is lost')
    }
  }

  /** What one operation in flight may cost, beyond what belongs to somebody else by now. */
  #requireLittleLost(media: Words, operation: InFlight, expectation: Expectation, { model }: CrashState<Note>): void {
    const { order, gives, givenFrames, takes, frames, freeing } = operation
    let lost = 0
    let all = 0
    for (let i = 0; i < frames.length; i++) {
      const own = frames[i] & ~expectation.allocated[i]
      lost += ones(own & media[this.#shape.bitsAt + i])
      all += ones(own)
    }
    const size = 1 << order
    const most = gives > 0 ? givenFrames : (Math.max(takes, 1) + 1) * size
    if (lost > most) throw new Error(`${lost} frames are lost by one operation of order ${order}`)
    // A block within one row changes in one step, a huge one too where stores keep their order.
    const isHuge = order > L.fieldOrder && (gives === 0 || freeing)
    const inOneStep = order <= L.rowOrder || (isHuge && model.reorder === 'none')
    if (inOneStep && gives + takes === 1 && all === size && expectation.inFlight.length === 1 && lost % size !== 0) {
      throw new Error(`${lost} frames of a block of order ${order} are allocated: it changes as a whole`)
    }
  }

  /** Takes every frame that can be had: each is one that was free, and none of those is left out. */
  #takeAll(media: Words, core: SabCore): void {
    const { bitsAt, frames } = this.#shape
    const rows = media.slice(bitsAt)
    const free = frames - rows.reduce((sum, row) => sum + ones(row), 0) + (rows.length * 32 - frames)
    const count = Math.max(0, core.getBatch(0, this.#found, -1))
    for (const frame of this.#found.subarray(0, count)) {
      const bit = 1 << (frame & 31)
      if (rows[frame >>> L.rowShift] & bit) throw new Error(`frame ${frame} is handed out, but it was not free`)
      rows[frame >>> L.rowShift] |= bit
    }
    if (count !== free) throw new Error(`${count} frames can be had, ${free} are free`)
  }

  /** Owners give back what they own, as a whole or in halves: it is accepted, and all of it is free then. */
  #giveBack(core: SabCore, { owned }: Expectation): void {
    let given = 0
    for (const block of owned) {
      const parts = this.#checked % 2 === 1 && block.order > 0 ? halves(block) : [block]
      for (const { frame, order } of parts) {
        const result = core.put(frame, order)
        if (result !== 0) throw new Error(`block ${frame} of order ${order} cannot be given back: ${result}`)
        given += 1 << order
      }
    }
    requireValid(core)
    const stats = new Uint32Array(2)
    core.stats(stats)
    if (stats[0] !== given) throw new Error(`${given} frames were given back, ${stats[0]} are free`)
  }
}

const PROBLEM = new Uint32Array(4)

function requireValid(core: SabCore): void {
  if (core.validate(PROBLEM) === 0) return
  const [problem, index, expected, found] = PROBLEM
  throw new Error(`validate finds problem ${problem} at ${index}: ${found}, expected ${expected}`)
}

function fail(row: number, bits: number, what: string): never {
  const frame = row * 32 + 31 - Math.clz32(bits & -bits)
  throw new Error(`frame ${frame} ${what} (${ones(bits)} frames of row ${row})`)
}
