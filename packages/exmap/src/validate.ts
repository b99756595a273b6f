// Every invariant of an area, the same for all backends: each frame is in one place only, the allocator knows it as
// allocated, nobody's claim is left on a page, the counts are right, and zeros are zeros.
import { FRAME_BYTES, ParperosError, type PageAreaStats } from '@parperos/alloc-api'
import type { Attached } from './driver.ts'
import * as L from './layout.ts'

/** Throws `CORRUPT` naming the first place that is wrong. No batch may be in flight. */
export function validate(attached: Attached, stats: PageAreaStats): void {
  const seen = new Seen(attached)
  const resident = pages(attached, seen)
  if (resident !== stats.resident) wrong(`${resident} pages have frames, ${stats.resident} are counted`)
  bundles(attached, seen)
  zeros(attached)
}

/** Which frames have been seen, and where. */
class Seen {
  readonly #bits: Uint32Array
  readonly #attached: Attached

  constructor(attached: Attached) {
    this.#attached = attached
    this.#bits = new Uint32Array(Math.ceil(attached.geometry.frames / 32))
  }

  /** Notes a frame; throws when it cannot be there. */
  add(frame: number, where: string): void {
    const { geometry: shape, words, frames } = this.#attached
    if (frame < 0 || frame >= shape.frames) wrong(`${where} has frame ${frame >>> 0} of ${shape.frames}`)
    if ((frame ^ words[L.headerZeroFrame]) >>> shape.zeroOrder === 0) wrong(`${where} has frame ${frame}, one of the zeros`)
    const bit = 1 << (frame & 31)
    if (this.#bits[frame >>> 5] & bit) wrong(`${where} has frame ${frame}, and so has another`)
    this.#bits[frame >>> 5] |= bit
    if (frames.statsAt(frame, 0).free !== 0) wrong(`${where} has frame ${frame}, which the allocator knows as free`)
  }
}

/** Words of the page table that are looked at in one view. */
const VIEW_WORDS = 2 ** 28

function pages({ words, region, geometry: shape }: Attached, seen: Seen): number {
  const zero = words[L.headerZeroFrame]
  let resident = 0
  for (let from = 0; from < shape.pages; from += VIEW_WORDS) {
    const count = Math.min(VIEW_WORDS, shape.pages - from)
    const table = new Int32Array(region.memory.buffer, region.byteOffset + (shape.tableAt + from) * 4, count)
    for (let i = 0; i < count; i++) {
      const word = table[i]
      if (word === 0) continue
      const page = from + i
      if (word & L.tableBusy) wrong(`page ${page} is claimed by slot ${word & ~L.tableBusy}`)
      if (word & L.tableWriting) wrong(`page ${page} is marked as being written`)
      seen.add((word & L.tableFrame) ^ zero, `page ${page}`)
      resident++
    }
  }
  return resident
}

function bundles({ words, geometry: shape }: Attached, seen: Seen): void {
  for (let bundle = 0; bundle < shape.bundles; bundle++) {
    const state = words[shape.shelfAt + bundle]
    const at = shape.bundlesAt + bundle * shape.bundleWords
    const first = words[at + L.bundleFill] & L.bundleFirstMask
    const end = words[at + L.bundleFill] >>> L.bundleEndShift
    const isOwned = state < 0 && (state & ~L.shelfOwned) < shape.slots
    if (!isOwned && state !== 0 && state !== L.shelfShelved) wrong(`bundle ${bundle} is in state ${state >>> 0}`)
    if (first > end || end > shape.bundleFrames) wrong(`bundle ${bundle} has frames ${first} to ${end}`)
    if (state === 0 && first !== end) wrong(`bundle ${bundle} of nobody has ${end - first} frames`)
    for (let i = first; i < end; i++) seen.add(words[at + L.bundleHeaderWords + i], `bundle ${bundle}`)
  }
}

function zeros({ words, geometry: shape, pool }: Attached): void {
  const zero = words[L.headerZeroFrame]
  const bytes = pool.bytes(zero * FRAME_BYTES, 2 ** shape.zeroOrder * FRAME_BYTES)
  const place = bytes.findIndex((byte) => byte !== 0)
  if (place >= 0) wrong(`somebody wrote to a page that is not resident: byte ${place % FRAME_BYTES}`)
}

function wrong(what: string): never {
  throw new ParperosError('CORRUPT', `exmap: ${what}`)
}
