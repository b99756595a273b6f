// What all workers know of the log: its shared Region. One page of words, and behind it the ring, which holds what was
// appended and is not written yet.
//
// Positions count 32-bit words since the opening. `appended` is whole, in two words of which the high one is kept twice: its
// one writer (whoever has the commit lock) begins with one copy and ends with the other, so that a reader who finds them
// equal has read a true pair. The others are the low words only: they are less than 2^32 words (16 GiB) behind it.
//
//   durable ≤ written ≤ appended ≤ written + ring
//
// A word of the ring belongs to the one who appends from the moment `written` has passed it. Writing to the file takes a
// lock that is only ever held across a write(2), never across an event loop, so that anyone may wait for it.
import type { Region, Words } from '@parperos/alloc-api'
import { add, compareExchange, exchange, load, notify, store, wait } from '#atomics'
import type { SyncMode } from '../api.ts'
import { StoreError, type StoreErrorCode } from '../errors.ts'
import { HEADER_WORDS } from './segment.ts'

const PAGE = 4096
const MAGIC = 0x52474f4c // "LOGR"
const VERSION = 1
const LEAST_RING = 2 ** 18
const MOST_RING = 2 ** 30
/** Whoever holds the lock for longer is dead. */
const DEAD_AFTER_MS = 10_000

/** Words of the Region; those that different parties write are on different cache lines. */
const w = {
  magic: 0,
  version: 1,
  ringWords: 2,
  sync: 3,
  groupMs: 4,
  segmentWords: 5,
  // Written by whoever has the commit lock.
  appendedBegun: 16,
  appendedLow: 17,
  appendedHigh: 18,
  sequenceLow: 19,
  sequenceHigh: 20,
  segment: 21,
  segmentStart: 22,
  salt: 23,
  zeroed: 24,
  // Written by whoever has the writer's lock.
  written: 32,
  writer: 33,
  // Written by whoever has synced.
  durable: 48,
  leader: 49,
  rounds: 50,
  failed: 64,
}

const modes: readonly SyncMode[] = ['full', 'group', 'off']
const failures: readonly StoreErrorCode[] = ['CLOSED', 'DISK_FULL', 'READ_ONLY', 'SYSTEM', 'WRITER_DIED']

export interface SharedOptions {
  sync: SyncMode
  groupMs: number
  segmentBytes: number
}

export class SharedLog {
  readonly words: Words
  readonly bytes: Uint8Array<SharedArrayBuffer>
  /** Where the ring begins. */
  readonly ringAt = PAGE / 4
  readonly ringWords: number
  readonly sync: SyncMode
  readonly groupMs: number
  readonly segmentWords: number

  static bytesFor(ringBytes: number): number {
    if (ringBytes < LEAST_RING || ringBytes > MOST_RING || (ringBytes & (ringBytes - 1)) !== 0) {
      throw new StoreError('BAD_OPTION', `the log's ring is a power of two from ${LEAST_RING} to ${MOST_RING} bytes, got ${ringBytes}`)
    }
    return PAGE + ringBytes
  }

  /** Writes all options and the beginning; `sequence` is that of the first record. */
  static create(region: Region, options: SharedOptions, segment: number, sequence: number): void {
    const words = region.words()
    words.fill(0, 0, PAGE / 4)
    const ringWords = (region.byteLength - PAGE) / 4
    SharedLog.bytesFor(ringWords * 4)
    words[w.magic] = MAGIC
    words[w.version] = VERSION
    words[w.ringWords] = ringWords
    words[w.sync] = modes.indexOf(options.sync)
    words[w.groupMs] = options.groupMs
    words[w.segmentWords] = options.segmentBytes / 4
    words[w.segment] = segment
    words[w.sequenceLow] = sequence | 0
    words[w.sequenceHigh] = (sequence / 2 ** 32) | 0
  }

  readonly #deadAfterMs: number

  constructor(region: Region, deadAfterMs = DEAD_AFTER_MS) {
    this.#deadAfterMs = deadAfterMs
    this.words = region.words()
    this.bytes = region.bytes()
    if (this.words[w.magic] !== MAGIC || this.words[w.version] !== VERSION) {
      throw new StoreError('BAD_OPTION', 'the Region holds no log of this version')
    }
    this.ringWords = this.words[w.ringWords]
    this.sync = modes[this.words[w.sync]]
    this.groupMs = this.words[w.groupMs]
    this.segmentWords = this.words[w.segmentWords] >>> 0
  }

  // --- Positions, in words.

  appended(): number {
    const { words } = this
    while (true) {
      const high = load(words, w.appendedHigh)
      const low = load(words, w.appendedLow)
      if (load(words, w.appendedBegun) === high) return high * 2 ** 32 + (low >>> 0)
    }
  }

