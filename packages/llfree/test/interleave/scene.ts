// A scene: an allocator in some state, what each of its workers does in it, and what has to hold afterwards whatever the
// schedule was: no frame has two owners, what is owned is allocated and nothing else, what was refused was not there, and
// all counters agree.
import { claimSlot, statusName } from '@parperos/alloc-api/driver'
import { and, type Words } from '#atomics'
import type { Scenario } from '@parperos/interleave'
import { geometry, type Geometry } from '../../src/geometry.ts'
import { writeHeader } from '../../src/header.ts'
import * as L from '../../src/layout.ts'
import { smallAndHuge, type ClassPolicy } from '../../src/policy.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import { judge, type Verdict } from './judge.ts'
import { nameOfWord } from './words.ts'

/** One call of an allocator's operation, as data. */
export type Call =
  | readonly ['get', order: number]
  | readonly ['getAt', frame: number, order: number]
  | readonly ['put', frame: number, order: number]
  | readonly ['getBatch', count: number]
  | readonly ['putBatch', frames: readonly number[]]
  | readonly ['drain']
  /** Claims the worker's slot as attach does, from whoever had it. */
  | readonly ['attach']

export interface Scene {
  frames: number
  /** Default: everything free. */
  allocated?: boolean
  policy?: ClassPolicy
  slots?: number
  /** Default: the least, two huge frames in a tree. */
  treeShift?: number
  /** What was done before: on slot 0, or on the slot that stands in front. */
  before?: readonly (Call | readonly [slot: number, call: Call])[]
  /** What each worker does, on the slot of its number. */
  workers: readonly (readonly Call[])[]
  /** What has to hold beside the usual. */
  expect?: (verdict: Verdict) => void
  /** A slot whose worker died with frames in its hands. */
  dead?: number
}

/** What one call came to: its result, or for a batch the frames. */
type Came = number | number[]

/** One worker's view: its core, and what it needs to attach. */
interface Worker {
  core: SabCore
  area: Area
  shape: Geometry
}

function perform({ core, area, shape }: Worker, call: Call): Came {
  switch (call[0]) {
    case 'get':
      return core.get(call[1], -1)
    case 'getAt':
      return core.getAt(call[1], call[2], -1)
    case 'put':
      return core.put(call[1], call[2])
    case 'getBatch': {
      const into = new Uint32Array(call[1])
      const count = core.getBatch(0, into, -1)
      return count < 0 ? count : [...into.subarray(0, count)]
    }
    case 'putBatch':
      return core.putBatch(0, Uint32Array.from(call[1]))
    case 'drain':
      core.drain()
      return 0
    case 'attach':
      claimSlot(area.words, shape.ownersAt, shape.slots, area.slot, { takeOver: true })
      and(area.words, area.ledgerAt + L.localLedger, ~L.ledgerPending)
      return 0
  }
}

/** A step of `before` and the slot that it is done on. */
const onSlot = (step: Call | readonly [number, Call]): readonly [number, Call] =>
  typeof step[0] === 'number' ? (step) : [0, step]

/** The scene as the explorer wants it. */
export function scene(what: Scene): Scenario<Came | Came[], Worker, Uint8Array> {
  const { frames, policy = smallAndHuge, slots = what.workers.length, treeShift = L.minTreeShift } = what
  const shape = geometry(frames, slots, policy.classes.length, treeShift)
  const worker = (words: Words, slot: number): Worker => {
    const area = new Area(words, shape, slot)
    return { core: new SabCore(area), area, shape }
  }
  return {
    words: shape.wordsTotal,
    setup(memory) {
      writeHeader(memory, shape, policy)
      const team = Array.from({ length: slots }, (_, slot) => worker(memory, slot))
      team[0].core.init(what.allocated ?? false)
      for (const step of what.before ?? []) {
        const [slot, call] = onSlot(step)
        const came = perform(team[slot], call)
        if (typeof came === 'number' && came < 0) throw new Error(`${call.join(' ')}: ${statusName(came)}`)
      }
      if (what.dead !== undefined) memory[team[what.dead].area.ledgerAt + L.localLedger] |= L.ledgerPending
      return ownersIn(memory, shape)
    },
    prepare: (memory, slot) => worker(memory, slot),
    workers: what.workers.map((calls) => (_memory: Words, me: Worker) => {
      // A single number needs no message.
      if (calls.length === 1) return perform(me, calls[0])
      return calls.map((call) => perform(me, call))
    }),
    check(memory, results, owners) {
      const calls = what.workers.flatMap((list, i) => {
        const came = list.length === 1 ? [results[i] as Came] : (results[i] as Came[])
        return list.map((call, j) => ({ worker: i, call, came: came[j] }))
      })
      const verdict = judge(memory, shape, policy, owners, calls)
      what.expect?.(verdict)
    },
    nameOf: (index) => nameOfWord(shape, index),
  }
}

/** 1 for each frame that is allocated. */
const ownersIn = (words: Words, { frames, bitsAt }: Geometry): Uint8Array =>
  Uint8Array.from({ length: frames }, (_, frame) => (words[bitsAt + (frame >>> L.rowShift)] >>> (frame & 31)) & 1)

