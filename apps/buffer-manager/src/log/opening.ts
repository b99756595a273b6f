// What a log is opened with, and what has to be in order before it is.
import type { SyncMode } from '../api.ts'
import { StoreError, systemError } from '../errors.ts'
import type { LogFiles } from './files.ts'
import { SegmentFile, segmentName, segmentsIn } from './segment.ts'

export interface LogOptions {
  sync: SyncMode
  /** `'group'`: at most so long after it was written a record is synced. */
  groupMs: number
  /** After so many bytes a segment is followed by the next one; at most 4 GiB. */
  segmentBytes: number
  /** Number of the first segment: above that of any segment in the directory. */
  first: number
  /** Of the first record. */
  sequence: number
}

/** Throws `BAD_OPTION`. */
export function requireOptions({ sync, groupMs, segmentBytes, first, sequence }: LogOptions): void {
  const wrong = (option: string, expected: string): StoreError =>
    new StoreError('BAD_OPTION', `${option} of the log is ${expected}`)
  if (!['full', 'group', 'off'].includes(sync)) throw wrong('sync', "'full', 'group' or 'off'")
  if (!Number.isInteger(groupMs) || groupMs < 0 || groupMs > 60_000) throw wrong('groupMs', 'from 0 to 60000')
  if (!Number.isInteger(segmentBytes) || segmentBytes < 2 ** 16 || segmentBytes > 2 ** 32) {
    throw wrong('segmentBytes', 'from 64 KiB to 4 GiB')
  }
  if (!Number.isInteger(first) || first < 1 || first > 2 ** 31 - 2) throw wrong('first', 'a segment number')
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw wrong('sequence', 'a sequence number')
}

/** Syncs the segments before `first`. Throws when it is not the first of its number. */
export function syncOlder(files: LogFiles, directory: string, first: number): void {
  for (const segment of segmentsIn(files, directory)) {
    if (segment >= first) {
      throw new StoreError('BAD_OPTION', `a log cannot begin with segment ${first}: ${segmentName(segment)} exists`)
    }
    try {
      const file = new SegmentFile(files, directory, segment)
      try {
        files.syncNow(file.fd)
      } finally {
        file.release()
      }
    } catch (error) {
      throw systemError(`${segmentName(segment)} cannot be synced`, error)
    }
  }
}
