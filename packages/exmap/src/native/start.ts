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
import { NativeTransfer } from './transfer.ts'
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
}

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
    words[L.headerNative] = (wanted & ~L.nativeWay) | wayNumbers[way]
    transfer = handle.file ? new NativeTransfer(core, handle.file, (wanted & L.nativeCalls) === 0) : undefined
    return {
      core,
      area: (parts) =>
        handle.area ? new MappedArea(parts, handle.area, descriptor) : tableArea({ ...parts, supports: tableSupports }),
      way,
      whyNotBetter: [...reasons, ...(transfer?.reasons ?? [])],
      ...(transfer && { transfer }),
      ...(handle.area && { place: placeIn(attached, handle.area, way) }),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** What stands in the header: options in the upper bits; the way below may be `BEST_WAY` before it is known. */
const bitsOf = ({ way, hugePages = false, io }: NativeOptions): number =>
  (way ? wayNumbers[way] : BEST_WAY) | (hugePages ? L.nativeHugePages : 0) | (io === 'pread' ? L.nativeCalls : 0)

function openSpace(
  core: NativeCore,
  { pool, handle, geometry: shape }: Attached,
  wanted: number,
  opening: boolean,
): { way: Way; reasons: string[] } {
  const { area } = handle
  if (area && area.byteLength < shape.pages * FRAME_BYTES) {
    throw new ParperosError('BAD_SIZE', `an area of ${shape.pages} pages in a buffer of ${area.byteLength} bytes`)
  }
  const number = area ? wanted & L.nativeWay : wayNumbers.table
  const report = new WayReport()
  const [first, poolFirst] = [area && new Uint8Array(area, 0, FRAME_BYTES), pool.bytes(0, FRAME_BYTES)]
  core.openSpace(first, poolFirst, number, (wanted & L.nativeHugePages) !== 0, opening, report.words)
  const { way } = report
  const reasons = report.reasons()
  if (way && (way === 'table') === (area === null)) return { way, reasons }
  throw new ParperosError('UNAVAILABLE', `this way does not work here: ${reasons.join('; ') || 'the header names none'}`)
}

/** Where stores other than files find the bytes: of a page that is to be moved there, in its frame until it is. */
function placeIn(attached: Attached, area: SharedArrayBuffer, way: Way): Place {
  const { pool } = attached
  const table = new PageTable(attached)
  return (page, frame, count) => {
    if (way === 'move' && !table.isResident(page)) return pool.bytes(frame * FRAME_BYTES, count * FRAME_BYTES)
    return new Uint8Array(area, page * FRAME_BYTES, count * FRAME_BYTES)
  }
}
