// Opening a store: its directory, the younger checkpoint, what the log has besides. Joining one that another worker has open.
import { Region } from '@parperos/alloc-api'
import { compareExchange, load, store as storeWord } from '#atomics'
import { resolve } from 'node:path'
import type { StoreHandle, StoreInfo, StoreOptions } from '../api.ts'
import { compose, join, type Composed, type ComposedHandle } from '../compose.ts'
import { StoreError } from '../errors.ts'
import { Log } from '../log/log.ts'
import { lastSegment, readLog } from '../log/read.ts'
import { Pool } from '../pool/pool.ts'
import { Checkpoints } from './checkpoint.ts'
import { Committer } from './commit.ts'
import { complete, segmentBytes, type StoreConfig } from './config.ts'
import { checkpointOf, makeDirectory, openPages, pagesPath, registered } from './directory.ts'
import { Engine } from './engine.ts'
import { double, layoutOf, word, type StoreLayout } from './layout.ts'
import { PageFile, readMeta, type Contents, type Meta } from './meta.ts'
import { readOperations } from './operations.ts'
import { PageNumbers } from './pages.ts'
import { ProcessLock } from './process-lock.ts'
import { Readers } from './readers.ts'
import { Shared, wordsOf } from './shared.ts'
import { closeSnapshotsOf } from './snapshots.ts'

/** Bytes of the log that are in memory at most. */
const RING_BYTES = 4 << 20
/** Segments of the log that openings without commits, each ended by a kill, may leave. */
const MOST_SEGMENTS = 8

/** What a worker has of a store. */
export interface Opened {
  engine: Engine
  config: StoreConfig
  handle: StoreHandle
  recovered: StoreInfo['recovered']
  composed: Composed
  /** Gives everything back. */
  close(): Promise<void>
  /** Read-only: goes on to the last checkpoint. */
  refresh(): boolean
}

interface OwnHandle extends StoreHandle {
  config: StoreConfig
  /** Of the file at most: may be more than were asked for. */
  pages: number
  composed: ComposedHandle
}

/** What all workers build from shared parts. */
interface Parts {
  shared: Shared
  pool: Pool
  numbers: PageNumbers
  committer: Committer
  file: PageFile
  readers: Readers
}

export async function openStore(path: string, options: StoreOptions): Promise<Opened> {
  const config = complete(options)
  if (typeof path !== 'string' || path === '') {
    throw new StoreError('BAD_OPTION', `a store's path is the name of its directory, got ${JSON.stringify(path)}`)
  }
  const directory = resolve(path)
  const { readOnly } = config
  if (!readOnly) makeDirectory(directory, config.create)
  const lock = readOnly ? null : new ProcessLock(directory)
  const closers: (() => void)[] = [() => lock?.release()]
  try {
    const file = openPages(directory, config)
    closers.push(() => file.close())
    const readers = new Readers(directory)
    closers.push(() => readers.leave())
    const { meta, contents, listPages } = readOnly ? registered(file, readers) : checkpointOf(file)
    if (readOnly) readers.goOn(meta.epoch)
    const layout = layoutOf({ pages: Math.max(config.pages, meta.pages), workers: config.workers })
    const composed = await compose({
      ...config,
      pages: layout.pages,
      file: { path: pagesPath(directory), readOnly, direct: config.direct },
      regions: {
        store: layout.bytes,
        states: Pool.bytesFor(layout.pages, config.frames),
        log: Log.bytesFor(RING_BYTES),
      },
    })
    closers.push(() => composed.close())
    const parts = build(composed, layout, config, { worker: 0, file, readers })
    storeWord(parts.shared.words, layout.ownersAt, 1)
    begin(parts, meta, contents, listPages)
    const recovered = readOnly ? { commits: 0, bytes: 0 } : recover(directory, meta, parts)
    const log = readOnly ? null : createLog(directory, composed, config, parts.shared)
    if (log) closers.push(() => log.close())
    const engine = engineOf(parts, log, config)
    if (recovered.commits > 0 || (log && log.segment - meta.segment > MOST_SEGMENTS)) await engine.checkpoint()
    const handle: OwnHandle = { component: 'buffer-manager', path: directory, config, pages: layout.pages, composed: composed.handle }
    return {
      ...{ engine, config, handle, recovered, composed },
      close: () => end(engine, true, closers),
      refresh: () => readOnly && refresh(parts, file, readers),
    }
  } catch (error) {
    runAll(closers)
    throw error
  }
}

