// Runs in a thread whose accesses to the area's words are seen (@parperos/observe): lets a worker die at each of its steps,
// takes its slot over with each backend, and checks that every frame is in one place. The recovery is ended in the middle
// too, and done again.
import { createMemory, FRAME_BYTES, Region, type FrameAllocator } from '@parperos/alloc-api'
import { observe, setObserver, unplanted } from '@parperos/observe'
import assert from 'node:assert/strict'
import { parentPort } from 'node:worker_threads'
import { Bundles } from '../../src/bundles.ts'
import type { Attached } from '../../src/driver.ts'
import { checkedHandle } from '../../src/header.ts'
import { ExMap, type ExMapArea } from '../../src/index.ts'
import { ExMapInterface } from '../../src/interface.ts'
import { StoreTransfer } from '../../src/io/store-transfer.ts'
import * as L from '../../src/layout.ts'
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/exmap.ts'
import { backends, kinds } from '../support/backends.ts'
import { FailingStore } from '../support/failing-store.ts'
import { soak } from '../support/soak.ts'
import { scenarios, type Scenario } from './scenarios.ts'
import { StubFrames } from './stub-frames.ts'

const POOL_FRAMES = 48
const PAGES = 64
/** Of every death, so many recoveries die too. */
const DEATHS_OF_RECOVERY = soak > 1 ? 5 : 1

class Death extends Error {}

/** From its n-th step on a worker does nothing any more. */
function dyingAt(step: number): () => void {
  let steps = 0
  return () => {
    if (++steps >= step) throw new Death()
  }
}

/** One worker, whose accesses are seen. */
interface Mortal {
  io: ExMapInterface
  bundles: Bundles
}

class World {
  readonly memoryWords: Int32Array
  readonly stub = new StubFrames(POOL_FRAMES)
  readonly frames: FrameAllocator = this.stub.asAllocator()
  readonly areas: ExMapArea[]
  #words: Int32Array
  #free: number[]

  private constructor(areas: ExMapArea[], stub: StubFrames) {
    this.areas = areas
    this.stub = stub
    this.frames = stub.asAllocator()
    this.memoryWords = Region.from(areas[0].handle.region).words()
    this.#words = this.memoryWords.slice()
    this.#free = [...stub.free]
  }

  static async open({ slots = 2, own = [], others = [], before }: Scenario): Promise<World> {
    const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
    const pool = memory.region(POOL_FRAMES * FRAME_BYTES, 'pool')
    const stub = new StubFrames(POOL_FRAMES)
    const frames = stub.asAllocator()
    const config = { memory, pool, frames, pages: PAGES, slots, commands: 8 }
    const first = await ExMap.open({ backend: backends.sab, ...config })
    const areas = [first]
    for (let slot = 1; slot < slots; slot++) {
      areas.push(await ExMap.attach({ backend: backends.sab, handle: first.handle, slot, frames }))
      areas[slot].io.alloc(others)
    }
    first.io.alloc(own)
    before?.(first.io)
    first.validate()
    return new World(areas, stub)
  }

