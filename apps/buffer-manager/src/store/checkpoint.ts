// A checkpoint: what was committed so far is brought into the file's pages, so that the log up to there is not needed any more.
// It begins, under the lock, by declaring everything so far frozen; then commits go on while pages are written; a meta page
// ends it. Until then the checkpoint before counts, whose pages nobody has touched.
import { store as storeWord } from '#atomics'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log/log.ts'
import type { Pool } from '../pool/pool.ts'
import { double, word } from './layout.ts'
import { listPages, listPagesFrom, packContents, writeList, writeMeta, type Contents, type PageFile } from './meta.ts'
import { purposes, type PageNumbers } from './pages.ts'
import type { Readers } from './readers.ts'
import type { Shared } from './shared.ts'

/** Between looks at another worker's checkpoint. */
const LOOK_MS = 5
/** How many times the usual patience a checkpoint may last without a sign of life: syncing blocks its worker. */
const CHECKPOINT_PATIENCE = 6

export interface CheckpointParts {
  shared: Shared
  pool: Pool
  numbers: PageNumbers
  log: Log
  file: PageFile
  readers: Readers
}

/** In which pages a checkpoint's list is. */
interface List {
  pages: number[]
  bytes: number
  /** Pages of the list of the checkpoint before. */
  before: number[]
}

/** What stands still from the beginning of a checkpoint on. */
interface Begun {
  checkpoint: number
  epoch: number
  sequence: number
  segment: number
  contents: Contents
  logEnd: number
  /** Epochs of what is being loaded: nobody can see these pages yet, and they are still being changed. */
  loads: Set<number>
}

export class Checkpoints {
  readonly #parts: CheckpointParts
  #running: Promise<void> | null = null

  constructor(parts: CheckpointParts) {
    this.#parts = parts
  }

  /** Bytes of log since the last one. */
  get logBytes(): number {
    const { doubles } = this.#parts.shared
    return doubles[double.logEnd] - doubles[double.logStart]
  }

  get isRunning(): boolean {
    return this.#parts.shared.words[word.checkpointLock] !== 0
  }

