// Reading the log for recovery: its records in order, up to the first that is not whole.
//
// That a record is not whole is what a crash leaves of those that were not durable, in any order: each sector of them may
// have reached the disk or not. So what stands behind it is not believed, unless it shows that the record was durable once:
// a later fragment says up to where all was, and so does the next segment by being there. Then this is damage, and not a crash.
import { join } from 'node:path'
import { StoreError, systemError } from '../errors.ts'
import { nodeFiles, readUpTo, type LogFiles } from './files.ts'
import {
  DURABLE,
  FIRST,
  FRAGMENT_HEADER,
  isFragment,
  isLength,
  LAST,
  LENGTH,
  LENGTH_MASK,
  MOST_WORDS,
  sequenceOf,
  wordsOf,
} from './record.ts'
import { HEADER_WORDS, readHeader, segmentName, segmentsIn, type SegmentHeader } from './segment.ts'

export interface LogRecord {
  sequence: number
  /** The reader's own. */
  payload: Uint8Array
}

/** The number of the youngest segment in a directory; 0 if there is none. */
export const lastSegment = (directory: string, files: LogFiles = nodeFiles): number =>
  segmentsIn(files, directory).at(-1) ?? 0

/**
 * The records from `nextSequence` on, which is in that segment, until the first that is not whole. Throws `CORRUPT` where it
 * can be told that a record that was durable is lost, `NEWER_VERSION`, `SYSTEM`; what was yielded before is right.
 */
export function* readLog(
  directory: string,
  firstSegment: number,
  nextSequence: number,
  files: LogFiles = nodeFiles,
): Generator<LogRecord, void, undefined> {
  let expected = -1
  let previous = firstSegment - 1
  for (const segment of segmentsIn(files, directory)) {
    if (segment < firstSegment) continue
    if (segment !== previous + 1) break
    previous = segment
    const path = join(directory, segmentName(segment))
    const fd = opened(files, path)
    try {
      const header = readHeader(files, fd, path, segment)
      const { firstSequence } = header
      if (expected < 0 ? firstSequence > nextSequence : firstSequence !== expected) {
        const need = expected < 0 ? nextSequence : expected
        throw new StoreError('CORRUPT', `${path} begins with record ${firstSequence}, but record ${need} is needed before`)
      }
      expected = firstSequence
      for (const record of recordsOf(new Window(files, fd, path), header, path)) {
        expected = record.sequence + 1
        if (record.sequence >= nextSequence) yield record
      }
    } finally {
      files.close(fd)
    }
  }
  if (lastSegment(directory, files) > previous || expected < nextSequence) {
    const path = join(directory, segmentName(previous + 1))
    throw new StoreError('CORRUPT', `${path} is missing, and with it record ${Math.max(expected, nextSequence)} of the log`)
  }
}

/** The whole records of one segment. */
function* recordsOf(window: Window, { firstSequence, salt }: SegmentHeader, path: string): Generator<LogRecord> {
  let sequence = firstSequence
  let pieces: Uint8Array[] = []
  let place = HEADER_WORDS
  while (true) {
    const at = window.find(place, MOST_WORDS)
    const { words } = window
    if (!isFragment(words, at, window.end - place, salt)) break
    const length = words[at + LENGTH]
    if (sequenceOf(words, at) !== sequence || ((length & FIRST) !== 0) !== (pieces.length === 0)) {
      throw new StoreError('CORRUPT', `${path}, byte ${place * 4}: record ${sequenceOf(words, at)} where ${sequence} should be`)
    }
    const bytes = length & LENGTH_MASK
    const from = (at + FRAGMENT_HEADER) * 4
    pieces.push(window.bytes.subarray(from, from + bytes))
    place += wordsOf(bytes)
    if ((length & LAST) === 0) continue
    yield { sequence, payload: joined(pieces) }
    sequence++
    pieces = []
  }
  requireCrash(window, salt, place, sequence, path)
}

/** Throws `CORRUPT` if a whole fragment behind `hole` knows that what should be there was durable. */
function requireCrash(window: Window, salt: number, hole: number, sequence: number, path: string): void {
  for (let place = hole + 1; ; place++) {
    let at = window.find(place, MOST_WORDS)
    const { words } = window
    const last = at + window.end - place - FRAGMENT_HEADER
    if (last < at) return
    // What lies ahead is zeros for the most part, and no fragment has such a length.
    const from = at
    while (at < last && words[at + LENGTH] === 0) at++
    place += at - from
    const durable = words[at + DURABLE] >>> 0
    if (durable <= hole || durable > place || !isLength(words[at + LENGTH])) continue
    if (!isFragment(words, at, window.end - place, salt)) continue
    throw new StoreError(
      'CORRUPT',
      `${path}, byte ${hole * 4}: record ${sequence} is damaged; record ${sequenceOf(words, at)} behind it is not`,
    )
  }
}

const WINDOW_WORDS = 4 * MOST_WORDS

/** A part of a file that goes on as one reads. Its bytes stay what they are: each part has memory of its own. */
class Window {
  words = new Int32Array(0)
  bytes = new Uint8Array(0)
  /** The file's word that the window begins with, and the one where it ends. */
  #begin = 0
  end = 0
  #isLast = false
  readonly #files: LogFiles
  readonly #fd: number
  readonly #path: string

  constructor(files: LogFiles, fd: number, path: string) {
    this.#files = files
    this.#fd = fd
    this.#path = path
  }

  /** Where the file's word `place` is in `words`; `count` words are there with it, or all up to the file's end. */
  find(place: number, count: number): number {
    if (place + count > this.end && !this.#isLast) {
      this.words = new Int32Array(WINDOW_WORDS)
      this.bytes = new Uint8Array(this.words.buffer)
      try {
        const read = readUpTo(this.#files, this.#fd, this.bytes, this.bytes.length, place * 4)
        this.#isLast = read < this.bytes.length
        this.#begin = place
        this.end = place + (read >>> 2)
      } catch (error) {
        throw systemError(`${this.#path} cannot be read`, error)
      }
    }
    return place - this.#begin
  }
}

function opened(files: LogFiles, path: string): number {
  try {
    return files.openRead(path)
  } catch (error) {
    throw systemError(`${path} cannot be opened`, error)
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]
  let length = 0
  for (const piece of pieces) length += piece.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
