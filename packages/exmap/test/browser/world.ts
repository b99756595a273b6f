// An area in a browser, with everything that it needs.
import { createMemory, FRAME_BYTES, type FrameAllocator, type PageFile } from '@parperos/alloc-api'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { ExMap, type ExMapArea, type ExMapBackend } from '../../src/index.ts'

export interface Options {
  pages: number
  poolFrames: number
  slots?: number
  file?: PageFile
}

export async function open(backend: ExMapBackend, options: Options): Promise<{ area: ExMapArea; frames: FrameAllocator }> {
  const { pages, poolFrames, slots = 1, file } = options
  const memory = await createMemory({ backend: 'wasm', bytes: poolFrames * FRAME_BYTES + (4 << 20) })
  const pool = memory.region(poolFrames * FRAME_BYTES, 'pool')
  const frames = await LLFree.open({ backend: llfreeSab, memory, frames: poolFrames, slots })
  const area = await ExMap.open({ backend, memory, pool, frames, pages, slots, ...(file && { file }) })
  return { area, frames }
}

/** Throws unless it is so. */
export function expectSame(found: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)]
  if (one !== other) throw new Error(`${what}: ${one}, expected ${other}`)
}