/** As worker `worker` of a store that is open in this process. `takeOver`: the worker that had this number is gone. */
export async function joinStore(handle: StoreHandle, worker: number, takeOver: boolean): Promise<Opened> {
  const { config, composed: shared, path, pages } = checkedHandle(handle)
  if (!Number.isInteger(worker) || worker < 0 || worker >= config.workers) {
    throw new StoreError('BAD_OPTION', `worker is a number from 0 to ${config.workers - 1}, got ${String(worker)}`, {
      hint: 'open the store with more `workers`',
    })
  }
  const layout = layoutOf({ pages, workers: config.workers })
  const closers = [claimPlace(Region.from(shared.regions.store), layout, worker, takeOver)]
  try {
    const composed = await join(shared, worker, takeOver)
    closers.push(() => composed.close())
    const file = new PageFile(pagesPath(path), config.readOnly ? 'r' : 'r+')
    closers.push(() => file.close())
    const parts = build(composed, layout, config, { worker, file, readers: new Readers(path) })
    if (takeOver) tidyAfter(parts)
    parts.shared.doubles[layout.loadsAt + worker] = 0
    const log = config.readOnly ? null : Log.attach(path, composed.regions.log)
    const engine = engineOf(parts, log, config)
    return {
      ...{ engine, config, handle, composed, recovered: { commits: 0, bytes: 0 } },
      close: () => end(engine, false, closers),
      refresh() {
        if (config.readOnly) throw staysBehind()
        return false
      },
    }
  } catch (error) {
    runAll(closers)
    throw error
  }
}

function build(
  { areas: [area, ...lanes], numbers, regions }: Composed,
  layout: StoreLayout,
  { frames, patienceMs }: StoreConfig,
  { worker, file, readers }: { worker: number; file: PageFile; readers: Readers },
): Parts {
  const pool = new Pool({ area, lanes, region: regions.states, frames, fd: file.fd, patienceMs })
  const shared = new Shared({ region: regions.store, layout, worker, patienceMs, onDeath: () => pool.fail() })
  const pages = new PageNumbers(shared, numbers, pool)
  const committer = new Committer({ shared, pool, numbers: pages, log: null })
  return { shared, pool, numbers: pages, committer, file, readers }
}

function engineOf(parts: Parts, log: Log | null, { checkpointBytes }: StoreConfig): Engine {
  if (!log) return new Engine({ ...parts, writing: null })
  parts.committer.logTo(log)
  return new Engine({ ...parts, writing: { log, checkpoints: new Checkpoints({ ...parts, log }), checkpointBytes } })
}

/** Puts a checkpoint into shared words. */
function begin({ shared, numbers, readers }: Parts, meta: Meta, { trees, live }: Contents, listPages: readonly number[]): void {
  const { words, doubles } = shared
  words[word.trees] = 0
  for (const { name, root, entries } of trees) shared.addTree(name, root, entries)
  doubles[double.epoch] = meta.epoch + 1
  doubles[double.started] = doubles[double.durable] = meta.epoch
  doubles[double.floor] = readers.oldest()
  doubles[double.sequence] = meta.sequence
  doubles[double.checkpoints] = meta.checkpoint
  words[word.listPage] = listPages[0]
  numbers.begin(live, [0, 1, ...listPages], doubles[double.floor] < meta.epoch ? meta.epoch : 0)
}

/** Commits again what is in the log and not in the pages. */
function recover(directory: string, meta: Meta, { shared, committer }: Parts): StoreInfo['recovered'] {
  const recovered = { commits: 0, bytes: 0 }
  // A store whose first log was never begun, or was begun after its first checkpoint was written.
  if (meta.segment === 0 && lastSegment(directory) === 0) return recovered
  for (const { sequence, payload } of readLog(directory, Math.max(meta.segment, 1), meta.sequence)) {
    shared.doubles[double.sequence] = sequence
    shared.locked(() => committer.commit([...readOperations(payload)]))
    shared.doubles[double.sequence] = sequence + 1
    recovered.commits++
    recovered.bytes += payload.length
  }
  return recovered
}

