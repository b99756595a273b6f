// Which files a run takes, so that it fits into memory and time: drawn by the seed from all that there are, until there
// are enough bytes. A file that alone would be a large part of it is left out, for it would decide the result.
import { randomOf, shuffle } from '../measure/random.ts'
import type { FoundFile } from './walk.ts'

const FRAME_BYTES = 4096
const MIB = 2 ** 20
/** No file is larger than this part of the whole. */
const LARGEST_SHARE = 1 / 8

export const framesOf = (bytes: number): number => Math.ceil(bytes / FRAME_BYTES)

/** At most so many bytes are loaded: a size that suits the kind of run, and a quarter of the free memory. */
export function bytesAtMost(quick: boolean, freeBytes = process.availableMemory()): number {
  return Math.floor(Math.min((quick ? 128 : 1024) * MIB, freeBytes / 4))
}

/** A sample of the files, in the order in which it was drawn. */
export function draw(files: readonly FoundFile[], limitBytes: number, seed: number): FoundFile[] {
  const candidates = [...files]
  shuffle(candidates, randomOf(seed))
  let room = framesOf(limitBytes)
  const whole = files.reduce((sum, { size }) => sum + framesOf(size), 0) <= room
  const largest = whole ? Infinity : limitBytes * LARGEST_SHARE
  return candidates.filter(({ size }) => {
    const frames = framesOf(size)
    if (size > largest || frames > room) return false
    room -= frames
    return true
  })
}