  /** Resolves when everything that was committed before the call is in a durable checkpoint. */
  async run(): Promise<void> {
    // One that is under way began before.
    if (this.#running) await this.#running
    this.#running ??= this.#run().finally(() => (this.#running = null))
    await this.#running
  }

  /** Writes the pages of that birth, which are complete, and makes them durable: a checkpoint will have less to do. */
  async writeAhead(birth: number): Promise<void> {
    await this.#parts.pool.writeBack((its) => its === birth)
    await this.#syncSoon()
  }

  /** Resolves when the one that is under way, whosever it is, has ended, well or not; at once without one. */
  async ended(): Promise<void> {
    if (this.#running) await this.#running.catch(() => undefined)
    if (!this.isRunning) return
    await this.lock()
    this.unlock()
  }

  /** For a worker that does not come back to its event loop: others see that its checkpoint is not dead. */
  showLife(): void {
    if (this.#running) this.#parts.shared.words[word.checkpointBeat]++
  }

  /** With the checkpoint lock held: blocks this thread; others commit meanwhile. */
  runSync(): void {
    const { shared } = this.#parts
    const begun = shared.locked(() => this.#begin())
    const list = this.#writeSync(begun)
    shared.locked(() => this.#finish(begun, list))
    this.#discardLog(begun)
  }

  /** With both locks held: nobody commits meanwhile. It counts if this returns, and only then. */
  runLocked(): void {
    const begun = this.#begin()
    this.#finish(begun, this.#writeSync(begun))
  }

  #writeSync(begun: Begun): List {
    const { shared, pool } = this.#parts
    pool.writeBackSync((birth) => {
      shared.showLife()
      shared.words[word.checkpointBeat]++
      return isFrozen(birth, begun)
    })
    const list = this.#writeList(begun)
    this.#sync()
    this.#writeMeta(begun, list)
    this.#sync()
    return list
  }

  /** Waits until no other worker makes a checkpoint, and keeps others from it. */
  async lock(): Promise<void> {
    const { shared, pool } = this.#parts
    const { words } = shared
    let seen = ''
    let sinceMs = 0
    while (!shared.tryLock(word.checkpointLock)) {
      pool.requireAlive()
      const holder = words[word.checkpointLock]
      const now = `${holder} ${words[word.checkpointBeat]}`
      if (now !== seen) {
        seen = now
        sinceMs = performance.now()
      } else if (performance.now() - sinceMs > shared.patienceMs * CHECKPOINT_PATIENCE) {
        shared.giveUp(holder, performance.now() - sinceMs)
      }
      await sleep(LOOK_MS)
    }
    words[word.checkpointBeat]++
  }

  unlock(): void {
    this.#parts.shared.unlock(word.checkpointLock)
  }

  async #run(): Promise<void> {
    const { shared, pool } = this.#parts
    await this.lock()
    const beat = setInterval(() => shared.words[word.checkpointBeat]++, shared.patienceMs / 2)
    try {
      const begun = shared.locked(() => this.#begin())
      await pool.writeBack((birth) => isFrozen(birth, begun))
      const list = this.#writeList(begun)
      await this.#syncSoon()
      this.#writeMeta(begun, list)
      await this.#syncSoon()
      shared.locked(() => this.#finish(begun, list))
      this.#discardLog(begun)
    } finally {
      clearInterval(beat)
      this.unlock()
    }
  }

  #sync(): void {
    try {
      this.#parts.file.sync()
    } catch (error) {
      throw this.#isUnsynced(error)
    }
  }

  async #syncSoon(): Promise<void> {
    try {
      await this.#parts.file.syncSoon()
    } catch (error) {
      throw this.#isUnsynced(error)
    }
  }

  /** What a sync that failed has lost is not told by the next one, which succeeds. So nothing goes on. */
  #isUnsynced(error: unknown): unknown {
    const { shared, pool } = this.#parts
    storeWord(shared.words, word.unsynced, 1)
    pool.fail()
    return error
  }

  #begin(): Begun {
    const { shared, log } = this.#parts
    const { words, doubles, layout } = shared
    const epoch = doubles[double.epoch]
    const segment = log.cut()
    doubles[double.started] = epoch
    shared.nextEpoch()
    const trees = Array.from({ length: words[word.trees] }, (_, tree) => {
      return { name: shared.treeName(tree), root: words[shared.rootAt(tree)], entries: shared.entries(tree) }
    })
    const liveBytes = words.byteOffset + layout.liveAt * 4
    const live = new Uint8Array(words.buffer, liveBytes, Math.ceil(words[word.highWater] / 8)).slice()
    const checkpoint = doubles[double.checkpoints] + 1
    const loads = new Set(doubles.subarray(layout.loadsAt, layout.loadsAt + layout.workers))
    const numbers = { sequence: doubles[double.sequence], logEnd: doubles[double.logEnd] }
    return { checkpoint, epoch, segment, contents: { trees, live }, loads, ...numbers }
  }

  #writeList({ contents, epoch }: Begun): List {
    const { shared, numbers, file, readers } = this.#parts
    // What can go wrong goes wrong before the meta page is written: the checkpoint counts from then on.
    readers.oldest()
    const before = listPagesFrom(file, shared.words[word.listPage])
    const packed = packContents(contents)
    const pages: number[] = []
    try {
      for (let i = listPages(packed.length); i > 0; i--) pages.push(this.#takeListPage())
      writeList(file, packed, pages, epoch)
    } catch (error) {
      numbers.giveBack(pages)
      throw error
    }
    return { pages, bytes: packed.length, before }
  }

  /** A free page that is nobody's, and in no transfer any more. */
  #takeListPage(): number {
    const { numbers, pool } = this.#parts
    const page = numbers.create(purposes.checkpoint)
    pool.unlock(page)
    pool.drop([page])
    return page
  }

  /** What the oldest reader needs; everything, as long as nobody knows who reads. */
  #floor(): number {
    try {
      return this.#parts.readers.oldest()
    } catch {
      return 0
    }
  }

  #writeMeta({ checkpoint, epoch, sequence, segment, contents }: Begun, list: List): void {
    const pages = list.pages.reduce((most, page) => Math.max(most, page + 1), contents.live.length * 8)
    const where = { listPage: list.pages[0], listBytes: list.bytes, pages }
    writeMeta(this.#parts.file, { checkpoint, epoch, sequence, segment, ...where })
  }

  /** The meta page is durable: nothing may go wrong any more. */
  #finish({ checkpoint, epoch, logEnd }: Begun, { pages, before }: List): void {
    const { shared, numbers } = this.#parts
    const { words, doubles } = shared
    const floor = this.#floor()
    words[word.listPage] = pages[0]
    doubles[double.checkpoints] = checkpoint
    doubles[double.durable] = epoch
    doubles[double.logStart] = logEnd
    doubles[double.floor] = floor
    // Readers of other processes do not read the list again.
    numbers.giveBack(before)
  }

  /** Of what this checkpoint and those before it have. */
  #discardLog({ segment }: Begun): void {
    this.#parts.log.discardBefore(segment)
  }
}

const isFrozen = (birth: number, { epoch, loads }: Begun): boolean => birth <= epoch && !loads.has(birth)
