// The native backend: the C core as a Node-API addon, pages at addresses of their own, and files through io_uring. Linux.
import {
  ParperosError,
  type Memory,
  type PageArea,
  type PageAreaSupports,
  type PageFile,
  type Region,
} from '@parperos/alloc-api'
import { regionsIn } from '@parperos/alloc-api/driver'
import { addonUnavailable } from '@parperos/alloc-api/driver/native'
import type { ExMapAttachOptions } from './config.ts'
import type { CoreBackend, ExMapBackend } from './driver.ts'
import { COMPONENT, wordsOf } from './header.ts'
import * as L from './layout.ts'
import { MappedArea } from './native/mapped-area.ts'
import { carveHugePool, mapPages, reservePages, reserveShared } from './native/reserve.ts'
import { startNative, type NativeOptions } from './native/start.ts'
import { wayNumbers } from './native/ways.ts'
import { areaBackend } from './open.ts'
import type { ExMapArea } from './page-area.ts'
import { requireView } from './table-area.ts'

export type { NativeOptions } from './native/start.ts'
export type { Way } from './native/ways.ts'

const base = import.meta.url

function unavailable(): string | null {
  if (typeof process === 'undefined' || process.platform !== 'linux') return 'mapping pages is done on Linux only'
  return addonUnavailable(base, 'exmap')
}

/**
 * The native backend with choices of one's own: `native` finds out what works best, and that is what areas should be opened
 * with. They hold for areas that it opens; whoever attaches does as the opener did. Throws `BAD_OPTION`; opening throws
 * `UNAVAILABLE` when a chosen way does not work here.
 */
export function nativeWith(options: NativeOptions): ExMapBackend {
  check(options)
  const isMapped = options.way !== 'table'
  const supports: PageAreaSupports = { mapped: isMapped, processes: options.way === 'memfd' }
  const core: CoreBackend = {
    kind: 'native',
    supports,
    opensFile: true,
    ...(isMapped
      ? { reserve: (_config, { pages }) => (options.way === 'memfd' ? reserveShared(pages, base) : reservePages(pages)) }
      : { requireFit: requireView }),
    start: (attached) => startNative(attached, options, base),
  }
  return areaBackend(core, unavailable)
}

export const native: ExMapBackend = nativeWith({})

/**
 * Carves a Region for a pool of `frames` frames that begins at a multiple of 2 MiB, for areas opened with `hugePages`. Throws
 * `TOO_SMALL` (up to 2 MiB before it are left unused), `BAD_NAME`, `UNAVAILABLE`.
 */
export const hugePool = (memory: Memory, frames: number, name = 'pool'): Region =>
  carveHugePool(memory, frames, name, base)

/**
 * The descriptor of the memory that an area's pages are in, for another process (`attachFromProcess`). Throws `UNSUPPORTED`
 * unless this instance has opened the area with `way: 'memfd'`.
 */
export function descriptorOf(area: PageArea): number {
  const descriptor = area instanceof MappedArea ? area.descriptor : null
  if (descriptor !== null) return descriptor
  throw new ParperosError('UNSUPPORTED', 'only who opens an area in the way \'memfd\' has a descriptor of its pages')
}

/** What another process needs to attach to a `'memfd'` area: nothing of it can be cloned over there. */
export interface ProcessAttachOptions extends ExMapAttachOptions {
  /** The memory that the area's Regions are in: `openMemory` of alloc-api's `/native`. */
  memory: Memory
  /** The area's name. Default 'exmap'. */
  name?: string
  /** The pool's Region. */
  pool: Region
  /** The descriptor of the area's memory here: `descriptorOf` there, handed on to this process. */
  descriptor: number
  /** The area's file. */
  file?: PageFile
  slot: number
}

/**
 * Attaches to an area that another process has opened with `nativeWith({ way: 'memfd' })`. The descriptor stays the
 * caller's. Throws what attaching throws, `BAD_NAME` when the memory has no such area, `UNSUPPORTED` for one of another way.
 */
export async function attachFromProcess(options: ProcessAttachOptions): Promise<ExMapArea> {
  const { memory, name = 'exmap', pool, descriptor, file = null, slot, ...rest } = options
  const { region, stacks } = regionsIn(memory, name, 'page area')
  const words = wordsOf(region)
  if (words[L.headerMagic] !== L.magic) throw new ParperosError('BAD_MAGIC', `there is no page area in the Region ${name}`)
  if ((words[L.headerNative] & L.nativeWay) !== wayNumbers.memfd) {
    throw new ParperosError('UNSUPPORTED', `the pages of the area ${name} are one process's own`, {
      hint: "open it with nativeWith({ way: 'memfd' })",
    })
  }
  const area = mapPages(descriptor, (words[L.headerLastPage] >>> 0) + 1, base)
  const handles = { region: region.handle, stacks: stacks.handle, pool: pool.handle }
  const handle = { component: COMPONENT, layoutVersion: L.version, ...handles, area, file }
  return await native.attach(handle, slot, rest)
}

function check({ way, hugePages, io, depth, registered }: NativeOptions): void {
  if (way !== undefined && !Object.hasOwn(wayNumbers, way)) {
    throw new ParperosError('BAD_OPTION', `way is one of ${Object.keys(wayNumbers).join(', ')}, got ${JSON.stringify(way)}`)
  }
  if (hugePages !== undefined && typeof hugePages !== 'boolean') {
    throw new ParperosError('BAD_OPTION', `hugePages is true or false, got ${JSON.stringify(hugePages)}`)
  }
  if (registered !== undefined && typeof registered !== 'boolean') {
    throw new ParperosError('BAD_OPTION', `registered is true or false, got ${JSON.stringify(registered)}`)
  }
  if (depth !== undefined && !(Number.isInteger(depth) && depth >= 1 && depth <= L.maxDepth)) {
    throw new ParperosError('BAD_OPTION', `depth is 1 to ${L.maxDepth}, got ${JSON.stringify(depth)}`)
  }
  if (io !== undefined && !['io_uring', 'pread'].includes(io)) {
    throw new ParperosError('BAD_OPTION', `io is 'io_uring' or 'pread', got ${JSON.stringify(io)}`)
  }
}
