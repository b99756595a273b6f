// Opening and attaching the model of page areas: the obvious one, which takes every frame from the allocator when a
// page needs it and gives it back at once. Not for concurrent use: workers may attach, but must take turns.
import { FRAME_BYTES, type FrameAllocator } from '../frame-allocator.ts'
import { requireWholeNumber } from '../driver/options.ts'
import { requireHandle } from '../driver/regions.ts'
import { claimSlot } from '../driver/slots.ts'
import { ParperosError } from '../errors.ts'
import { sharedMemoryUnavailable } from '../memory/available.ts'
import { Region } from '../memory/region.ts'
import type {
  PageArea,
  PageAreaBackend,
  PageAreaConfig,
  PageAreaHandle,
  PageAreaSupports,
  PageFile,
} from '../page-area.ts'
import type { AttachOptions } from '../backend.ts'
import { COMPONENT, ModelPageArea, type AreaParts } from './page-area-instance.ts'
import { ModelPageInterface, type InterfaceParts } from './page-area-interface.ts'
import { ModelFiles, type ModelFile } from './page-area-files.ts'
import {
  ABSENT,
  FIRST_OWNER,
  LAYOUT_VERSION,
  pageAreaBytes,
  READING,
  readPageArea,
  RESIDENT,
  WRITING,
  writePageArea,
  type PageAreaShape,
  type PageAreaWords,
} from './page-area-layout.ts'

const MAX_PAGES = 2 ** 32
const MAX_SLOTS = 1024
const MAX_COMMANDS = 0x10000

/** What a model is made of. Tests put other parts in, to see whether they are caught. */
export interface PageAreaModelParts {
  /** Whether pages have addresses of their own, as where an MMU maps them. */
  mapped: boolean
  supports: PageAreaSupports
  openFile: (file: PageFile) => ModelFile
  io: (parts: InterfaceParts) => ModelPageInterface
  instance: (parts: AreaParts) => PageArea
}

/** What worker, allocator and file an instance has. */
interface Attachment extends AttachOptions {
  slot: number
  frames: FrameAllocator
}

/** A backend of the model; unless `openFile` is given, over `files`. */
export function makePageAreaModel(parts: Partial<PageAreaModelParts> = {}, files = new ModelFiles()): PageAreaBackend {
  const { mapped = false } = parts
  const {
    supports = { mapped, processes: false },
    openFile = (file: PageFile) => files.open(file),
    io = (of: InterfaceParts) => new ModelPageInterface(of),
    instance = (of: AreaParts) => new ModelPageArea(of),
  } = parts

  function attachTo(handle: PageAreaHandle, table: PageAreaWords, { slot, frames, ...options }: Attachment): PageArea {
    const { slots } = table.shape
    const pool = Region.from(handle.pool)
    const bytes = handle.area ? new Uint8Array(handle.area) : pool.bytes(0, table.shape.frames * FRAME_BYTES)
    const file = handle.file && openFile(handle.file)
    try {
      const release = claimSlot(table.words, FIRST_OWNER, slots, slot, options)
      endBatchOf(slot, table, frames)
      const place = (page: number, frame: number): Uint8Array<SharedArrayBuffer> => {
        const at = (handle.area ? page : frame) * FRAME_BYTES
        return bytes.subarray(at, at + FRAME_BYTES)
      }
      const common = { table, slot, frames, file, place }
      const { byteLength: metadataBytes } = handle.region
      return instance({ ...common, supports, handle, metadataBytes, bytes, io: io(common), release })
    } catch (error) {
      file?.close()
      throw error
    }
  }

  return {
    kind: 'sab',
    component: COMPONENT,
    supports,
    unavailable: sharedMemoryUnavailable,
    async open(config) {
      const { memory, frames, pool, name = COMPONENT } = config
      const shape = checked(config, mapped)
      if (config.file) openFile(config.file).close()
      const bytes = pageAreaBytes(shape)
      if (memory.freeBytes < bytes) throw new ParperosError('TOO_SMALL', `the memory has no ${bytes} bytes left`)
      const zeroFrame = frames.get(0)
      try {
        const region = memory.region(bytes, name)
        pool.bytes(zeroFrame * FRAME_BYTES, FRAME_BYTES).fill(0)
        writePageArea(region, { ...shape, zeroFrame })
        const handle: PageAreaHandle = {
          component: COMPONENT,
          layoutVersion: LAYOUT_VERSION,
          region: region.handle,
          // Only WebAssembly needs stacks; every handle names some.
          stacks: region.handle,
          pool: pool.handle,
          area: mapped ? new SharedArrayBuffer(shape.pages * FRAME_BYTES) : null,
          file: config.file ?? null,
        }
        return attachTo(handle, readPageArea(region), { slot: 0, frames })
      } catch (error) {
        frames.put(zeroFrame, 0)
        throw error
      }
    },
    async attach(handle, slot, options) {
      const table = tableOf(handle)
      requireFrames(options)
      if (options.frames.frames !== table.shape.frames) {
        const found = `an allocator of ${options.frames.frames} frames`
        throw new ParperosError('BAD_OPTION', `${found}, but the area was opened with one of ${table.shape.frames}`)
      }
      return attachTo(handle, table, { ...options, slot })
    },
  }
}

