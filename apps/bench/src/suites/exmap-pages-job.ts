// Inside a cell that gives frames to pages and takes them away: a worker makes pairs of alloc and free, then the bare loop
// does what a program does without a page area. What ExMap calls done is looked at in every pass: pages must have the bytes of
// their frames.
import type { FrameAllocatorHandle, PageArea, PageAreaHandle } from '@parperos/alloc-api'
import type { BareLoops } from '@parperos/exmap/bench'
import { allocators, metadataMemory, pageAreas } from '../compose.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import type { Job } from '../measure/job.ts'
import { Meter, newMeterWords, type MeterWords } from '../measure/meter.ts'
import { randomOf, shuffle } from '../measure/random.ts'
import { measureRounds } from '../measure/rounds.ts'
import type { Workload } from '../measure/workloads.ts'
import { PAGES_PHASES, RUN_PAGES, type PagesInput } from './exmap-cases.ts'
import { samplesOf, type Samples } from './llfree-outcome.ts'

const PAGE_BYTES = 4096
/** A worker's frames, and its pages. */
const FRAMES = 2 ** 14
const PAGES = 2 ** 16
/** A worker's runs lie side by side, and are used in turn. */
const RUNS = 16
/** Scattered pages of a pass. */
const SCATTERED = 8 * RUN_PAGES
/** So often a pass does what the slowest loop does once, so that each is long enough for the clock of CPU time. */
const REPEATS = { contiguous: 16, accounting: 32 }

interface Shared {
  meter: MeterWords
  area: PageAreaHandle
  frames: FrameAllocatorHandle
}

export const job: Job<PagesInput, Shared, Samples, Samples> = {
  async open({ case: name, backend: kind, hugePages }, workers) {
    // A huge page more, so that the pool can begin at one.
    const memory = await metadataMemory(workers * (FRAMES * PAGE_BYTES + PAGES * 8) + 2 ** 23)
    const count = FRAMES * workers
    const carve = hugePages ? await pageAreas.hugePool() : null
    const pool = carve ? carve(memory, count) : memory.region(count * PAGE_BYTES, 'pool')
    const frames = await (await allocators.llfree.backends[kind]()).open({ memory, frames: count, slots: workers })
    const way = name === 'accounting' ? 'table' : 'move'
    const backend =
      kind === 'native' ? await pageAreas.nativeWith({ way, hugePages }) : await pageAreas.backends[kind]()
    const area = await backend.open({ memory, pages: PAGES * workers, frames, pool, slots: workers })
    const refused = area.info().whyNotBetter.filter((reason) => reason.startsWith('huge pages'))
    if (refused.length > 0) throw new Error(refused.join('; '))
    // A frame that nobody has touched is a hole, and nothing moves; a page of zeros is told apart from one with a frame.
    pool.bytes(0, count * PAGE_BYTES).fill(1)
    const handles = { area: area.handle, frames: frames.handle }
    // The workers take the slots; what was opened stays.
    area.close()
    frames.close()
    return { meter: newMeterWords(workers), ...handles }
  },

  async work(shared, input, seat) {
    const { backend: kind, timeMs, rounds: wanted } = input
    const frames = await (await allocators.llfree.backends[kind]()).attach(shared.frames, seat.worker)
    using area = await (await pageAreas.backends[kind]()).attach(shared.area, seat.worker, { frames })
    const bare = input.case === 'accounting' ? null : await pageAreas.bare()
    const pairs = { area, first: seat.worker * PAGES, meter: new Meter(shared.meter, seat.barrier) }
    const workload = workloadOf(input, pairs, bare)
    const rounds = await measureRounds(workload, compareExchangeLoop(), seat, { timeMs, rounds: wanted })
    return samplesOf(rounds, PAGES_PHASES.slice(0, rounds[0].nsPerOp.length))
  },

  // Times are everyone's, and CPU time has been shared out.
  close: async (_shared, _input, [part]) => part,
}

interface Pairs {
  area: PageArea
  /** The worker's first page. */
  first: number
  meter: Meter
}

