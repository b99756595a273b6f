// The write-ahead log: what was committed since a checkpoint, in files called segments.
//
// A record is copied into a ring that all workers share, under the commit lock of the store. Whoever needs it in the file
// writes everything that is in the ring by then, with one write(2) where it can, and syncs it where that was promised; all
// who wait for something in it are served. In the asynchronous form commits gather while a sync is in flight, and what they
// wait for is the next one; in the synchronous form one worker leads and the others sleep until it has synced for all.
//
// Writing is always synchronous: into the page cache it takes a few microseconds, a detour through the thread pool twenty
// times as many. Only syncing leaves the event loop alone. So nobody who waits for a lock waits for an event loop.
import type { Region } from '@parperos/alloc-api'
import { join } from 'node:path'
import type { SyncMode } from '../api.ts'
import { StoreError, systemError } from '../errors.ts'
import { nodeFiles, writeAll, type LogFiles } from './files.ts'
import { FIRST, FRAGMENT_BYTES, LAST, MOST_WORDS, sealFragment, wordsOf } from './record.ts'
import { Rounds } from './rounds.ts'
import { HEADER_BYTES, makeSegment, SegmentFile, segmentName, segmentsIn, writeZeros } from './segment.ts'
import { SharedLog } from './shared.ts'

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

/** What this worker has done since it opened the log. */
export interface LogStats {
  records: number
  /** Bytes that it wrote to the log, and with how many calls. */
  bytes: number
  writes: number
  syncs: number
}

/** Who waits for a leader for longer than this syncs by itself. */
const LEADER_MS = 50
/** A copy of so few bytes is quicker in a loop. */
const SHORT_BYTES = 24

