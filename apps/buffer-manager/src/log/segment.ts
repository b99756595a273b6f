// Segments: the files that the log consists of, log.00000001 and so on. Each begins with a header of eight words:
//
//    0       1         2         3    4             5      6   7
//   ┌───────┬─────────┬─────────┬──────────────────┬──────┬───┬──────────┐
//   │ magic │ version │ segment │ first sequence   │ salt │ 0 │ checksum │
//   └───────┴─────────┴─────────┴──────────────────┴──────┴───┴──────────┘
//
// A segment gets its name when its header is durable, and it is made when all of the one before is durable: so a header
// that is not whole is damage, and *first sequence* says what the segments before must contain. Magic, version and checksum
// stay where they are in later versions.
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { StoreError, systemError } from '../errors.ts'
import { checksum } from '../pages/page.ts'
import { readUpTo, writeAll, type LogFiles } from './files.ts'

const MAGIC = 0x474f4c50 // "PLOG"
const VERSION = 1
export const HEADER_WORDS = 8
export const HEADER_BYTES = HEADER_WORDS * 4

export interface SegmentHeader {
  segment: number
  firstSequence: number
  salt: number
}

export const segmentName = (segment: number): string => `log.${String(segment).padStart(8, '0')}`

/** The numbers of the segments in a directory, ascending. Throws `SYSTEM` and the like. */
export function segmentsIn(files: LogFiles, directory: string): number[] {
  let names: string[]
  try {
    names = files.list(directory)
  } catch (error) {
    throw systemError(`${directory} cannot be read`, error)
  }
  const digits = names.map((name) => /^log\.(\d{8,})$/.exec(name)?.[1]).filter((found) => found !== undefined)
  return digits.map(Number).sort((a, b) => a - b)
}

/** Makes a durable segment of zeros, `bytes` long with its header; gives its salt. Leaves nothing behind when it throws. */
export function makeSegment(
  files: LogFiles,
  directory: string,
  segment: number,
  firstSequence: number,
  bytes: number,
): number {
  const salt = randomInt(2 ** 32) | 0
  const header = new Int32Array(HEADER_WORDS)
  header.set([MAGIC, VERSION, segment, firstSequence | 0, (firstSequence / 2 ** 32) | 0, salt, 0])
  header[HEADER_WORDS - 1] = checksum(header, 0, HEADER_WORDS - 1)
  const path = join(directory, segmentName(segment))
  const temporary = `${path}.new`
  try {
    const fd = files.create(temporary)
    try {
      writeAll(files, fd, new Uint8Array(header.buffer), 0, HEADER_BYTES, 0)
      writeZeros(files, fd, HEADER_BYTES, bytes - HEADER_BYTES)
      files.syncNow(fd)
    } finally {
      files.close(fd)
    }
    files.rename(temporary, path)
    files.syncDirectory(directory)
  } catch (error) {
    try {
      for (const left of [temporary, path]) files.remove(left)
    } catch {
      // What refused to make it may refuse this too; the first error is the one to tell.
    }
    throw systemError(`${path} cannot be made`, error)
  }
  return salt
}

/** Lengthens a file ahead of need. If the disk is full, nothing is wrong yet: writing what is needed will say so. */
export function writeZeros(files: LogFiles, fd: number, position: number, bytes: number): void {
  try {
    writeAll(files, fd, new Uint8Array(bytes), 0, bytes, position)
  } catch (error) {
    if (systemError('', error).code !== 'DISK_FULL') throw error
  }
}

/** Reads and checks a header. Throws `CORRUPT`, `NEWER_VERSION`. */
export function readHeader(files: LogFiles, fd: number, path: string, segment: number): SegmentHeader {
  const header = new Int32Array(HEADER_WORDS)
  const read = readUpTo(files, fd, new Uint8Array(header.buffer), HEADER_BYTES, 0)
  if (read < HEADER_BYTES || header[0] !== MAGIC || header[7] !== checksum(header, 0, HEADER_WORDS - 1)) {
    throw new StoreError('CORRUPT', `${path} does not begin as a segment of the log does`)
  }
  if (header[1] > VERSION) {
    throw new StoreError('NEWER_VERSION', `${path} has version ${header[1]}, this package knows ${VERSION}`)
  }
  if (header[2] !== (segment | 0)) {
    throw new StoreError('CORRUPT', `${path} is segment ${header[2]} of the log under another name`)
  }
  return { segment, firstSequence: header[4] * 2 ** 32 + (header[3] >>> 0), salt: header[5] }
}

/** One worker's descriptor of a segment; closed when it is let go and the last sync of it has ended. */
export class SegmentFile {
  readonly segment: number
  readonly path: string
  readonly fd: number
  readonly #files: LogFiles
  #users = 1

  constructor(files: LogFiles, directory: string, segment: number) {
    this.segment = segment
    this.path = join(directory, segmentName(segment))
    this.#files = files
    this.fd = files.open(this.path)
  }

  use(): void {
    this.#users++
  }

  release(): void {
    if (--this.#users === 0) this.#files.close(this.fd)
  }
}