function workloadOf({ case: name, hugePages, seed }: PagesInput, pairs: Pairs, bare: BareLoops | null): Workload {
  if (bare === null) return { operations: RUNS * RUN_PAGES, pass: () => contiguousPairs(pairs, REPEATS.accounting) }
  return name === 'scattered' ? scatteredBeside(bare, pairs, seed) : contiguousBeside(bare, pairs, hugePages)
}

function scatteredBeside(bare: BareLoops, { area, first, meter }: Pairs, seed: number): Workload {
  const pages = scatteredPages(seed + first)
  const memory = bareMemory(bare, PAGES)
  return {
    operations: SCATTERED,
    pass: () => [
      ...meter.measure(() => scattered(area, first, pages)),
      ...meter.measure(() => bare.faultAndDropMany(memory, pages)),
    ],
  }
}

function contiguousBeside(bare: BareLoops, pairs: Pairs, hugePages: boolean): Workload {
  const memory = bareMemory(bare, RUNS * RUN_PAGES)
  const times = REPEATS.contiguous
  const moves = hugePages ? () => [] : bareMoves(bare, pairs.meter, times)
  return {
    operations: RUNS * RUN_PAGES,
    pass: () => [
      ...contiguousPairs(pairs, times),
      ...pairs.meter.measure(() => bare.faultAndDrop(memory, RUN_PAGES, RUNS)),
      ...moves(),
    ],
  }
}

/** The same runs moved to and fro, and nothing else. The descriptor is open as long as the cell is. */
function bareMoves(bare: BareLoops, meter: Meter, times: number): () => number[] {
  const places = bareMemory(bare, (1 + RUNS) * RUN_PAGES)
  const mover = bare.openMover(places)
  places.fill(1, 0, RUN_PAGES * PAGE_BYTES)
  return () => meter.measure(() => bare.moveAndBack(mover, places, RUN_PAGES, times * RUNS)).map((ns) => ns / times)
}

function contiguousPairs({ area, first, meter }: Pairs, times: number): number[] {
  const sums = meter.measure(() => {
    for (let time = 0; time < times; time++) contiguous(area, first)
  })
  lookAt(area, first)
  return sums.map((ns) => ns / times)
}

function contiguous({ io }: PageArea, first: number): void {
  for (let run = 0; run < RUNS; run++) {
    io.set(0, first + run * RUN_PAGES, RUN_PAGES)
    expect('alloc', io.alloc(1), RUN_PAGES)
    expect('free', io.free(1), RUN_PAGES)
  }
}

function scattered({ io }: PageArea, first: number, pages: Uint32Array): void {
  for (let from = 0; from < pages.length; from += RUN_PAGES) {
    for (let i = 0; i < RUN_PAGES; i++) io.set(i, first + pages[from + i], 1)
    expect('alloc', io.alloc(RUN_PAGES), RUN_PAGES)
    expect('free', io.free(RUN_PAGES), RUN_PAGES)
  }
}

/** Pages without neighbours, in an order of no kind. */
function scatteredPages(seed: number): Uint32Array {
  const apart = PAGES / SCATTERED
  const pages = Uint32Array.from({ length: SCATTERED }, (_, i) => i * apart)
  shuffle(pages, randomOf(seed))
  return pages
}

/** Memory as the area's is, of pages that come and go by themselves. */
function bareMemory(bare: BareLoops, pages: number): Uint8Array<SharedArrayBuffer> {
  const bytes = pages * PAGE_BYTES
  const memory = new Uint8Array(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes)
  bare.small(memory)
  return memory
}

/** A page that says to have a frame must have that frame's bytes, or nothing was moved. */
function lookAt(area: PageArea, first: number): void {
  area.io.set(0, first, RUN_PAGES)
  expect('alloc', area.io.alloc(1), RUN_PAGES)
  for (let page = first; page < first + RUN_PAGES; page++) {
    const at = area.address(page)
    if (area.window(at)[at & area.windowMask] !== 1) throw new Error(`page ${page} was allocated and has no frame`)
  }
  expect('free', area.io.free(1), RUN_PAGES)
}

function expect(what: string, done: number, count: number): void {
  if (done !== count) throw new Error(`${what} of ${count} pages ended with ${done}`)
}
