// The model's bytes: a header in 32-bit words, one owner word per slot, then one byte per frame.
//
//   word 0      1         2        3       4 … 15    16 …               (16 + slots) × 4 bytes
//   ┌──────────┬─────────┬────────┬───────┬─────────┬──────────────────┬──────────────────────────────┐
//   │ magic    │ version │ frames │ slots │ 0       │ owner of slot 0, │ frame 0, frame 1, …:         │
//   │ "MODL"   │         │        │       │         │ slot 1, …        │ 0 free, 1 allocated          │
//   └──────────┴─────────┴────────┴───────┴─────────┴──────────────────┴──────────────────────────────┘
import { load, store } from '#atomics'
import { ParperosError } from '../errors.ts'
import type { Region } from '../memory/region.ts'

const MAGIC = 0x4c444f4d
export const LAYOUT_VERSION = 1
export const MAX_FRAMES = 2 ** 30

const word = { magic: 0, version: 1, frames: 2, slots: 3 }
/** The owner word of slot 0. */
export const FIRST_OWNER = 16

const firstFrameByte = (slots: number): number => (FIRST_OWNER + slots) * 4

/** Bytes of the whole structure. */
export const modelBytes = (frames: number, slots: number): number => firstFrameByte(slots) + frames

/** One byte per frame. */
export type FrameBytes = Uint8Array<SharedArrayBuffer>

/** Where the bytes of the frames stand in a Region that has a header. */
export const frameBytes = (region: Region, frames: number, slots: number): FrameBytes =>
  region.bytes(firstFrameByte(slots), frames)

/** Writes the header of a new structure; the magic number last. */
export function writeHeader(region: Region, frames: number, slots: number): void {
  const words = region.words()
  store(words, word.version, LAYOUT_VERSION)
  store(words, word.frames, frames)
  store(words, word.slots, slots)
  store(words, word.magic, MAGIC)
}

/** What the header says, once it has been checked. Throws `BAD_SIZE`, `BAD_MAGIC` or `BAD_VERSION`. */
export function readHeader(region: Region): { frames: number; slots: number } {
  if (region.byteLength < firstFrameByte(1) + 1) {
    throw new ParperosError('BAD_SIZE', `a Region of ${region.byteLength} bytes is too short for a model`)
  }
  const words = region.words()
  if (load(words, word.magic) !== MAGIC) {
    throw new ParperosError('BAD_MAGIC', 'there is no model in this Region: its first word is wrong')
  }
  const version = load(words, word.version)
  if (version !== LAYOUT_VERSION) {
    throw new ParperosError('BAD_VERSION', `a model of layout version ${version}, expected ${LAYOUT_VERSION}`)
  }
  const frames = load(words, word.frames)
  const slots = load(words, word.slots)
  if (frames < 1 || frames > MAX_FRAMES || slots < 1 || modelBytes(frames, slots) > region.byteLength) {
    const claim = `${frames} frames and ${slots} slots`
    throw new ParperosError('BAD_SIZE', `a model of ${claim} does not fit into ${region.byteLength} bytes`)
  }
  return { frames, slots }
}
