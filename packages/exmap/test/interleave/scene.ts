// A scene: an area in some state, what each of its workers does in it, and what has to hold afterwards whatever the schedule
// was: every frame is in one place, nobody's claim is left, the counts are right, and what was done fits what there is.
import { status, statusName } from '@parperos/alloc-api/driver'
import { load, type Words } from '#atomics'
import type { Scenario } from '@parperos/interleave'
import { geometry, type Geometry } from '../../src/geometry.ts'
import { writeHeader } from '../../src/header.ts'
import * as L from '../../src/layout.ts'
import { lockInterface, unlockInterface } from '../../src/lock.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/exmap.ts'
import { nameOfWord } from './words.ts'

type Run = readonly [page: number, count: number]

/** What a worker does, as data. */
export type Deed =
  | readonly ['alloc' | 'free' | 'read' | 'write', ...runs: Run[]]
  /** A read whose every page fails. */
  | readonly ['failing', ...runs: Run[]]
  /** Gives its bundles to nobody. */
  | readonly ['leave']
  /** Takes over from the slot whose worker died. */
  | readonly ['recover', slot: number]
  /** Comes back after it left. */
  | readonly ['return']
  /** Sets a flag that others can see; does something only when it is set. */
  | readonly ['say']
  | readonly ['heard', deed: Deed]

export interface Scene {
  pages?: number
  slots?: number
  /** Frames of the pool, of which a bundle has an eighth for each slot. Default 96. */
  poolFrames?: number
  /** What was done before, by which slot. Frames come from slot to slot through the shelf. */
  before?: readonly (readonly [slot: number, deed: Deed])[]
  /** How many frames each slot has in its two bundles at first. */
  frames: readonly number[]
  /** What a slot was doing when its worker died: until its hand waited for bytes, or only until it stood in the hand. */
  dead?: { slot: number; deed: Deed; onlyNoted?: boolean }
  /** What each worker does, on the slot of its number. */
  workers: readonly (readonly Deed[])[]
  /** What has to hold beside the usual. */
  expect?: (came: readonly Came[][]) => void
}

/** What became of a deed: done and status of each run. */
export interface Came {
  runs: (readonly [done: number, status: number])[]
  /** Frames that had to be given back to the allocator. */
  given: number[]
  /** Whether the allocator was asked for frames (it has none). */
  asked: boolean
}

const nothing: Came = { runs: [], given: [], asked: false }

const ops = { alloc: L.opAlloc, free: L.opFree, read: L.opRead, write: L.opWrite, failing: L.opRead }

interface Worker {
  area: Area
  core: SabCore
  shape: Geometry
}

function perform(me: Worker, deed: Deed, until = Infinity): Came {
  const { core } = me
  switch (deed[0]) {
    case 'leave':
      if (lockInterface(me.area.words, me.area.self + L.interfaceLock, 0) !== 0) return nothing
      core.leave()
      unlockInterface(me.area.words, me.area.self + L.interfaceLock)
      return nothing
    case 'return':
      core.recover()
      return nothing
    case 'recover':
      return recover(workerOf(me.area.words, me.shape, deed[1]))
    case 'say':
      me.area.words[me.shape.wordsTotal] = 1
      return nothing
    case 'heard':
      return me.area.words[me.shape.wordsTotal] === 1 ? perform(me, deed[1]) : nothing
    default:
      return batch(me, deed, until)
  }
}

function recover(me: Worker): Came {
  const given: number[] = []
  while (me.core.recover() === L.eventGiveFrames) given.push(...emptySpare(me))
  // Nobody works on that slot any more.
  me.core.leave()
  return { ...nothing, given }
}

/** One batch, or as much of it as until so many transfers. */
function batch(me: Worker, [what, ...runs]: readonly [keyof typeof ops, ...Run[]], until: number): Came {
  const { area, core } = me
  const { words } = area
  const given: number[] = []
  let asked = false
  // One look: in an exploration nobody moves while a worker waits.
  if (lockInterface(words, area.self + L.interfaceLock, 0) !== 0) return nothing
  core.ready()
  runs.forEach(([page, count], i) => {
    words[area.commandsAt + i * L.commandWords + L.commandPage] = page
    words[area.commandsAt + i * L.commandWords + L.commandCount] = count
  })
  core.begin(ops[what], runs.length)
  for (let transfers = 0; ;) {
    const event = core.step()
    if (event < 0) throw new Error(`a step ended in ${statusName(event) ?? event}`)
    if (event === L.eventDone) break
    if (event === L.eventNeedFrames) {
      asked = true
      if (!core.gather()) words[area.self + L.interfaceDry] = 1
    }
    if (event === L.eventGiveFrames) given.push(...emptySpare(me))
    if (event === L.eventFill) {
      if (++transfers > until) return { ...nothing, given, asked }
      transfer(me, what)
    }
  }
  unlockInterface(words, area.self + L.interfaceLock)
  return { runs: runs.map((_, i) => resultOf(me, i)), given, asked }
}

/** What a transfer would do; while a page is written it has to stay what it is. */
function transfer({ area }: Worker, what: keyof typeof ops): void {
  const { words } = area
  const held = words[area.self + L.interfaceHeld]
  for (let i = 0; i < held; i++) {
    const entry = area.handAt + i * L.entryWords
    const page = words[entry + L.entryPage]
    const word = load(words, area.tableAt + page)
    const expected = what === 'write' ? (words[entry + L.entryFrame] ^ area.zero) | L.tableWriting : area.busy
    if (word !== expected) throw new Error(`page ${page} was changed by another one during the transfer`)
    if (what !== 'failing') continue
    words[entry + L.entryStatus] = status.IO_ERROR
    const run = words[entry + L.entryRun]
    words[area.commandsAt + run * L.commandWords + L.commandStatus] = status.IO_ERROR
  }
}