  /** Under the commit lock. */
  setAppended(position: number): void {
    const { words } = this
    const high = (position / 2 ** 32) | 0
    if (high !== words[w.appendedHigh]) {
      store(words, w.appendedBegun, high)
      store(words, w.appendedLow, position | 0)
      store(words, w.appendedHigh, high)
    } else store(words, w.appendedLow, position | 0)
  }

  written(): number {
    return this.#behind(load(this.words, w.written))
  }

  /** Under the writer's lock. */
  setWritten(position: number): void {
    store(this.words, w.written, position | 0)
  }

  durable(): number {
    return this.#behind(load(this.words, w.durable))
  }

  /** All up to there is durable. Who comes late with an older position changes nothing. */
  raiseDurable(position: number): void {
    while (true) {
      const low = load(this.words, w.durable)
      if (position <= this.#behind(low)) return
      if (compareExchange(this.words, w.durable, low, position | 0) === low) return
    }
  }

  /** The position of which `low` is the low word: it was read before, and is at most 2^32 − 1 words behind. */
  #behind(low: number): number {
    const appended = this.appended()
    return appended - (((appended | 0) - low) >>> 0)
  }

  get segment(): number {
    return load(this.words, w.segment)
  }

  // --- What only the one with the commit lock asks for: the lock orders these, so they can be read plainly.

  /** Where the next record goes. */
  get next(): number {
    return this.words[w.appendedHigh] * 2 ** 32 + (this.words[w.appendedLow] >>> 0)
  }

  /** Words of the ring that are in use, if the next record goes to `position`. */
  ringUsed(position: number): number {
    return ((position | 0) - load(this.words, w.written)) >>> 0
  }

  /** The word of its file where `position` is, if that is of the current segment. Under one of the two locks. */
  placeOf(position: number): number {
    return (((position | 0) - this.words[w.segmentStart]) >>> 0) + HEADER_WORDS
  }

  /** Up to which word the current segment is durable. */
  get durablePlace(): number {
    return this.placeOf(load(this.words, w.durable))
  }

  get salt(): number {
    return this.words[w.salt]
  }

  /** Up to which word the segment has been filled with zeros. */
  get zeroed(): number {
    return this.words[w.zeroed] >>> 0
  }

  set zeroed(words: number) {
    this.words[w.zeroed] = words
  }

  get sequence(): number {
    return this.words[w.sequenceHigh] * 2 ** 32 + (this.words[w.sequenceLow] >>> 0)
  }

  set sequence(next: number) {
    this.words[w.sequenceLow] = next | 0
    this.words[w.sequenceHigh] = (next / 2 ** 32) | 0
  }

  /** Under both locks: what is appended from now on is in that segment. */
  beginSegment(segment: number, salt: number, zeroed: number): void {
    this.words[w.segmentStart] = this.words[w.appendedLow]
    this.words[w.salt] = salt
    this.words[w.zeroed] = zeroed
    store(this.words, w.segment, segment)
  }

  // --- Waiting for each other.

  /** Takes the lock of whoever writes to the file. Throws `WRITER_DIED` if its holder does not give it back. */
  lockWriter(): void {
    const { words } = this
    if (compareExchange(words, w.writer, 0, 1) === 0) return
    while (exchange(words, w.writer, 2) !== 0) {
      if (wait(words, w.writer, 2, this.#deadAfterMs) === 'timed-out') {
        this.setFailed('WRITER_DIED')
        throw new StoreError('WRITER_DIED', 'a worker was terminated while it wrote the log')
      }
      this.throwIfFailed()
    }
  }

  unlockWriter(): void {
    if (exchange(this.words, w.writer, 0) === 2) notify(this.words, w.writer, 1)
  }

  /** Whether nobody else leads: then the caller syncs for all, and ends that with `endRound`. */
  tryLead(): boolean {
    return compareExchange(this.words, w.leader, 0, 1) === 0
  }

  get rounds(): number {
    return load(this.words, w.rounds)
  }

  /** Sleeps until a round after `seen` has ended. False: it lasts longer than `timeoutMs`. */
  awaitRound(seen: number, timeoutMs: number): boolean {
    return wait(this.words, w.rounds, seen, timeoutMs) !== 'timed-out'
  }

  endRound(led: boolean): void {
    if (led) store(this.words, w.leader, 0)
    add(this.words, w.rounds, 1)
    notify(this.words, w.rounds, Infinity)
  }

  // --- Failure: for good.

  setFailed(code: StoreErrorCode): void {
    const index = failures.indexOf(code)
    compareExchange(this.words, w.failed, 0, index > 0 ? index : failures.indexOf('SYSTEM'))
    this.endRound(false)
    notify(this.words, w.writer, Infinity)
  }

  get hasFailed(): boolean {
    return load(this.words, w.failed) !== 0
  }

  throwIfFailed(cause?: unknown): void {
    const code = load(this.words, w.failed)
    if (code === 0) return
    throw new StoreError(failures[code], 'the log could not be written, and takes nothing more', {
      hint: 'open the store again: it recovers what was acknowledged',
      cause,
    })
  }
}
