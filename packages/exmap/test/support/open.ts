// Opening areas for tests: an allocator, a pool and an area in one memory that is large enough.
import { createMemory, FRAME_BYTES, Region, type FrameAllocator, type Memory } from '@parperos/alloc-api'
import { STACK_BYTES } from '@parperos/alloc-api/driver'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { ExMap, type ExMapArea, type ExMapAttachOptions, type ExMapConfig } from '../../src/index.ts'
import { geometry } from '../../src/geometry.ts'
import { backends, type Kind } from './backends.ts'

export interface Options extends Partial<Omit<ExMapConfig, 'memory' | 'frames' | 'pool'>> {
  /** Frames of the pool. Default 64. */
  poolFrames?: number
}

/** Everything that one test works on. */
export interface World {
  memory: Memory
  pool: Region
  frames: FrameAllocator
  area: ExMapArea
}

/** Metadata of an allocator of at most 2^20 frames, its stacks, and what Regions are rounded up to. */
const SPARE_BYTES = 2 << 20

/** A new area in a memory of its own; the caller is slot 0 of the area and of the allocator. */
export async function open(kind: Kind, options: Options = {}): Promise<World> {
  const { poolFrames = 64, pages = 256, slots = 1, commands = 1024, ...rest } = options
  const { wordsTotal } = geometry({ pages, slots, commands, frames: poolFrames })
  const bytes = wordsTotal * 4 + poolFrames * FRAME_BYTES + slots * 2 * STACK_BYTES + SPARE_BYTES
  const memory = await createMemory({ backend: 'wasm', bytes })
  const pool = memory.region(poolFrames * FRAME_BYTES, 'pool')
  const frames = await LLFree.open({ backend: llfreeSab, memory, frames: poolFrames, slots })
  const area = await ExMap.open({ backend: backends[kind], memory, pages, slots, commands, frames, pool, ...rest })
  return { memory, pool, frames, area }
}

/** Another worker of the same world, on the same slot of allocator and area. */
export async function join(
  kind: Kind,
  { area, frames: { handle } }: Pick<World, 'area' | 'frames'>,
  slot: number,
  options: Partial<ExMapAttachOptions> = {},
): Promise<Pick<World, 'area' | 'frames'>> {
  const { takeOver = false } = options
  const frames = await LLFree.attach({ backend: llfreeSab, handle, slot, takeOver })
  return { frames, area: await ExMap.attach({ backend: backends[kind], handle: area.handle, slot, frames, ...options }) }
}

/** The words of an area's Region. */
export const wordsOf = ({ handle }: ExMapArea): Int32Array<SharedArrayBuffer> => Region.from(handle.region).words()
