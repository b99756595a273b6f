// Inside a cell of the file-cache suite: the cache's memory, its allocator, and the rounds that all workers go through
// together. In every round the workers exchange their files, so that blocks are given back by others than took them.
import type { BackendKind, FrameAllocator, FrameAllocatorHandle } from '@parperos/alloc-api'
import { allocators, metadataMemory, type AllocatorName } from '../compose.ts'
import type { Job, Seat } from '../measure/job.ts'
import { randomOf, shuffle } from '../measure/random.ts'
import type { CacheRun, CacheStats } from '../report/schema.ts'
import { Cache, newCacheState, type CacheCounts, type CacheState } from './file-cache-store.ts'
import { METADATA_PER_FRAME } from './memory-need.ts'
import type { FoundFile } from './walk.ts'

export interface CacheInput {
  implementation: AllocatorName
  backend: BackendKind
  files: FoundFile[]
  /** Frames of the cache. */
  frames: number
  rounds: number
  seed: number
}

export type CacheOutcome = Omit<CacheRun, 'implementation' | 'backend' | 'workers' | 'frames'>

interface Shared {
  handle: FrameAllocatorHandle
  state: CacheState
}

interface Part {
  counts: CacheCounts
  rounds: CacheRun['rounds']
  lostFrames: number
  /** Of the whole process. */
  cpuSeconds: number
}

const HUGE_FRAMES = 512

export const job: Job<CacheInput, Shared, Part, CacheOutcome> = {
  async open({ implementation, backend, files, frames }, workers) {
    const memory = await metadataMemory(frames * METADATA_PER_FRAME + workers * 2 ** 18 + 2 ** 20)
    const opener = await allocators[implementation].backends[backend]()
    const allocator = await opener.open({ memory, frames, slots: workers })
    const { handle } = allocator
    allocator.close()
    return { handle, state: newCacheState(files, frames) }
  },

  async work({ handle, state }, input, seat) {
    const backend = await allocators[input.implementation].backends[input.backend]()
    const allocator = await backend.attach(handle, seat.worker)
    const part = replay(allocator, state, input, seat)
    allocator.close()
    return part
  },

  async close(_shared, _input, parts) {
    return summary(parts)
  },
}

/** One worker's share of the whole replay; all workers call it together. */
export function replay(
  allocator: FrameAllocator,
  state: CacheState,
  { files, rounds: count, seed }: Pick<CacheInput, 'files' | 'rounds' | 'seed'>,
  { barrier, worker, workers }: Seat,
): Part {
  const cache = new Cache(allocator, state, files)
  const rounds: CacheRun['rounds'] = []
  const share = (turn: number): number[] =>
    [...files.keys()].filter((file) => file % workers === (worker + turn) % workers)

  cache.touch(worker, workers)
  barrier.pass()
  const before = process.cpuUsage()
  share(0).forEach((file) => cache.load(file))
  for (let round = 1; round <= count; round++) {
    const random = randomOf(seed, worker, round)
    const mine = share(round)
    shuffle(mine, random)
    const half = mine.slice(0, mine.length / 2)
    barrier.pass()
    half.forEach((file) => cache.drop(file))
    const dropped = look()
    shuffle(half, random)
    half.forEach((file) => cache.load(file))
    rounds.push({ dropped, loaded: look() })
  }
  // Dropping verifies.
  barrier.pass()
  share(0).forEach((file) => cache.drop(file))
  const lostFrames = allocator.frames - look().free
  const { user, system } = process.cpuUsage(before)
  return { counts: cache.counts, rounds, lostFrames, cpuSeconds: (user + system) / 1e6 }

  /** The allocator's state while all workers stand still. */
  function look(): CacheStats {
    barrier.pass()
    const { free, freeHuge } = allocator.stats()
    barrier.pass()
    return { free, freeHuge }
  }
}

export function summary(parts: readonly Part[]): CacheOutcome {
  const sum = (name: keyof CacheCounts): number => parts.reduce((all, { counts }) => all + counts[name], 0)
  const [{ rounds, lostFrames, cpuSeconds }] = parts
  const mean = (value: (round: CacheRun['rounds'][number]) => number): number =>
    rounds.reduce((all, round) => all + value(round), 0) / rounds.length
  const freeHugeFrames = mean(({ dropped }) => dropped.freeHuge)
  const freeHugeFramesPossible = mean(({ dropped }) => Math.floor(dropped.free / HUGE_FRAMES))
  // The workers run side by side: each one's time is a share of the whole.
  const copySeconds = (sum('copyNs') + sum('allocatorNsOfLoads')) / parts.length / 1e9
  const allocatorCalls = sum('allocatorCalls')
  return {
    bytesCopied: sum('bytesCopied'),
    copyMegabytesPerSecond: copySeconds > 0 ? sum('bytesCopied') / 1e6 / copySeconds : 0,
    allocatorSeconds: sum('allocatorNs') / 1e9,
    allocatorCalls,
    allocatorNsPerCall: allocatorCalls > 0 ? sum('allocatorNs') / allocatorCalls : 0,
    failedAllocations: sum('failedAllocations'),
    filesNotStored: sum('filesNotStored'),
    filesUnreadable: sum('filesUnreadable'),
    checksumMismatches: sum('checksumMismatches'),
    lostFrames,
    freeHugeFrames,
    freeHugeFramesPossible,
    fragmentation: mean(({ dropped: { free, freeHuge } }) => (free > 0 ? 1 - (freeHuge * HUGE_FRAMES) / free : 0)),
    rounds,
    cpuSeconds,
  }
}
