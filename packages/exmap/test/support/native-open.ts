// Opening native areas for tests: like open.ts, with what only the native backend can be told.
import { createMemory, FRAME_BYTES, type Memory } from '@parperos/alloc-api'
import { STACK_BYTES } from '@parperos/alloc-api/driver'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { geometry } from '../../src/geometry.ts'
import { ExMap, type ExMapArea } from '../../src/index.ts'
import { hugePool, native, nativeWith, type NativeOptions } from '../../src/native.ts'
import type { Options as OpenOptions, World } from './open.ts'

export interface Options extends OpenOptions {
  native?: NativeOptions
  /** Where everything is put. Default: a new WebAssembly memory. */
  memory?: Memory
  /** Whether the pool begins at a multiple of 2 MiB. Default false. */
  aligned?: boolean
}

/** Bytes that such a world needs. */
export function bytesFor({ poolFrames = 64, pages = 256, slots = 1, commands = 1024 }: Options): number {
  const { wordsTotal } = geometry({ pages, slots, commands, frames: poolFrames })
  return wordsTotal * 4 + poolFrames * FRAME_BYTES + slots * 2 * STACK_BYTES + (4 << 20)
}

/** A new native area; the caller is slot 0 of the area and of the allocator. */
export async function openNative(options: Options = {}): Promise<World> {
  const { poolFrames = 64, pages = 256, slots = 1, commands = 1024, native: wishes, aligned = false, ...rest } = options
  const memory = options.memory ?? (await createMemory({ backend: 'wasm', bytes: bytesFor(options) }))
  const pool = aligned ? hugePool(memory, poolFrames) : memory.region(poolFrames * FRAME_BYTES, 'pool')
  const frames = await LLFree.open({ backend: llfreeSab, memory, frames: poolFrames, slots })
  const backend = wishes ? nativeWith(wishes) : native
  const area = await ExMap.open({ ...rest, backend, memory, pages, slots, commands, frames, pool })
  return { memory, pool, frames, area }
}

/** Another worker of the same world, on the same slot of allocator and area. */
export async function joinNative(
  { area, frames: { handle } }: Pick<World, 'area' | 'frames'>,
  slot: number,
  takeOver = false,
): Promise<Pick<World, 'area' | 'frames'>> {
  const frames = await LLFree.attach({ backend: llfreeSab, handle, slot, takeOver })
  return { frames, area: await ExMap.attach({ backend: native, handle: area.handle, slot, frames, takeOver }) }
}

/** Why an area is not opened in a better way; without the batches of scattered pages, which are a younger kernel's. */
export const reasonsOf = (area: ExMapArea): readonly string[] =>
  area.info().whyNotBetter.filter((reason) => !reason.startsWith('batches: '))

/** Every frame is somewhere, and knows where. */
export function expectWhole({ area, frames }: Pick<World, 'area' | 'frames'>): void {
  area.validate()
  const { resident, bundled } = area.stats()
  const somewhere = frames.stats().free + resident + bundled
  if (somewhere !== frames.frames - 2 ** Math.ceil(Math.log2(area.slots))) {
    throw new Error(`${somewhere} of ${frames.frames} frames are somewhere, and one for each slot is full of zeros`)
  }
}
