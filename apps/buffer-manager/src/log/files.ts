// What the log asks of a file system, so that a test can stand a file system of its own beside the real one: one that
// refuses, or one that forgets what was not synced. Errors are those of node:fs.
import * as fs from 'node:fs'

export interface LogFiles {
  /**
   * A file that is synced often is made longer by so many zeros at a time, so that most syncs find no metadata to write. A
   * multiple of 4.
   */
  readonly aheadBytes: number
  /** A sync that takes less is done in this thread: the way through the thread pool and back takes as long. */
  readonly quickSyncMs: number
  /** Makes an empty file and opens it for writing; one of that name is emptied. */
  create(path: string): number
  /** Opens an existing file for writing. */
  open(path: string): number
  openRead(path: string): number
  close(fd: number): void
  /** Up to `length` bytes of `bytes` from `from` on, to `position` of the file; how many. */
  write(fd: number, bytes: Uint8Array, from: number, length: number, position: number): number
  /** Fills `bytes` from `from` on with what stands at `position` of the file; how many bytes, 0 at its end. */
  read(fd: number, bytes: Uint8Array, from: number, length: number, position: number): number
  /** What was written to the file is durable, by whichever descriptor it was. */
  syncNow(fd: number): void
  sync(fd: number, done: (error: Error | null) => void): void
  /** Names that were given and taken are durable. */
  syncDirectory(directory: string): void
  rename(from: string, to: string): void
  remove(path: string): void
  /** The names in a directory. */
  list(directory: string): string[]
}

/** The real ones. */
export const nodeFiles: LogFiles = {
  aheadBytes: 2 ** 19,
  quickSyncMs: 0.4,
  create: (path) => fs.openSync(path, 'w', 0o644),
  open: (path) => fs.openSync(path, 'r+'),
  openRead: (path) => fs.openSync(path, 'r'),
  close: (fd) => fs.closeSync(fd),
  write: (fd, bytes, from, length, position) => fs.writeSync(fd, bytes, from, length, position),
  read: (fd, bytes, from, length, position) => fs.readSync(fd, bytes, from, length, position),
  syncNow: (fd) => fs.fdatasyncSync(fd),
  sync: (fd, done) => fs.fdatasync(fd, done),
  syncDirectory: (directory) => {
    const fd = fs.openSync(directory, 'r')
    try {
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
  },
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  list: (directory) => fs.readdirSync(directory),
}

/** Writes all of it, however little a call takes. */
export function writeAll(
  files: LogFiles,
  fd: number,
  bytes: Uint8Array,
  from: number,
  length: number,
  position: number,
): void {
  for (let done = 0; done < length;) done += files.write(fd, bytes, from + done, length - done, position + done)
}

/** Reads until `length` bytes or the file's end; how many. */
export function readUpTo(files: LogFiles, fd: number, bytes: Uint8Array, length: number, position: number): number {
  let done = 0
  while (done < length) {
    const read = files.read(fd, bytes, done, length - done, position + done)
    if (read === 0) break
    done += read
  }
  return done
}
