// Starting the native core on an area: its address space, in the way that the opener was told or found to be the best, and
// its file. Whoever attaches later does what the opener did; that stands in the header.
import { FRAME_BYTES, ParperosError } from '@parperos/alloc-api'
import { closeSync } from 'node:fs'
import type { Attached, Place, Started } from '../driver.ts'
import * as L from '../layout.ts'
import { supports as tableSupports, tableArea } from '../table-area.ts'
import { loadExMapAddon, type NativeCore } from './addon.ts'
import { MappedArea } from './mapped-area.ts'
import { PageTable } from './page-table.ts'
import { takeDescriptor } from './reserve.ts'
import { NativeTransfer, type RingOptions } from './transfer.ts'
import { BEST_WAY, wayNumbers, WayReport, type Way } from './ways.ts'

/** What a user of the native backend can choose; what is left out is probed. */
export interface NativeOptions {
  /** How pages get their frames. Default: the best that works here, and `info()` says why not a better one. */
  way?: Way
  /**
   * Lets the pool lie in huge pages, so that 512 frames at a multiple of 512 move as one. Single pages that are taken out of
   * one break it up for good, so this is for pools that are used in large runs, and for the way 'table'. Default false.
   */
  hugePages?: boolean
  /** How files are read and written. Default: io_uring where it is allowed, else pread and pwrite in threads. */
  io?: 'io_uring' | 'pread'
  /** How many requests io_uring has with the operating system at the same time, 1 to 4096. Default 128. */
  depth?: number
  /**
   * Registers the pool with io_uring, which then does not look its pages up for each request. All of the pool becomes resident
   * at once and counts as locked memory, for each worker, and once more when its first batch goes on in a thread. Nobody may
   * move or drop pages of it: this is for the way 'table', and not for pools that areas of other ways share. Default false.
   */
  registered?: boolean
}

/** Measured with 64 to 512: more than this reads a disk no quicker. */
const DEPTH = 128

/** A core for this slot, with its space and file. `base`: the `import.meta.url` of `native.ts`. */
export async function startNative(attached: Attached, options: NativeOptions, base: string): Promise<Started> {
  const { words, slot, handle } = attached
  const descriptor = handle.area && takeDescriptor(handle.area)
  let transfer: NativeTransfer | undefined
  const close = (): void => {
    transfer?.close()
    if (descriptor !== null) closeSync(descriptor)
  }
  try {
    const core = loadExMapAddon(base).attach(words, slot)
    // Until an area is whole it has no magic number, and nobody else can be there.
    const opening = words[L.headerMagic] !== L.magic
    const wanted = opening ? bitsOf(options) : words[L.headerNative]
    const { way, reasons } = openSpace(core, attached, wanted, opening)
    if (opening) words[L.headerNative] = (wanted & ~L.nativeWay) | wayNumbers[way]
    transfer = handle.file ? new NativeTransfer(core, handle.file, ringOf(wanted, way)) : undefined
    return {
      core,
      area: (parts) =>
        handle.area ? new MappedArea(parts, handle.area, descriptor) : tableArea({ ...parts, supports: tableSupports }),
      way,
      whyNotBetter: reasons,
      ...(transfer && { transfer }),
      ...(handle.area && { place: placeIn(attached, handle.area, way, core) }),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** What stands in the header: options in the upper bits; the way below may be `BEST_WAY` before it is known. */
function bitsOf({ way, hugePages = false, io, depth = 0, registered = false }: NativeOptions): number {
  const choices = (hugePages ? L.nativeHugePages : 0) | (registered ? L.nativeRegistered : 0)
  return (way ? wayNumbers[way] : BEST_WAY) | choices | (io === 'pread' ? L.nativeCalls : 0) | (depth << L.nativeDepthShift)
}

/** A header may say anything. */
function ringOf(bits: number, way: Way): RingOptions {
  const depth = Math.min((bits >>> L.nativeDepthShift) & L.nativeDepthMask, L.maxDepth) || DEPTH
  return { depth: (bits & L.nativeCalls) === 0 ? depth : 0, registered: (bits & L.nativeRegistered) !== 0, way }
}

function openSpace(
  core: NativeCore,
  { pool, handle, words, geometry: shape }: Attached,
  wanted: number,
  opening: boolean,
): { way: Way; reasons: string[] } {
  const { area } = handle
  if (area && area.byteLength < shape.pages * FRAME_BYTES) {
    throw new ParperosError('BAD_SIZE', `an area of ${shape.pages} pages in a buffer of ${area.byteLength} bytes`)
  }
  const number = area ? wanted & L.nativeWay : wayNumbers.table
  const report = new WayReport(opening ? null : words)
  const [first, poolFirst] = [area && new Uint8Array(area, 0, FRAME_BYTES), pool.bytes(0, FRAME_BYTES)]
  core.openSpace(first, poolFirst, number, (wanted & L.nativeHugePages) !== 0, opening, report.words)
  if (opening) report.writeTo(words)
  const { way } = report
  const reasons = report.reasons()
  if (way && (way === 'table') === (area === null)) return { way, reasons }
  throw new ParperosError('UNAVAILABLE', `this way does not work here: ${reasons.join('; ') || 'the header names none'}`)
}

/** Where stores other than files find the bytes: of a page that is to be moved there, in its frame until it is. */
function placeIn(attached: Attached, area: SharedArrayBuffer, way: Way, core: NativeCore): Place {
  const { pool } = attached
  const table = new PageTable(attached)
  return (page, frame, count) => {
    if (way === 'move' && !table.isResident(page) && !core.isInPlace()) return pool.bytes(frame * FRAME_BYTES, count * FRAME_BYTES)
    return new Uint8Array(area, page * FRAME_BYTES, count * FRAME_BYTES)
  }
}