  reset(): void {
    this.memoryWords.set(this.#words)
    this.stub.free = [...this.#free]
    this.stub.step = () => undefined
  }

  /** Slot 0 as a worker whose accesses are seen. */
  mortal(scenario: Scenario): Mortal {
    const { handle } = this.areas[0]
    const checked = checkedHandle(handle)
    const words = observe(checked.words)
    const attached: Attached = { ...checked, words, slot: 0, frames: this.frames }
    const core = new SabCore(new Area(words, checked.geometry, 0))
    const bundles = new Bundles(core, attached)
    const store = new FailingStore(new Uint8Array(PAGES * FRAME_BYTES), { bad: new Set(scenario.bad) })
    const place = (_: number, frame: number, count: number) =>
      checked.pool.bytes(frame * FRAME_BYTES, count * FRAME_BYTES)
    const { supports, kind } = this.areas[0]
    const started = { core, area: () => this.areas[0], way: 'table', whyNotBetter: [] }
    const transfer = new StoreTransfer(store, place)
    const rest = { kind, supports, release: () => undefined, passedOver: [] }
    const io = new ExMapInterface({ ...rest, attached, started, bundles, place, transfer })
    return { io, bundles }
  }

  /** Runs `body` with a death at its n-th step; false when it came to its end before. */
  dies(step: number, body: () => void): boolean {
    const die = dyingAt(step)
    this.stub.step = die
    setObserver({ before: die })
    try {
      body()
      return false
    } catch (error) {
      if (error instanceof Death) return true
      throw error
    } finally {
      setObserver(null)
      this.stub.step = () => undefined
    }
  }
}

interface Held {
  where: Map<number, string>
  lost: number[]
}

/** Where every frame is; throws when one is in two places. */
function whereabouts({ memoryWords: words, areas, stub }: World): Held {
  const { geometry: shape } = checkedHandle(areas[0].handle)
  const where = new Map<number, string>()
  const add = (frame: number, place: string): void => {
    assert.ok(!where.has(frame), `frame ${frame} is at ${place} and at ${where.get(frame)}`)
    where.set(frame, place)
  }
  const zero = words[L.headerZeroFrame]
  for (let i = 0; i < 2 ** shape.zeroOrder; i++) add(zero + i, 'zeros')
  for (const frame of stub.free) add(frame, 'allocator')
  for (let page = 0; page < PAGES; page++) {
    const word = words[shape.tableAt + page]
    assert.ok((word & (L.tableBusy | L.tableWriting)) === 0, `page ${page} is left in state ${(word >>> 0).toString(16)}`)
    if (word !== 0) add(word ^ zero, `page ${page}`)
  }
  for (let bundle = 0; bundle < shape.bundles; bundle++) {
    const at = shape.bundlesAt + bundle * shape.bundleWords
    const fill = words[at + L.bundleFill]
    for (let i = fill & L.bundleFirstMask; i < fill >>> L.bundleEndShift; i++) {
      add(words[at + L.bundleHeaderWords + i], `bundle ${bundle}`)
    }
  }
  const lost = Array.from({ length: POOL_FRAMES }, (_, frame) => frame).filter((frame) => !where.has(frame))
  return { where, lost }
}

async function takeOver(world: World, kind: (typeof kinds)[number]): Promise<ExMapArea> {
  const { handle } = world.areas[0]
  return await ExMap.attach({ backend: backends[kind], handle, slot: 0, frames: world.frames, takeOver: true })
}

interface Case {
  world: World
  /** Whoever took over. */
  area: ExMapArea
  /** What was on its way to the allocator. */
  returning: number
  before: Held
  /** Where frames are that the dead worker had nothing to do with. */
  theirs: ReadonlySet<string>
}

/** What is checked after a death, once somebody has taken over. */
function check({ world, area, returning, before, theirs }: Case): void {
  const { where, lost } = whereabouts(world)
  // Only the allocator's own `put` may have swallowed the one frame that was on its way there.
  const excused = (returning & L.returningCalled) !== 0 ? [(returning & ~L.returningCalled) - 1] : []
  assert.deepEqual(lost.filter((frame) => !excused.includes(frame)), [], 'frames are lost')
  for (const [frame, place] of before.where) {
    if (theirs.has(place)) assert.equal(where.get(frame), place, 'a page that was not worked on has changed')
  }
  area.validate()
  const free = Array.from({ length: PAGES }, (_, page) => page).find((page) => !area.isResident(page)) ?? 0
  const room = where.size - [...where.values()].filter((place) => /^(page|zeros)/.test(place)).length
  if (room > 0 && world.stub.free.length > 0) {
    assert.equal(area.io.alloc([{ page: free, count: 1 }]), 1, 'the slot works again')
    assert.equal(area.io.free([{ page: free, count: 1 }]), 1)
  }
  for (const one of [area, ...world.areas.slice(1)]) one.trim()
  area.validate()
  for (const [frame, place] of whereabouts(world).where) {
    assert.ok(!place.startsWith('bundle'), `trim leaves frame ${frame} in ${place}`)
  }
}

/** Every step at first; later, some of them. */
const nextStep = (step: number, all: boolean, random: (limit: number) => number): number =>
  step < 100 || all ? step + 1 : step + 1 + random(Math.ceil(step / 25))

/** Numbers below a limit that only the seed decides (Marsaglia's xorshift32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

async function examine(scenario: Scenario, { seed, all }: { seed: number; all: boolean }): Promise<number> {
  const world = await World.open(scenario)
  const random = randomFrom(seed)
  const before = whereabouts(world)
  const { geometry: shape } = checkedHandle(world.areas[0].handle)
  const theirs = new Set((scenario.others ?? []).flatMap(({ page, count }) =>
    Array.from({ length: count }, (_, i) => `page ${page + i}`)))
  let deaths = 0
  for (let step = 1; ; step = nextStep(step, all, random)) {
    const act = (): boolean => {
      world.reset()
      const { io, bundles } = world.mortal(scenario)
      return world.dies(step, () => scenario.act(io, () => io.exclusively(() => bundles.trim())))
    }
    const where = `${scenario.name}, death at step ${step}`
    try {
      if (!act()) return deaths
      deaths++
      const dead = world.memoryWords.slice()
      const returning = dead[shape.interfacesAt + L.interfaceReturning]
      const recovered: Int32Array[] = []
      // TypeScript, and each of the others by turns.
      for (const kind of [kinds[0], kinds[1 + (step % (kinds.length - 1))]]) {
        assert.ok(act())
        const area = await takeOver(world, kind)
        const words = world.memoryWords.slice()
        words[shape.ownersAt] = 0
        recovered.push(words)
        check({ world, area, returning, before, theirs })
      }
      assert.deepEqual(recovered[1], recovered[0], 'the backends recover to different words')
      for (let again = 0; again < DEATHS_OF_RECOVERY; again++) {
        assert.ok(act())
        const { bundles } = world.mortal(scenario)
        world.dies(1 + random(60), () => bundles.recover())
        const area = await takeOver(world, kinds[again % kinds.length])
        check({ world, area, returning, before, theirs })
      }
    } catch (error) {
      throw new Error(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }
}

/** Which scenarios; all when none is named. */
export interface Job {
  seed: number
  scenario?: string
}

/** How many deaths there were in each. */
async function examineAll({ seed, scenario: only }: Job): Promise<Record<string, number>> {
  const all = only !== undefined || soak > 1
  const deaths: Record<string, number> = {}
  for (const scenario of scenarios) if (!only || scenario.name === only) deaths[scenario.name] = await examine(scenario, { seed, all })
  assert.deepEqual(unplanted(), [], 'mutants that were not planted')
  return deaths
}

parentPort?.once('message', (job: Job) => {
  examineAll(job).then(
    (deaths) => parentPort?.postMessage({ deaths }),
    (error: unknown) => parentPort?.postMessage({ failure: error instanceof Error ? error.message : String(error) }),
  )
})