export class Log {
  readonly #directory: string
  readonly #files: LogFiles
  readonly #shared: SharedLog
  /** For a fragment that does not fit between its place in the ring and the ring's end. */
  readonly #stagedWords = new Int32Array(new SharedArrayBuffer(MOST_WORDS * 4))
  readonly #stagedBytes = new Uint8Array(this.#stagedWords.buffer)
  readonly #writing = new Rounds(() => {
    this.#writeOut()
  })
  readonly #syncing = new Rounds(() => this.#syncRound())
  readonly #stats: LogStats = { records: 0, bytes: 0, writes: 0, syncs: 0 }
  #file: SegmentFile | null = null
  /** Up to where this worker has found everything written. */
  #end = 0
  /** What the next round of syncs is wanted for, at most. */
  #wanted = 0
  /** 'group': the end of what this worker wrote first of all that may be unsynced, since when, and the timer. */
  #unsyncedEnd = 0
  #unsyncedSinceMs = 0
  #timer: NodeJS.Timeout | null = null
  #cause: unknown = undefined
  #isClosed = false

  /** Bytes of the shared Region for a ring of so many bytes, a power of two from 256 KiB to 1 GiB. */
  static bytesFor(ringBytes: number): number {
    return SharedLog.bytesFor(ringBytes)
  }

  /**
   * Begins a log, with its first segment. What older segments there are is made durable, since the new one says that it is.
   * Throws `DISK_FULL`, `READ_ONLY`, `SYSTEM`.
   */
  static create(directory: string, region: Region, options: LogOptions, files: LogFiles = nodeFiles): Log {
    requireOptions(options)
    const { first, sequence, sync } = options
    syncOlder(files, directory, first)
    SharedLog.create(region, options, first, sequence)
    const shared = new SharedLog(region)
    const bytes = firstBytes(sync, files)
    shared.beginSegment(first, makeSegment(files, directory, first, sequence, bytes), bytes / 4)
    return new Log(directory, shared, files)
  }

  /** Takes part in a log that another worker has created. */
  static attach(directory: string, region: Region, files: LogFiles = nodeFiles): Log {
    return new Log(directory, new SharedLog(region), files)
  }

  private constructor(directory: string, shared: SharedLog, files: LogFiles) {
    this.#directory = directory
    this.#shared = shared
    this.#files = files
  }

  /** The end of what was appended last, by any worker: a position, in bytes since the log was created. */
  get end(): number {
    return this.#shared.appended() * 4
  }

  /** The number of the segment that records go to. */
  get segment(): number {
    return this.#shared.segment
  }

  stats(): LogStats {
    return { ...this.#stats }
  }

  /**
   * Under the commit lock: appends a record, and returns the position of its end. Sequence numbers are consecutive. When the
   * ring is full, it is written out first. Throws `DISK_FULL`, `READ_ONLY`, `SYSTEM` or `WRITER_DIED`, and from then on
   * always: nothing is known then of this record.
   */
  append(sequence: number, parts: readonly Uint8Array[]): number {
    this.#requireOpen()
    const shared = this.#shared
    if (sequence !== shared.sequence) {
      throw new StoreError('BAD_OPTION', `the next record of the log is ${shared.sequence}, got ${sequence}`)
    }
    if (shared.placeOf(shared.next) >= shared.segmentWords) this.cut()
    shared.sequence = sequence + 1
    let left = 0
    for (const part of parts) left += part.length
    let position = shared.next
    let flags = FIRST
    let part = 0
    let from = 0
    do {
      const bytes = Math.min(left, FRAGMENT_BYTES)
      left -= bytes
      if (left === 0) flags |= LAST
      const count = wordsOf(bytes)
      if (shared.ringUsed(position) + count > shared.ringWords) this.#writeOut()
      const ringAt = position & (shared.ringWords - 1)
      const isWhole = ringAt + count <= shared.ringWords
      const words = isWhole ? shared.words : this.#stagedWords
      const target = isWhole ? shared.bytes : this.#stagedBytes
      const at = isWhole ? shared.ringAt + ringAt : 0
      words[at + count - 1] = 0
      let to = (at + count) * 4 - ((bytes + 3) & ~3)
      for (const end = to + bytes; to < end;) {
        const source = parts[part]
        const length = Math.min(source.length - from, end - to)
        copy(source, from, length, target, to)
        to += length
        from += length
        if (from === source.length) {
          part++
          from = 0
        }
      }
      sealFragment(words, at, bytes | flags, sequence, shared.durablePlace, shared.salt, shared.placeOf(position))
      if (!isWhole) this.#unstage(ringAt, count)
      position += count
      shared.setAppended(position)
      flags = 0
    } while (left > 0)
    this.#stats.records++
    if (shared.sync === 'full') this.#lengthen(shared.placeOf(position))
    if (shared.sync === 'off' && shared.ringUsed(position) > shared.ringWords / 2) this.#writeOut()
    return position * 4
  }

  /**
   * Resolves when what ends at `position` is as safe as `sync` promises: durable ('full'), in the file ('group'), or at once
   * ('off'). Rejects with what failed the log.
   */
  async acknowledged(position: number): Promise<void> {
    this.#requireOpen()
    const { sync } = this.#shared
    const words = position / 4
    if (sync === 'full') return this.#makeDurable(words)
    if (sync === 'group' && this.#shared.written() < words) return this.#writing.join()
    return undefined
  }

  /** The same, blocking this thread. */
  acknowledgedSync(position: number): void {
    this.#requireOpen()
    const { sync, groupMs } = this.#shared
    const words = position / 4
    if (sync === 'full') this.#makeDurableSync(words)
    if (sync !== 'group') return
    if (this.#shared.written() < words) this.#writeOut()
    // A thread that does not come back to its event loop has no timers.
    const isOverdue = performance.now() - this.#unsyncedSinceMs >= groupMs
    if (isOverdue && this.#shared.durable() < this.#unsyncedEnd) this.#makeDurableSync(this.#shared.written())
  }

  /** Resolves when everything appended so far, by any worker, is durable, whatever `sync` is. */
  async flush(): Promise<void> {
    this.#requireOpen()
    return this.#makeDurable(this.#shared.appended())
  }

  flushSync(): void {
    this.#requireOpen()
    this.#makeDurableSync(this.#shared.appended())
  }

  /**
   * Under the commit lock: later records go to a new segment, whose number is returned; all before it is durable. With
   * `DISK_FULL` nothing has changed, if it was the new segment that there was no room for.
   */
  cut(): number {
    this.#requireOpen()
    const shared = this.#shared
    this.#syncSelf(false)
    const segment = shared.segment + 1
    const bytes = firstBytes(shared.sync, this.#files)
    let salt: number
    try {
      salt = makeSegment(this.#files, this.#directory, segment, shared.sequence, bytes)
    } catch (error) {
      // Whether the new segment's name will be there after a power failure is not known, unless it never got one.
      if ((error as StoreError).code !== 'DISK_FULL') this.#fail(error)
      throw error
    }
    shared.lockWriter()
    shared.beginSegment(segment, salt, bytes / 4)
    shared.unlockWriter()
    return segment
  }

  /** Removes the segments before that one. */
  discardBefore(segment: number): void {
    this.#requireOpen()
    const old = segmentsIn(this.#files, this.#directory).filter((number) => number < segment)
    try {
      for (const number of old) this.#files.remove(join(this.#directory, segmentName(number)))
    } catch (error) {
      throw systemError('old segments of the log cannot be removed', error)
    }
  }

  /** Makes durable what was appended, unless the log has failed, and gives back what this worker holds of it. */
  close(): void {
    if (this.#isClosed) return
    try {
      if (!this.#shared.hasFailed) this.flushSync()
    } finally {
      this.#isClosed = true
      if (this.#timer !== null) clearTimeout(this.#timer)
      this.#file?.release()
      this.#file = null
    }
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new StoreError('CLOSED', 'the log is closed')
    this.#shared.throwIfFailed(this.#cause)
  }

  /** 'full': lengthens the file ahead of need, where it has been filled up to a record that ends at word `end` of it. */
  #lengthen(end: number): void {
    const shared = this.#shared
    if (end <= shared.zeroed) return
    const { aheadBytes } = this.#files
    shared.zeroed = end + aheadBytes / 4
    try {
      // Nobody has written there: it was not appended yet.
      writeZeros(this.#files, this.#current().fd, end * 4, aheadBytes)
    } catch (error) {
      throw this.#fail(error)
    }
  }

  /** Copies a fragment that was put together aside to the ring's end and beginning. */
  #unstage(ringAt: number, count: number): void {
    const { words, ringAt: begin, ringWords } = this.#shared
    const first = ringWords - ringAt
    words.set(this.#stagedWords.subarray(0, first), begin + ringAt)
    words.set(this.#stagedWords.subarray(first, count), begin)
  }

  /** Writes everything that was appended by now, up to `#end`; returns the file that it went to. */
  #writeOut(): SegmentFile {
    const shared = this.#shared
    this.#requireOpen()
    shared.lockWriter()
    try {
      const file = this.#current()
      const end = shared.appended()
      const begin = shared.written()
      for (let at = begin; at < end;) {
        const ringAt = at & (shared.ringWords - 1)
        const count = Math.min(end - at, shared.ringWords - ringAt)
        const from = (shared.ringAt + ringAt) * 4
        writeAll(this.#files, file.fd, shared.bytes, from, count * 4, shared.placeOf(at) * 4)
        at += count
        this.#stats.writes++
        this.#stats.bytes += count * 4
      }
      if (end > begin) {
        shared.setWritten(end)
        if (shared.sync === 'group') this.#syncLater(end)
      }
      this.#end = end
      return file
    } catch (error) {
      throw this.#fail(error)
    } finally {
      shared.unlockWriter()
    }
  }

  /** The current segment's file. Under one of the two locks. */
  #current(): SegmentFile {
    const { segment } = this.#shared
    if (this.#file?.segment === segment) return this.#file
    this.#file?.release()
    this.#file = null
    this.#file = new SegmentFile(this.#files, this.#directory, segment)
    return this.#file
  }

  /** 'group': what ends there has just been written. */
  #syncLater(end: number): void {
    if (this.#shared.durable() >= this.#unsyncedEnd) {
      this.#unsyncedEnd = end
      this.#unsyncedSinceMs = performance.now()
    }
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      // Whoever comes next is told of an error: it has failed the log.
      this.#makeDurable(this.#shared.written()).catch(() => undefined)
    }, this.#shared.groupMs)
    this.#timer.unref()
  }

  async #makeDurable(position: number): Promise<void> {
    if (this.#shared.durable() >= position) return
    this.#wanted = Math.max(this.#wanted, position)
    await this.#syncing.join()
  }

  /** Writes and syncs, for everybody, what was appended by now, unless somebody else has done it meanwhile. */
  async #syncRound(): Promise<void> {
    if (this.#shared.durable() >= this.#wanted) return
    const file = this.#writeOut()
    const end = this.#end
    file.use()
    try {
      await new Promise<void>((resolve, reject) => {
        this.#files.sync(file.fd, (error) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      throw this.#fail(error)
    } finally {
      file.release()
    }
    this.#synced(end, false)
  }

  #makeDurableSync(position: number): void {
    const shared = this.#shared
    while (shared.durable() < position) {
      const seen = shared.rounds
      const leads = shared.tryLead()
      if (leads || !shared.awaitRound(seen, LEADER_MS)) this.#syncSelf(true)
      else this.#requireOpen()
    }
  }

  /** Writes and syncs what was appended by now, here and at once. */
  #syncSelf(leads: boolean): void {
    const file = this.#writeOut()
    try {
      this.#files.syncNow(file.fd)
    } catch (error) {
      throw this.#fail(error)
    }
    this.#synced(this.#end, leads)
  }

  #synced(end: number, led: boolean): void {
    this.#stats.syncs++
    this.#shared.raiseDurable(end)
    this.#shared.endRound(led)
  }

  /** Nothing is appended or acknowledged any more. Gives the error to throw. */
  #fail(error: unknown): StoreError {
    const told = error instanceof StoreError ? error : systemError('the log cannot be written', error)
    this.#cause ??= told
    this.#shared.setFailed(told.code)
    return told
  }
}

/** The length of a new segment. */
const firstBytes = (sync: SyncMode, { aheadBytes }: LogFiles): number =>
  sync === 'full' ? HEADER_BYTES + aheadBytes : HEADER_BYTES

function copy(source: Uint8Array, from: number, length: number, target: Uint8Array, to: number): void {
  if (length <= SHORT_BYTES) {
    for (let i = 0; i < length; i++) target[to + i] = source[from + i]
  } else if (length === source.length) target.set(source, to)
  else target.set(source.subarray(from, from + length), to)
}

function requireOptions({ sync, groupMs, segmentBytes, first, sequence }: LogOptions): void {
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
function syncOlder(files: LogFiles, directory: string, first: number): void {
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
