// Everything one worker needs to work on a store, in bytes: pool, commits, log, checkpoints. The classes that users hold are
// made of it.
import { load, store as storeWord } from '#atomics'
import { StoreError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Pool } from '../pool/pool.ts'
import { validateTree } from '../tree/index.ts'
import type { Checkpoints } from './checkpoint.ts'
import { NOTHING, type Committer } from './commit.ts'
import { double, word } from './layout.ts'
import type { LoggedOperation } from './operations.ts'
import type { PageNumbers } from './pages.ts'
import { RootsLocked, RootsNow } from './roots.ts'
import { requireTreeName, writerDied, type Shared } from './shared.ts'
import { closeSnapshotsOf, OpenSnapshot } from './snapshots.ts'
import { Values } from './values.ts'

export interface EngineParts {
  shared: Shared
  pool: Pool
  numbers: PageNumbers
  committer: Committer
  /** Null: read-only. */
  writing: { log: Log; checkpoints: Checkpoints; checkpointBytes: number } | null
}

/** How many times the usual log a commit waits for the checkpoint that is under way. */
const TOO_MUCH_LOG = 4

export class Engine {
  readonly shared: Shared
  readonly pool: Pool
  readonly numbers: PageNumbers
  readonly committer: Committer
  readonly values: Values
  readonly now: RootsNow
  /** The same for the holder of the commit lock. */
  readonly locked: RootsLocked
  readonly #writing: EngineParts['writing']
  #isOpen = true
  #ended: Promise<void> | null = null
  /** What this worker is loading. */
  #load: Promise<unknown> | null = null
  /** Why the checkpoint that began by itself has failed. */
  #failure: Error | null = null
  #notBefore = 0

  constructor(parts: EngineParts) {
    this.shared = parts.shared
    this.pool = parts.pool
    this.numbers = parts.numbers
    this.committer = parts.committer
    this.#writing = parts.writing
    this.values = new Values(parts.pool)
    this.now = new RootsNow(parts.shared, () => this.requireOpen(), () => new OpenSnapshot(parts.shared, true))
    this.locked = new RootsLocked(parts.shared)
  }

  requireOpen(): void {
    if (!this.#isOpen) throw new StoreError('CLOSED', 'the store has been closed')
    if (load(this.shared.words, word.closed) !== 0) {
      throw new StoreError('CLOSED', 'the worker that opened the store has closed it', { hint: 'close it last' })
    }
    if (!this.pool.isFailed) return
    if (load(this.shared.words, word.unsynced) === 0) throw writerDied('this store cannot go on')
    throw new StoreError('SYSTEM', 'the pages could not be made durable, so the store cannot go on', {
      hint: 'open it again: what was acknowledged is recovered',
    })
  }

  snapshot(): OpenSnapshot {
    this.requireOpen()
    return new OpenSnapshot(this.shared)
  }

  /** The tree of that name, made if there is none. */
  ensureTree(name: string): number {
    const found = this.shared.findTree(name)
    if (found >= 0) return found
    requireTreeName(name)
    const operation = { tree: -1, name: Buffer.from(name, 'utf8') }
    this.#commit([operation])
    return this.shared.findTree(name)
  }

  /** Commits; when it is as safe as the store's `sync` says. Whether anything changed. */
  async write(changes: readonly LoggedOperation[], check?: () => void): Promise<boolean> {
    let position: number
    try {
      position = this.#commit(changes, check)
    } catch (error) {
      if (!isFull(error)) throw error
      // Pages that were retired since the last checkpoint are free after the next one.
      await this.checkpoint()
      position = this.#commit(changes, check)
    }
    if (position === NOTHING) return false
    await this.#log.acknowledged(position)
    const checkpoint = this.#checkpointIfDue()
    if (checkpoint && this.#hasTooMuchLog) await checkpoint
    return true
  }

  writeSync(changes: readonly LoggedOperation[], check?: () => void): boolean {
    let position: number
    try {
      position = this.#commit(changes, check)
    } catch (error) {
      if (!isFull(error) || !this.#checkpointSync(true)) throw error
      position = this.#commit(changes, check)
    }
    if (position === NOTHING) return false
    this.#log.acknowledgedSync(position)
    this.#checkpointSyncIfDue()
    return true
  }

  /** `check`, under the lock, throws when the commit must not be. */
  #commit(changes: readonly LoggedOperation[], check?: () => void): number {
    this.requireOpen()
    this.requireWritable()
    return this.shared.locked(() => {
      this.requireOpen()
      check?.()
      return this.committer.commit(changes)
    })
  }

  /** `loading` is waited for by `close`. */
  async untilLoaded<Result>(loading: Promise<Result>): Promise<Result> {
    this.#load = Promise.allSettled([this.#load, loading])
    return await loading
  }

  requireWritable(): void {
    if (this.#writing === null) throw new StoreError('READ_ONLY', 'the store was opened read-only')
  }

  async flush(): Promise<void> {
    this.requireOpen()
    if (!this.#writing) return
    await this.#writing.log.flush()
    this.#throwFailure()
  }

  async checkpoint(): Promise<void> {
    this.requireOpen()
    this.requireWritable()
    await this.#writing?.checkpoints.run()
    this.#hasSucceeded()
  }

  /** See `Checkpoints`. */
  async writeAhead(birth: number): Promise<void> {
    await this.#writing?.checkpoints.writeAhead(birth)
  }

  /** Under both locks, so that nobody else commits: `publish`, and a checkpoint that has it; if that fails, `revert`. */
  async publishWithCheckpoint(publish: () => void, revert: () => void): Promise<void> {
    this.requireOpen()
    const checkpoints = this.#writing?.checkpoints
    if (!checkpoints) throw new StoreError('READ_ONLY', 'the store was opened read-only')
    await checkpoints.lock()
    try {
      this.shared.locked(() => {
        publish()
        try {
          checkpoints.runLocked()
        } catch (error) {
          revert()
          throw error
        }
      })
    } finally {
      checkpoints.unlock()
    }
  }

  /** Whether it could be: one that this worker has begun asynchronously cannot go on before the caller returns. */
  #checkpointSync(isNeeded: boolean): boolean {
    const { shared } = this
    const checkpoints = this.#writing?.checkpoints
    const isOwn = shared.words[word.checkpointLock] === shared.worker + 1
    const mostMs = isNeeded && !isOwn ? shared.patienceMs : 0
    if (!checkpoints || !shared.lockWithin(word.checkpointLock, mostMs)) return false
    try {
      checkpoints.runSync()
      this.#hasSucceeded()
      return true
    } finally {
      checkpoints.unlock()
    }
  }

  #checkpointIfDue(): Promise<void> | null {
    const checkpoints = this.#writing?.checkpoints
    if (!checkpoints || !this.#isDue) return null
    if (checkpoints.isRunning) return this.#hasTooMuchLog ? this.#checkpointEnded(checkpoints) : null
    return checkpoints.run().then(
      () => this.#hasSucceeded(),
      (error: unknown) => this.#hasFailed(error),
    )
  }

  /** Everybody who waits for another worker's checkpoint waits together. */
  #checkpointEnded(checkpoints: Checkpoints): Promise<void> {
    this.#ended ??= checkpoints.ended().finally(() => (this.#ended = null))
    return this.#ended
  }

  get #hasTooMuchLog(): boolean {
    return this.#logBytes > TOO_MUCH_LOG * this.#checkpointBytes
  }

  #checkpointSyncIfDue(): void {
    this.#writing?.checkpoints.showLife()
    if (!this.#isDue) return
    try {
      this.#checkpointSync(false)
    } catch (error) {
      this.#hasFailed(error)
    }
  }

  get #isDue(): boolean {
    return this.#logBytes > Math.max(this.#checkpointBytes, this.#notBefore)
  }

