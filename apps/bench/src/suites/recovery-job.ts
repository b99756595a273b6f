// Inside a cell that measures recovery: the cell's process opens an allocator, brings it into the state in question and
// leaves it; then a worker opens it again and again to recover. Only opening is timed, all of it: finding the Regions,
// checking the header, starting the core, recovering. Nothing touches a page of the metadata for the first time there.
import {
  adoptMemory,
  HUGE_ORDER,
  type FrameAllocator,
  type FrameAllocatorBackend,
  type FrameAllocatorHandle,
  type Memory,
  type PlacingFrameAllocator,
} from '@parperos/alloc-api'
import { allocators, metadataMemory } from '../compose.ts'
import { nowNs } from '../measure/clock.ts'
import type { Job } from '../measure/job.ts'
import { compareExchangeLoop, type Unit } from '../measure/loops.ts'
import { randomOf } from '../measure/random.ts'
import { measureRounds } from '../measure/rounds.ts'
import type { Workload } from '../measure/workloads.ts'
import { samplesOf, type Outcome } from './llfree-outcome.ts'
import { caseOf, type RecoveryInput } from './recovery.ts'

interface Shared {
  handle: FrameAllocatorHandle
  metadataBytes: number
  /** How many frames are free, before and after every recovery. */
  free: number
}

const HUGE_FRAMES = 2 ** HUGE_ORDER

/** A quarter of a byte for each frame: LLFree needs a seventh. And room for stacks. */
const bytesFor = (frames: number): number => frames / 4 + 2 ** 18

export const job: Job<RecoveryInput, Shared, Omit<Outcome, 'metadataBytes'>, Outcome> = {
  async open(input) {
    const { frames, state, seed } = input
    const memory = await metadataMemory(bytesFor(frames))
    const backend = await backendOf(input)
    const allocator = await backend.open({ memory, frames, initial: state === 'huge' ? 'allocated' : 'free' })
    if (state === 'busy') makeBusy(placing(allocator), seed)
    const { free } = allocator.stats()
    leave(allocator, state)
    return { handle: allocator.handle, metadataBytes: allocator.info().metadataBytes, free }
  },

  async work({ handle, free }, input, seat) {
    const backend = await backendOf(input)
    const memory = adoptMemory(handle.region.memory)
    const unit = await openUnit(input)
    const before = process.cpuUsage()
    const rounds = await measureRounds(recovering(backend, memory, input), unit, seat, input)
    const { user, system } = process.cpuUsage(before)
    await check(backend, memory, input, free)
    return { ...samplesOf(rounds, [caseOf(input.state)]), cpuSeconds: (user + system) / 1e6 }
  },

  async close({ metadataBytes }, _input, [part]) {
    return { ...part, metadataBytes }
  },
}

const backendOf = ({ implementation, backend }: RecoveryInput): Promise<FrameAllocatorBackend> =>
  allocators[implementation].backends[backend]()

function placing(allocator: FrameAllocator): PlacingFrameAllocator {
  if (allocator.supports.placement) return allocator as PlacingFrameAllocator
  throw new Error(`${allocator.handle.component} takes no block at a place of the caller's, so none can be scattered`)
}

/** Scatters blocks: see recovery.ts. */
function makeBusy(allocator: PlacingFrameAllocator, seed: number): void {
  const random = randomOf(seed)
  for (let frame = 0; frame + HUGE_FRAMES <= allocator.frames; frame += HUGE_FRAMES) {
    const drawn = random()
    const use = drawn & 3
    if (use === 0) continue
    if (use === 1) allocator.getAt(frame, HUGE_ORDER)
    else for (let blocks = 1 + ((drawn >>> 2) & 3); blocks > 0; blocks--) takeWithin(allocator, frame, random())
  }
}

/** A block of any smaller order anywhere in the huge frame; one that overlaps another is not taken. */
function takeWithin(allocator: PlacingFrameAllocator, hugeFrame: number, drawn: number): void {
  const order = (drawn >>> 16) % HUGE_ORDER
  const offset = (drawn % HUGE_FRAMES) & -(2 ** order)
  allocator.getAt(hugeFrame + offset, order)
}

/** A busy worker has a reservation, and does not live to close. */
function leave(allocator: FrameAllocator, state: RecoveryInput['state']): void {
  if (state === 'busy') allocator.put(allocator.get(0), 0)
  else allocator.close()
}

/** Each pass is one recovery. */
export const recovering = (
  backend: FrameAllocatorBackend,
  memory: Memory,
  { frames, state }: Pick<RecoveryInput, 'frames' | 'state'>,
): Workload => ({
  operations: 1,
  async pass() {
    const started = nowNs()
    const allocator = await backend.open({ memory, frames, initial: 'recover' })
    const ended = nowNs()
    leave(allocator, state)
    return [ended - started]
  },
})

/** A recovery that gets something wrong is no faster one. */
async function check(
  backend: FrameAllocatorBackend,
  memory: Memory,
  { frames }: RecoveryInput,
  free: number,
): Promise<void> {
  using allocator = await backend.open({ memory, frames, initial: 'recover' })
  allocator.validate()
  const stats = allocator.stats()
  if (stats.free !== free) throw new Error(`after recovery ${stats.free} frames are free where ${free} were before`)
}

/** Of the same backend, over an allocator of its own: recovery would not know what to do with another worker. */
async function openUnit({ implementation, backend }: RecoveryInput): Promise<Unit> {
  if (backend === 'sab') return compareExchangeLoop()
  const { backends, inside } = allocators[implementation]
  const opened = await (await backends[backend]()).open({ memory: await metadataMemory(2 ** 18), frames: HUGE_FRAMES })
  const { handle } = opened
  opened.close()
  return await (
    await inside()
  )(backend, handle, 0, 1)
}
