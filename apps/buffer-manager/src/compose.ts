// The one place that names packages' backends: a memory for everything that workers share, allocators for frames and for page
// numbers, and page areas over the file. The rest of the app knows them by their contracts.
import {
  createMemory,
  FRAME_BYTES,
  Region,
  type Memory,
  type FrameAllocator,
  type FrameAllocatorHandle,
  type PageArea,
  type PageAreaHandle,
  type PageFile,
  type RegionHandle,
} from '@parperos/alloc-api'
import { ExMap, type ExMapBackend } from '@parperos/exmap'
import { LLFree } from '@parperos/llfree'
import type { BackendChoice } from './api.ts'
import { StoreError } from './errors.ts'

/**
 * Attachments of one worker to the area: one for what waits, the others for what does not. Of a small pool each worker has
 * fewer, so that there are two frames for each.
 */
const MOST_LANES = 9
const LEAST_LANES = 2

export interface ComposeOptions {
  backend: BackendChoice
  file: PageFile
  /** Pages of the file at most; frames of the pool. */
  pages: number
  frames: number
  workers: number
  /** Bytes of the Regions that the app itself wants, by name. */
  regions: Record<string, number>
}

/** Structured-clonable: what another worker needs. */
export interface ComposedHandle {
  backend: BackendName
  /** Lanes of each worker. */
  lanes: number
  area: PageAreaHandle
  frames: FrameAllocatorHandle
  numbers: FrameAllocatorHandle
  regions: Record<string, RegionHandle>
}

export interface Composed {
  handle: ComposedHandle
  /** For synchronous work, then for asynchronous. */
  areas: PageArea[]
  numbers: FrameAllocator
  regions: Record<string, Region>
  /** Why this backend. */
  chosen: string[]
  close(): void
}

type BackendName = Exclude<BackendChoice, 'auto'>

/** Besides what is computed: stacks, headers, interfaces. */
const SLACK_BYTES = 48 << 20
/** The largest pool that goes into the memory of everything else, which ends at 4 GiB. */
const SHARED_POOL_BYTES = 2 ** 31

/** Pages that lie in their frames, with a software page table: it is quickest for single pages. */
const backends: Record<BackendName, () => Promise<ExMapBackend>> = {
  native: async () => (await import('@parperos/exmap/native')).nativeWith({ way: 'table', hugePages: true }),
  sab: async () => (await import('@parperos/exmap/sab')).sab,
  wasm: async () => (await import('@parperos/exmap/wasm')).wasm,
}

/** The pool's frames, and those that stay with ExMap: zeros, and bundles of what is ready. */
const framesFor = (frames: number, slots: number): number => frames + 2 ** Math.ceil(Math.log2(slots)) + 4 * slots

export async function compose(options: ComposeOptions): Promise<Composed> {
  const { pages, workers, file } = options
  const lanesEach = lanesFor(options.frames, workers)
  const slots = workers * lanesEach
  const { name, backend, chosen } = await choose(options.backend)
  const frames = framesFor(options.frames, slots)
  const own = Object.values(options.regions).reduce((sum, bytes) => sum + bytes, 0)
  const poolBytes = frames * FRAME_BYTES
  const isApart = poolBytes > SHARED_POOL_BYTES
  const memory = await createMemory({
    backend: 'wasm',
    bytes: Math.min(2 ** 32 - 65_536, SLACK_BYTES + own + pages * 5 + slots * 65_536 + (isApart ? 0 : poolBytes)),
  })
  const poolMemory = isApart ? await createMemory({ backend: 'sab', bytes: poolBytes + (1 << 20) }) : memory
  const pool = name === 'native' ? await hugePool(poolMemory, frames) : poolMemory.region(poolBytes, 'pool')
  const regions: Record<string, Region> = {}
  for (const [region, bytes] of Object.entries(options.regions)) regions[region] = memory.region(bytes, region)
  const allocator = { backend: 'auto', memory } as const
  const first = await LLFree.open({ ...allocator, frames, slots, name: 'frames' })
  const numbers = await LLFree.open({ ...allocator, frames: pages, slots: workers, initial: 'allocated', name: 'numbers' })
  const area = await ExMap.open({ backend, memory, pages, frames: first, pool, slots, file })
  const handle: ComposedHandle = {
    backend: name,
    lanes: lanesEach,
    area: area.handle,
    frames: first.handle,
    numbers: numbers.handle,
    regions: Object.fromEntries(Object.entries(regions).map(([region, { handle: its }]) => [region, its])),
  }
  const lanes = await attachLanes(handle, backend, slotsOf(0, lanesEach).slice(1), false)
  const whyNot = name === 'native' ? [] : area.info().whyNotBetter
  return composed(handle, [{ area, frames: first }, ...lanes], numbers, regions, [...chosen, ...whyNot])
}