  #hasSucceeded(): void {
    this.#failure = null
    this.#notBefore = 0
  }

  /** What was committed is committed: it is not the commit's error. The next attempt has to wait for some more log. */
  #hasFailed(error: unknown): void {
    this.#failure = error as Error
    this.#notBefore = this.#logBytes + this.#checkpointBytes / 8
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure
  }

  get #log(): Log {
    if (!this.#writing) throw new StoreError('READ_ONLY', 'a read-only store has no log')
    return this.#writing.log
  }

  get #logBytes(): number {
    return this.#writing?.checkpoints.logBytes ?? 0
  }

  get #checkpointBytes(): number {
    return this.#writing?.checkpointBytes ?? Infinity
  }

  /** Every page of every tree is where it has to be, and the counts are right. Throws `CORRUPT`. */
  validate(): void {
    this.requireOpen()
    const { shared, pool } = this
    shared.locked(() => {
      const { words, layout } = shared
      const seen = new Set<number>()
      for (let tree = 0; tree < shared.trees; tree++) {
        const root = words[shared.rootAt(tree)]
        const name = JSON.stringify(shared.treeName(tree))
        let entries = 0
        if (root !== 0) {
          const counts = validateTree(pool, root, (page) => {
            shared.showLife()
            if ((words[layout.liveAt + (page >>> 5)] & (1 << (page & 31))) === 0) {
              throw new StoreError('CORRUPT', `page ${page} of the tree ${name} counts as free`)
            }
            const isNew = !seen.has(page)
            seen.add(page)
            return isNew
          })
          entries = counts.entries
        }
        if (entries !== shared.entries(tree)) {
          throw new StoreError('CORRUPT', `the tree ${name} has ${entries} entries and counts ${shared.entries(tree)}`)
        }
      }
      if (seen.size !== words[word.livePages]) {
        throw new StoreError('CORRUPT', `${words[word.livePages]} pages count as used, the trees have ${seen.size}`)
      }
    })
  }

  /** Ends this worker's part. `last`: nobody else has it open. */
  async close(last: boolean): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    const writing = this.#writing
    // A load ends with CLOSED.
    await this.#load
    try {
      if (this.pool.isFailed) return
      // Nobody commits any more.
      if (last) this.shared.locked(() => storeWord(this.shared.words, word.closed, 1))
      if (writing) {
        await writing.checkpoints.ended()
        if (last && this.#logBytes > 0) await writing.checkpoints.run()
        else await writing.log.flush()
        this.#throwFailure()
      }
    } finally {
      if (last) storeWord(this.shared.words, word.closed, 1)
      try {
        if (!this.pool.isFailed) this.shared.locked(() => closeSnapshotsOf(this.shared, this.shared.worker))
      } finally {
        await this.pool.close()
        writing?.log.close()
      }
    }
  }

  /** All entries together. */
  entries(): number {
    let sum = 0
    for (let tree = 0; tree < this.shared.trees; tree++) sum += this.shared.entries(tree)
    return sum
  }

  get checkpoints(): number {
    return this.shared.doubles[double.checkpoints]
  }

  get logBytes(): number {
    return this.#logBytes
  }
}

const isFull = (error: unknown): boolean => error instanceof StoreError && error.code === 'STORE_FULL'