function emptySpare({ area }: Worker): number[] {
  const { words } = area
  const spare = words[area.self + L.interfaceBundles] >>> L.spareShift
  const at = area.bundlesAt + spare * area.bundleWords
  const fill = words[at + L.bundleFill]
  const given: number[] = []
  for (let i = fill & L.bundleFirstMask; i < fill >>> L.bundleEndShift; i++) given.push(words[at + L.bundleHeaderWords + i])
  words[at + L.bundleFill] = 0
  return given
}

const resultOf = ({ area }: Worker, run: number): readonly [number, number] => {
  const at = area.commandsAt + run * L.commandWords
  return [area.words[at + L.commandDone], area.words[at + L.commandStatus]]
}

const workerOf = (words: Words, shape: Geometry, slot: number): Worker => {
  const area = new Area(words, shape, slot)
  return { area, core: new SabCore(area), shape }
}

/** The scene as the explorer wants it. */
export function scene(what: Scene): Scenario<Came[], Worker, number> {
  const { pages = 8, poolFrames = 96, workers, slots = workers.length } = what
  const shape = geometry({ pages, slots, commands: 4, frames: poolFrames })
  return {
    words: shape.wordsTotal + 1,
    setup(memory) {
      writeHeader(memory, shape, { zero: 0, mapped: false })
      for (let slot = 0; slot < slots; slot++) memory[shape.interfacesAt + slot * shape.interfaceWords + L.interfaceBundles] = L.noBundles
      const team = Array.from({ length: slots }, (_, slot) => workerOf(memory, shape, slot))
      for (const { core } of team) core.recover()
      let next = 2 ** shape.zeroOrder
      what.frames.forEach((count, slot) => {
        next = supply(team[slot], next, count)
      })
      for (const [slot, deed] of what.before ?? []) perform(team[slot], deed)
      if (what.dead) die(team[what.dead.slot], what.dead)
      return next
    },
    prepare: (memory, slot) => workerOf(memory, shape, slot),
    workers: workers.map((deeds) => (_memory: Words, me: Worker) => deeds.map((deed) => perform(me, deed))),
    check(memory, results, end) {
      judge(memory, shape, { end, given: results.flat().flatMap(({ given }) => given) })
      what.expect?.(results)
    },
    nameOf: (index) => nameOfWord(shape, index),
  }
}

/** Puts new frames into a slot's bundles; the number of the next one. */
function supply({ area }: Worker, from: number, count: number): number {
  const { words } = area
  const bundles = words[area.self + L.interfaceBundles]
  let next = from
  for (const bundle of [bundles & L.noBundle, bundles >>> L.spareShift]) {
    const at = area.bundlesAt + bundle * area.bundleWords
    const some = Math.min(count - (next - from), area.bundleFrames)
    for (let i = 0; i < some; i++) words[at + L.bundleHeaderWords + i] = next++
    words[at + L.bundleFill] = some << L.bundleEndShift
  }
  return next
}

function die(me: Worker, { deed, onlyNoted = false }: NonNullable<Scene['dead']>): void {
  perform(me, deed, 0)
  if (!onlyNoted) return
  // As it was before the pages were claimed.
  const { words, self, handAt, tableAt, bundlesAt, bundleWords } = me.area
  const held = words[self + L.interfaceHeld]
  const isWrite = deed[0] === 'write'
  for (let i = 0; i < held; i++) {
    words[tableAt + words[handAt + i * L.entryWords + L.entryPage]] &= isWrite ? ~L.tableWriting : 0
  }
  if (!isWrite) words[bundlesAt + (words[self + L.interfaceBundles] & L.noBundle) * bundleWords] -= held
  words[self + L.interfaceHeld] = 0
  words[self + L.interfacePhase] = L.phaseClaim
}

/** What has to hold after any schedule. `end`: frames below it, zeros excepted, are the area's. */
function judge(words: Words, shape: Geometry, { end, given }: { end: number; given: number[] }): void {
  const where = new Map<number, string>()
  const add = (frame: number, place: string): void => {
    const other = where.get(frame)
    if (other !== undefined) throw new Error(`frame ${frame} is at ${place} and at ${other}`)
    where.set(frame, place)
  }
  let pages = 0
  for (let page = 0; page < shape.pages; page++) {
    const word = words[shape.tableAt + page]
    if (word === 0) continue
    if ((word & (L.tableBusy | L.tableWriting)) !== 0) throw new Error(`page ${page} is left as ${(word >>> 0).toString(16)}`)
    add(word & L.tableFrame, `page ${page}`)
    pages++
  }
  for (let bundle = 0; bundle < shape.bundles; bundle++) {
    const at = shape.bundlesAt + bundle * shape.bundleWords
    const fill = words[at + L.bundleFill]
    for (let i = fill & L.bundleFirstMask; i < fill >>> L.bundleEndShift; i++) {
      if (words[shape.shelfAt + bundle] === 0) throw new Error(`bundle ${bundle} of nobody has frames`)
      add(words[at + L.bundleHeaderWords + i], `bundle ${bundle}`)
    }
  }
  for (const frame of given) add(frame, 'the allocator')
  for (let frame = 2 ** shape.zeroOrder; frame < end; frame++) {
    if (!where.has(frame)) throw new Error(`frame ${frame} is lost`)
  }
  let resident = 0
  for (let slot = 0; slot < shape.slots; slot++) {
    resident += words[shape.interfacesAt + slot * shape.interfaceWords + L.interfaceResident]
  }
  if (resident !== pages) throw new Error(`${pages} pages have frames, ${resident} are counted`)
}
