// What has to hold after any schedule, of any scene.
import { status, statusName } from '@parperos/alloc-api/driver'
import type { Words } from '#atomics'
import type { Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import type { ClassPolicy } from '../../src/policy.ts'
import type { Call } from './scene.ts'

/** A call and what it came to. */
export interface Done {
  worker: number
  call: Call
  came: number | number[]
}

/** What was found, for a scene's own expectations. */
export interface Verdict {
  calls: readonly Done[]
  /** How many frames are free. */
  free: number
  freeHuge: number
}

/** Throws when something does not hold. `owners` has 1 for each frame that was allocated before. */
export function judge(
  words: Words,
  shape: Geometry,
  policy: ClassPolicy,
  owners: Uint8Array,
  calls: readonly Done[],
): Verdict {
  const ownersNow = Int8Array.from(owners)
  const touched = Uint8Array.from(owners)
  for (const done of calls) account(done, ownersNow, touched)
  ownersNow.forEach((count, frame) => {
    if (count > 1) throw new Error(`frame ${frame} is owned ${count} times`)
    if (count < 0) throw new Error(`frame ${frame} was given back more often than it was owned`)
  })
  requireBits(words, shape, ownersNow)
  for (const done of calls) if (isForAll(done, policy)) requireJustRefusal(done, touched)
  for (let slot = 0; slot < shape.slots; slot++) {
    const ledger = words[shape.localsAt + slot * shape.classes * L.localWords + L.localLedger]
    if ((ledger & L.ledgerPending) !== 0) throw new Error(`slot ${slot} still has frames in its hands`)
  }
  return { calls, ...requireCounts(words, shape, ownersNow) }
}

/** Enters what a call took and gave; statuses that no call may end with are errors. */
function account({ worker, call, came }: Done, owners: Int8Array, touched: Uint8Array): void {
  const change = (first: number, order: number, by: number): void => {
    for (let frame = first; frame < first + (1 << order); frame++) {
      owners[frame] += by
      touched[frame] = 1
    }
  }
  const wrong = (): never => {
    const said = typeof came === 'number' && came < 0 ? statusName(came) : String(came)
    throw new Error(`worker ${worker}: ${call.join(' ')} came to ${said}`)
  }
  switch (call[0]) {
    case 'get':
      if (came === status.OUT_OF_MEMORY) return
      if (typeof came !== 'number' || came < 0 || came % (1 << call[1]) !== 0 || came >= owners.length) wrong()
      else change(came, call[1], 1)
      return
    case 'getAt':
      if (came === 1) change(call[1], call[2], 1)
      else if (came !== 0) wrong()
      return
    case 'put':
      if (came === 0) change(call[1], call[2], -1)
      else if (came !== status.NOT_ALLOCATED) wrong()
      return
    case 'getBatch':
      if (Array.isArray(came)) for (const frame of came) change(frame, 0, 1)
      else if (came !== status.OUT_OF_MEMORY) wrong()
      return
    case 'putBatch':
      for (const frame of call[1].slice(0, came as number)) change(frame, 0, -1)
  }
}

/** The bit field, which is the truth, says what the owners say. */
function requireBits(words: Words, { bitsAt }: Geometry, owners: Int8Array): void {
  owners.forEach((count, frame) => {
    const bit = (words[bitsAt + (frame >>> L.rowShift)] >>> (frame & 31)) & 1
    if (bit === count) return
    throw new Error(count === 1 ? `frame ${frame} is owned, but not allocated` : `frame ${frame} is allocated, but lost`)
  })
}

/** Whether the policy lets such a call have frames of every tree. */
function isForAll({ call }: Done, { orderClass, actions }: ClassPolicy): boolean {
  const order = call[0] === 'get' ? call[1] : call[0] === 'getAt' ? call[2] : 0
  return !actions[orderClass[order]].includes('no')
}

/** Nothing is refused that was free all the time: what nobody owned before, and nobody took or gave meanwhile. */
function requireJustRefusal({ worker, call, came }: Done, touched: Uint8Array): void {
  if (call[0] === 'get' && came === status.OUT_OF_MEMORY) {
    const block = 1 << call[1]
    for (let frame = 0; frame + block <= touched.length; frame += block) {
      if (touched.subarray(frame, frame + block).includes(1)) continue
      throw new Error(`worker ${worker}: ${call.join(' ')} was refused, although block ${frame} was free all the time`)
    }
  }
  if (call[0] === 'getAt' && came === 0 && !touched.subarray(call[1], call[1] + (1 << call[2])).includes(1)) {
    throw new Error(`worker ${worker}: ${call.join(' ')} was refused, although it was free all the time`)
  }
  if (call[0] === 'getBatch' && (came === status.OUT_OF_MEMORY || (came as number[]).length < call[1])) {
    const frame = touched.indexOf(0)
    if (frame >= 0) throw new Error(`worker ${worker}: ${call.join(' ')} got less, although ${frame} was free all the time`)
  }
}

/** What validate finds, by its numbers. */
const problems = [
  'the counter of huge frame',
  'the free frames of tree',
  'the reserved flag of tree',
  'the class of tree',
  'the tree of reservation',
]

/** Counters agree with each other, with reservations and without, and with the owners. */
function requireCounts(words: Words, shape: Geometry, owners: Int8Array): { free: number; freeHuge: number } {
  const core = new SabCore(new Area(words, shape, 0))
  const into = new Uint32Array(4)
  const free = owners.length - owners.reduce((sum, count) => sum + count, 0)
  const agree = (when: string): void => {
    core.quickStats(into)
    if (into[0] !== free) throw new Error(`${when}, trees and reservations count ${into[0]} free frames: ${free} are free`)
    if (core.validate(into) === 0) return
    throw new Error(`${when}, ${problems[into[0]]} ${into[1]}: expected ${into[2]}, found ${into[3]}`)
  }
  agree('before the drain')
  core.drain()
  agree('after the drain')
  core.stats(into)
  if (into[0] !== free) throw new Error(`the counters count ${into[0]} free frames: ${free} are free`)
  return { free, freeHuge: into[1] }
}
