// The write-ahead log: what was committed since a checkpoint, in files called segments.
//
// A record is copied into a ring that all workers share, under the commit lock of the store. Whoever needs it in the file
// writes everything that is in the ring by then, with one write(2) where it can, and syncs it where that was promised; all
// who wait for something in it are served. In the asynchronous form commits gather while a sync is in flight, and what they
// wait for is the next one; in the synchronous form one worker leads and the others sleep until it has synced for all.
//
// Writing is always synchronous: into the page cache it takes a few microseconds, a detour through the thread pool twenty
// times as many. Syncing leaves the event loop alone unless it is as quick as that detour. So nobody who waits for a lock
// waits for an event loop.
import type { Region } from '@parperos/alloc-api'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { SyncMode } from '../api.ts'
import { asStoreError, StoreError, systemError } from '../errors.ts'
import { nodeFiles, writeAll, type LogFiles } from './files.ts'
import { requireOptions, syncOlder, type LogOptions } from './opening.ts'
import { FIRST, FRAGMENT_BYTES, LAST } from './record.ts'
import { Ring } from './ring.ts'
import { Rounds } from './rounds.ts'
import { HEADER_BYTES, makeSegment, SegmentFile, segmentName, segmentsIn, writeZeros } from './segment.ts'
import { SharedLog } from './shared.ts'

export type { LogOptions } from './opening.ts'

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

const DONE = Promise.resolve()

/** One worker's access to the log. Positions are bytes since it was created. */
export class Log {
  readonly #directory: string
  readonly #files: LogFiles
  readonly #shared: SharedLog
  readonly #ring: Ring
  readonly #writing = new Rounds((position) => {
    if (this.#shared.written() < position) this.#writeOut()
  })
  readonly #syncing = new Rounds((position) => this.#syncRound(position))
  readonly #stats: LogStats = { records: 0, bytes: 0, writes: 0, syncs: 0 }
  #file: SegmentFile | null = null
  /** Up to where this worker has found everything written. */
  #end = 0
  /** 'group': the end of what this worker wrote first of all that may be unsynced, since when, and the timer. */
  #unsyncedEnd = 0
  #unsyncedSinceMs = 0
  #timer: NodeJS.Timeout | null = null
  /** How long a sync takes, as far as is known. */
  #syncMs = 0
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
    this.#ring = new Ring(shared)
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
    let bytes = 0
    for (const part of parts) bytes += part.length
    let position = shared.next
    let done = 0
    do {
      const count = Math.min(bytes - done, FRAGMENT_BYTES)
      const flags = (done === 0 ? FIRST : 0) | (done + count === bytes ? LAST : 0)
      if (!this.#ring.hasRoom(position, count)) this.#writeOut()
      position = this.#ring.put(position, sequence, parts, done, count, flags)
      done += count
    } while (done < bytes)
    this.#stats.records++
    if (shared.sync === 'full') this.#lengthen(shared.placeOf(position))
    if (shared.sync === 'off' && shared.ringUsed(position) > shared.ringWords / 2) this.#writeOut()
    return position * 4
  }

  /** Under the commit lock: begins a new segment if the next record does; `DISK_FULL` from here has changed nothing. */
  prepare(): void {
    this.#requireOpen()
    const shared = this.#shared
    if (shared.placeOf(shared.next) >= shared.segmentWords) this.cut()
  }

  /**
   * Resolves when what ends at `position` is as safe as `sync` promises: durable ('full'), in the file ('group'), or at once
   * ('off'). Rejects with what failed the log.
   */
  acknowledged(position: number): Promise<void> {
    if (this.#isClosed || this.#shared.hasFailed) return this.#refused()
    const { sync } = this.#shared
    const words = position / 4
    if (sync === 'full') return this.#makeDurable(words)
    if (sync === 'group' && this.#shared.written() < words) return this.#writing.join(words)
    return DONE
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

  /** Rejects as `#requireOpen` throws. */
  async #refused(): Promise<void> {
    await Promise.resolve()
    this.#requireOpen()
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

  #makeDurable(position: number): Promise<void> {
    return this.#shared.durable() >= position ? DONE : this.#syncing.join(position)
  }

  /** Writes and syncs, for everybody, what was appended by now, unless somebody else has done it meanwhile. */
  async #syncRound(position: number): Promise<void> {
    // What is committed in this turn of the event loop takes part.
    await turn()
    if (this.#shared.durable() >= position) return
    const began = performance.now()
    if (this.#syncMs < this.#files.quickSyncMs) {
      this.#syncSelf(false)
      this.#syncMs = performance.now() - began
      return
    }
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
    // The detour takes longer than the sync, and what was slow once may have become quick.
    this.#syncMs = (performance.now() - began) / 2
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
    const told = asStoreError('the log cannot be written', error)
    this.#cause ??= told
    this.#shared.setFailed(told.code)
    return told
  }
}

/** The length of a new segment. */
const firstBytes = (sync: SyncMode, { aheadBytes }: LogFiles): number =>
  sync === 'full' ? HEADER_BYTES + aheadBytes : HEADER_BYTES
