// What `open` and `attach` can be told, with defaults and checks.
import {
  FRAME_BYTES,
  ParperosError,
  type FrameAllocator,
  type PageAreaAttachOptions,
  type PageAreaConfig,
  type PageFile,
  type Region,
} from '@parperos/alloc-api'
import { requireMemory, requireName, requireWholeNumber } from '@parperos/alloc-api/driver'
import { geometry, type Geometry } from './geometry.ts'
import type { PageStore } from './io/page-store.ts'
import * as L from './layout.ts'

export interface ExMapConfig extends PageAreaConfig {
  /** Where pages come from and go to instead of a `file`; closed with the area. */
  store?: PageStore
  /** Why not another backend: what `info().whyNotBetter` will begin with. */
  passedOver?: readonly string[]
}

export interface ExMapAttachOptions extends PageAreaAttachOptions {
  /** This worker's store, when the area has no file. */
  store?: PageStore
  /** Why not another backend: what `info().whyNotBetter` will begin with. */
  passedOver?: readonly string[]
}

/** Fills in defaults, and computes what follows; throws `BAD_OPTION` or `BAD_NAME` saying what was expected. */
export function complete(config: ExMapConfig): { name: string; file: PageFile | null; shape: Geometry } {
  const { pages, slots = 1, commands = 1024, name = 'exmap', frames, pool } = config
  requireMemory(config.memory)
  requireFrames(frames)
  requireWholeNumber('pages', pages, 1, 2 ** 32)
  requireWholeNumber('slots', slots, 1, L.maxSlots)
  requireWholeNumber('commands', commands, 1, L.maxCommands)
  requireName(name)
  requirePool(pool, frames)
  if (config.file && config.store) throw new ParperosError('BAD_OPTION', 'an area has a file or a store, not both')
  return { name, file: fileOf(config.file), shape: geometry({ pages, slots, commands, frames: frames.frames }) }
}

function fileOf(file: PageFile | undefined): PageFile | null {
  if (file === undefined) return null
  const { path, readOnly = false, direct = false } = file as Partial<PageFile>
  if (typeof path === 'string' && path !== '') return { path, readOnly, direct }
  throw new ParperosError('BAD_OPTION', 'file is { path, readOnly?, direct? }, with a path that is not empty')
}

/** Throws `BAD_OPTION` for what is no frame allocator. */
export function requireFrames(frames: FrameAllocator): void {
  const given = frames as Partial<FrameAllocator> | undefined
  if (typeof given?.getBatch === 'function' && typeof given.put === 'function' && (given.frames ?? 0) >= 1) return
  throw new ParperosError('BAD_OPTION', 'frames is a frame allocator: an instance that LLFree.open made, for example')
}

/** Throws `BAD_OPTION` for what is no Region, `TOO_SMALL` for one with fewer bytes than frames. */
export function requirePool(pool: Region, { frames }: FrameAllocator): void {
  if (typeof (pool as Partial<Region> | undefined)?.byteLength !== 'number') {
    throw new ParperosError('BAD_OPTION', 'pool is a Region: memory.region(bytes, name)')
  }
  if (pool.byteLength >= frames * FRAME_BYTES) return
  const bytes = frames * FRAME_BYTES
  throw new ParperosError('TOO_SMALL', `a pool of ${pool.byteLength} bytes has no room for ${frames} frames, ${bytes} bytes`)
}