/** What the slot's former holder left in flight: pages without bytes lose their frames, the others are resident. */
function endBatchOf(slot: number, table: PageAreaWords, frames: FrameAllocator): void {
  for (let page = 0; page < table.shape.pages; page++) {
    const state = table.state(page)
    if (table.slotAt(page) !== slot || (state !== READING && state !== WRITING)) continue
    table.setState(page, state === READING ? ABSENT : RESIDENT, slot)
    if (state === READING) frames.put(table.frame(page), 0)
  }
  table.words[table.lockOf(slot)] = 0
}

function checked(config: PageAreaConfig, mapped: boolean): PageAreaShape {
  const { pages, slots = 1, commands = 1024, pool, file } = config
  requireFrames(config)
  const { frames } = config.frames
  requireWholeNumber('pages', pages, 1, MAX_PAGES)
  requireWholeNumber('slots', slots, 1, MAX_SLOTS)
  requireWholeNumber('commands', commands, 1, MAX_COMMANDS)
  // What JavaScript hands in is not held to the types.
  if (typeof (pool as Partial<Region> | undefined)?.byteLength !== 'number') {
    throw new ParperosError('BAD_OPTION', 'pool is a Region: memory.region(bytes, name)')
  }
  if (pool.byteLength < frames * FRAME_BYTES) {
    throw new ParperosError('TOO_SMALL', `a pool of ${pool.byteLength} bytes has no room for ${frames} frames`)
  }
  if (file && (typeof file.path !== 'string' || file.path === '')) {
    throw new ParperosError('BAD_OPTION', 'file is { path, readOnly?, direct? }, with a path that is not empty')
  }
  return { pages, slots, commands, frames, zeroFrame: 0, mapped }
}

function requireFrames(options: Partial<{ frames: FrameAllocator }> | undefined): void {
  if (typeof options?.frames?.tryGet === 'function') return
  throw new ParperosError('BAD_OPTION', 'frames is a frame allocator')
}

function tableOf(handle: PageAreaHandle): PageAreaWords {
  requireHandle(handle, COMPONENT, LAYOUT_VERSION, ['region', 'pool'])
  const table = readPageArea(Region.from(handle.region))
  if (Region.from(handle.pool).byteLength < table.shape.frames * FRAME_BYTES) {
    throw new ParperosError('BAD_SIZE', `${table.shape.frames} frames in a pool that is too small for them`)
  }
  if (table.shape.mapped !== handle.area instanceof SharedArrayBuffer) {
    throw new ParperosError('BAD_HANDLE', 'a handle has an area exactly if its pages have addresses of their own')
  }
  return table
}
