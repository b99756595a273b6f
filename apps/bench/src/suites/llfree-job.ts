// Inside a cell of the llfree suite: one case of one allocator on one backend, for each order and each kind of loop.
import type { FrameAllocator, FrameAllocatorHandle } from '@parperos/alloc-api'
import { allocators, metadataMemory, type AllocatorParts } from '../compose.ts'
import { batchLoops, callLoops, type BulkLoops, type Loops } from '../measure/loops.ts'
import { mallocLoops } from '../measure/malloc-loops.ts'
import type { Job, Seat } from '../measure/job.ts'
import { measureRounds } from '../measure/rounds.ts'
import { newTimes, Stopwatch } from '../measure/stopwatch.ts'
import { bulk, random, repeat, type Workload } from '../measure/workloads.ts'
import { METADATA_PER_FRAME } from './memory-need.ts'
import { PEER, PHASES, type LLFreeInput, type Series } from './llfree-cases.ts'
import { samplesOf, type Outcome } from './llfree-outcome.ts'

interface Shared {
  times: Float64Array<SharedArrayBuffer>
  /** By series; empty for the peer, which has no shared state. */
  opened: { handle: FrameAllocatorHandle; metadataBytes: number }[]
}

/** By series. */
type Part = Omit<Outcome, 'metadataBytes'>[]

export const job: Job<LLFreeInput, Shared, Part, Outcome[]> = {
  async open(input, workers) {
    const opened: Shared['opened'] = []
    const parts = partsOf(input)
    if (parts) for (const series of input.series) opened.push(await open(parts, input, series, workers))
    return { times: newTimes(workers), opened }
  },

  async work({ times, opened }, input, seat) {
    const stopwatch = new Stopwatch(times, seat.barrier)
    const part: Part = []
    for (const [index, series] of input.series.entries()) {
      const { handle } = opened.at(index) ?? { handle: null }
      part.push(await new SeriesRun(input, series, seat, handle).measure(stopwatch))
    }
    return part
  },

  // All workers measured the same spans of time, so that the first one's samples are everyone's.
  async close({ opened }, _input, [part]) {
    return part.map((series, index) => ({ ...series, metadataBytes: opened.at(index)?.metadataBytes ?? null }))
  },
}

/** How many blocks each worker takes: half of its share. */
const blocksOf = ({ framesPerWorker, order }: Series): number => Math.floor(framesPerWorker / 2 ** order / 2)

const partsOf = ({ implementation }: LLFreeInput): AllocatorParts | undefined =>
  implementation === PEER ? undefined : allocators[implementation]

async function open(
  parts: AllocatorParts,
  { backend }: LLFreeInput,
  series: Series,
  workers: number,
): Promise<Shared['opened'][number]> {
  const frames = series.framesPerWorker * workers
  // Room for metadata, for the blocks that the loops inside the C core remember, and for stacks.
  const memory = await metadataMemory(frames * METADATA_PER_FRAME + (workers + 1) * (4 * blocksOf(series) + 2 ** 18))
  // One slot more than workers: see `unitLoops`.
  const allocator = await (await parts.backends[backend]()).open({ memory, frames, slots: workers + 1 })
  const { handle } = allocator
  const { metadataBytes } = allocator.info()
  // The workers take the slots; what was opened stays.
  allocator.close()
  return { handle, metadataBytes }
}

/** One worker's side of one series. */
class SeriesRun {
  readonly #input: LLFreeInput
  readonly #series: Series
  readonly #seat: Seat
  readonly #handle: FrameAllocatorHandle | null
  readonly #count: number

  constructor(input: LLFreeInput, series: Series, seat: Seat, handle: FrameAllocatorHandle | null) {
    this.#input = input
    this.#series = series
    this.#seat = seat
    this.#handle = handle
    this.#count = blocksOf(series)
  }

  async measure(stopwatch: Stopwatch): Promise<Part[number]> {
    const { loops, workload } = await this.#workload(stopwatch)
    const unit = await this.#unitLoops(loops)
    const before = process.cpuUsage()
    const { timeMs, rounds: wanted, backend } = this.#input
    const compiled = backend === 'native' && this.#series.driver === 'inside'
    const rounds = await measureRounds(workload, unit, this.#seat, { timeMs, rounds: wanted, compiled })
    const { user, system } = process.cpuUsage(before)
    if (unit !== loops) unit.close()
    loops.close()
    return { ...samplesOf(rounds, PHASES[this.#input.case]), cpuSeconds: (user + system) / 1e6 }
  }

  async #workload(stopwatch: Stopwatch): Promise<{ loops: BulkLoops; workload: Workload }> {
    const { case: name, seed } = this.#input
    const { order } = this.#series
    const count = this.#count
    if (name === 'batch') {
      const loops = batchLoops(await this.#attach(), count)
      return { loops, workload: bulk(loops, stopwatch, order, count) }
    }
    const loops = await this.#loops()
    if (name === 'repeat') return { loops, workload: repeat(loops, stopwatch, order) }
    if (name === 'bulk') return { loops, workload: bulk(loops, stopwatch, order, count) }
    return { loops, workload: random(loops, stopwatch, order, count, seed + this.#seat.worker) }
  }

  async #loops(): Promise<Loops> {
    const { driver, order, framesPerWorker } = this.#series
    if (this.#handle === null) return mallocLoops(framesPerWorker, order, this.#count)
    return driver === 'js'
      ? callLoops(await this.#attach(), this.#count)
      : await this.#inside(this.#handle, this.#seat.worker, this.#count)
  }

  /**
   * What measures the compare-exchange: the loops themselves, except where JavaScript drives a C core; then worker 0
   * enters the core once more, on the slot that is left over, since the unit is the core's own compare-exchange.
   */
  async #unitLoops(loops: BulkLoops): Promise<BulkLoops> {
    const drivesCore = this.#series.driver === 'js' && this.#input.backend !== 'sab'
    if (!drivesCore || this.#handle === null || this.#seat.worker !== 0) return loops
    return await this.#inside(this.#handle, this.#seat.workers, 1)
  }

  async #attach(): Promise<FrameAllocator> {
    const parts = partsOf(this.#input)
    if (!parts || this.#handle === null) throw new Error(`${this.#input.implementation} has no slots to attach to`)
    return await (await parts.backends[this.#input.backend]()).attach(this.#handle, this.#seat.worker)
  }

  async #inside(handle: FrameAllocatorHandle, slot: number, capacity: number): Promise<Loops> {
    const { backend, implementation } = this.#input
    const parts = partsOf(this.#input)
    if (!parts || backend === 'sab') throw new Error(`${implementation} on ${backend} has no loops inside of it`)
    return await (
      await parts.inside()
    )(backend, handle, slot, capacity)
  }
}