function createLog(directory: string, { regions }: Composed, config: StoreConfig, { doubles }: Shared): Log {
  const { sync, groupMs } = config
  const first = Math.max(lastSegment(directory) + 1, 1)
  const log = Log.create(directory, regions.log, { sync, groupMs, segmentBytes: segmentBytes(config), first, sequence: doubles[double.sequence] })
  doubles[double.logStart] = doubles[double.logEnd] = log.end
  return log
}

/** A worker's number is one worker's. Returns what gives it back. */
function claimPlace(region: Region, layout: StoreLayout, worker: number, takeOver: boolean): () => void {
  const words = wordsOf(region, layout)
  const at = layout.ownersAt + worker
  if (compareExchange(words, at, 0, 1) !== 0 && !takeOver) {
    throw new StoreError('BUSY', `worker ${worker} has the store open`, {
      hint: 'attach with another number, or, if that worker is gone, with takeOver',
    })
  }
  return () => storeWord(words, at, 0)
}

/** What a dead worker had open is closed; if it died inside something, the store is failed. */
function tidyAfter({ shared, pool }: Parts): void {
  const { words, worker } = shared
  if (load(words, word.lock) === worker + 1 || load(words, word.checkpointLock) === worker + 1) {
    pool.fail()
    return
  }
  shared.locked(() => closeSnapshotsOf(shared, worker))
}

/** Nobody knows which pages the other workers are reading at this moment. */
const staysBehind = (): StoreError =>
  new StoreError('BAD_OPTION', 'a read-only store that was opened for several workers stays at its checkpoint', {
    hint: 'open it again, or once in each worker',
  })

function refresh(parts: Parts, file: PageFile, readers: Readers): boolean {
  const { shared, pool } = parts
  if (shared.layout.workers > 1) throw staysBehind()
  const { checkpoint, epoch } = readMeta(file)
  if (checkpoint === shared.doubles[double.checkpoints]) {
    // Snapshots that needed an older one may have been closed since.
    if (shared.words[word.openSnapshots] === 0) readers.goOn(epoch)
    return false
  }
  const { meta, contents } = registered(file, readers)
  const { words, doubles, layout } = shared
  if (meta.pages > layout.pages) {
    throw new StoreError('STORE_FULL', `the store has grown to ${meta.pages} pages, of which this reader's maxBytes allows ${layout.pages}`, {
      hint: 'close it and open it again',
    })
  }
  const isNeeded = shared.locked(() => {
    // Pages may be others now; what is in memory is not worth telling which.
    pool.drop(Array.from({ length: words[word.highWater] }, (_, page) => page))
    for (const { name, root, entries } of contents.trees) {
      const tree = shared.findTree(name)
      if (tree < 0) shared.addTree(name, root, entries)
      else {
        words[shared.rootAt(tree)] = root
        doubles[layout.entriesAt + tree] = entries
      }
    }
    new Uint8Array(words.buffer, words.byteOffset + layout.liveAt * 4).set(contents.live.subarray(0, layout.liveWords * 4))
    words[word.livePages] = bitsIn(contents.live)
    words[word.highWater] = Math.max(words[word.highWater], meta.pages)
    doubles[double.checkpoints] = meta.checkpoint
    doubles[double.epoch] = Math.max(doubles[double.epoch], meta.epoch) + 1
    return words[word.openSnapshots] > 0
  })
  // Snapshots are of the checkpoint before, or of one still older.
  if (!isNeeded) readers.goOn(meta.epoch)
  return true
}

/** How many bits are set. */
function bitsIn(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) for (let left = byte; left !== 0; left &= left - 1) count++
  return count
}

async function end(engine: Engine, last: boolean, closers: (() => void)[]): Promise<void> {
  try {
    await engine.close(last)
  } finally {
    runAll(closers)
  }
}

/** In reverse order; each of them, whatever the others do. */
function runAll(closers: (() => void)[]): void {
  let failure: Error | null = null
  for (const close of closers.splice(0).reverse()) {
    try {
      close()
    } catch (error) {
      failure ??= error as Error
    }
  }
  if (failure !== null) throw failure
}

function checkedHandle(handle: StoreHandle): OwnHandle {
  const { component, config, composed, path } = (handle as Partial<OwnHandle> | undefined) ?? {}
  if (component === 'buffer-manager' && config && composed && typeof path === 'string') return handle as OwnHandle
  throw new StoreError('BAD_OPTION', 'this is not a handle of a store: post `store.handle` to the worker')
}