/** As worker number `worker`. `takeOver`: the one that had this number is gone. */
export async function join(handle: ComposedHandle, worker: number, takeOver: boolean): Promise<Composed> {
  const backend = await backends[handle.backend]()
  const numbers = await LLFree.attach({ backend: 'auto', handle: handle.numbers, slot: worker, takeOver })
  const lanes = await attachLanes(handle, backend, slotsOf(worker, handle.lanes), takeOver)
  const regions = Object.fromEntries(Object.entries(handle.regions).map(([name, its]) => [name, Region.from(its)]))
  return composed(handle, lanes, numbers, regions, [])
}

/** Slots of the area and of the frames that are a worker's. */
const slotsOf = (worker: number, lanes: number): number[] => Array.from({ length: lanes }, (_, lane) => worker * lanes + lane)

/** Throws `BAD_OPTION` when there are too few frames. */
function lanesFor(frames: number, workers: number): number {
  if (frames < LEAST_LANES * workers) {
    const needed = LEAST_LANES * workers * FRAME_BYTES
    throw new StoreError('BAD_OPTION', `cacheBytes is at least ${needed} for ${workers} workers, got ${frames * FRAME_BYTES}`)
  }
  return Math.max(LEAST_LANES, Math.min(MOST_LANES, Math.floor(frames / (2 * workers))))
}

const hugePool = async (memory: Memory, frames: number): Promise<Region> =>
  (await import('@parperos/exmap/native')).hugePool(memory, frames)

interface Lane {
  area: PageArea
  frames: FrameAllocator
}

async function attachLanes(
  handle: ComposedHandle,
  backend: ExMapBackend,
  slots: readonly number[],
  takeOver: boolean,
): Promise<Lane[]> {
  const lanes: Lane[] = []
  for (const slot of slots) {
    const frames = await LLFree.attach({ backend: 'auto', handle: handle.frames, slot, takeOver })
    lanes.push({ frames, area: await ExMap.attach({ backend, handle: handle.area, slot, frames, takeOver }) })
  }
  return lanes
}

function composed(
  handle: ComposedHandle,
  lanes: readonly Lane[],
  numbers: FrameAllocator,
  regions: Record<string, Region>,
  chosen: string[],
): Composed {
  return {
    ...{ handle, numbers, regions, chosen },
    areas: lanes.map(({ area }) => area),
    close() {
      for (const { area, frames } of [...lanes].reverse()) {
        area.close()
        frames.close()
      }
      numbers.close()
    },
  }
}

async function choose(choice: BackendChoice): Promise<{ name: BackendName; backend: ExMapBackend; chosen: string[] }> {
  const names = choice === 'auto' ? (['native', 'sab'] as const) : [choice]
  const chosen: string[] = []
  for (const name of names) {
    const backend = await backends[name]()
    const why = backend.unavailable()
    if (why === null) return { name, backend, chosen: [...chosen, `${name}: ${choice === 'auto' ? 'the first that runs here' : 'as asked for'}`] }
    chosen.push(`not ${name}: ${why}`)
  }
  throw new StoreError('UNAVAILABLE', chosen.join('; '))
}
