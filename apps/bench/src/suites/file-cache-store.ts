// The cache itself: files as lists of blocks, in memory that all workers share. A file's blocks are the largest orders
// that fit what is left of it; where none of that order is free, smaller ones. What is in the frames was copied there
// from a buffer whose checksum is kept, and is read back and checked when the file is dropped.
import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { FRAME_BYTES, MAX_ORDER, type FrameAllocator } from '@parperos/alloc-api'
import { nowNs } from '../measure/clock.ts'
import { framesOf } from './file-cache-input.ts'
import type { FoundFile } from './walk.ts'

/** What all workers share; file numbers are indexes into the list of files. */
export interface CacheState {
  /** The frames' bytes: frame n starts at n × 4096. */
  memory: Uint8Array<SharedArrayBuffer>
  /** Where a file's blocks start in `blocks`: there is room for one for each of its frames. */
  firstBlock: Uint32Array<SharedArrayBuffer>
  /** A block: its first frame and its order, as frame × 16 + order. */
  blocks: Uint32Array<SharedArrayBuffer>
  blockCount: Uint32Array<SharedArrayBuffer>
  /** Bytes that were read from the file when it was loaded. */
  length: Float64Array<SharedArrayBuffer>
  checksum: Uint32Array<SharedArrayBuffer>
}

/** What one worker counted. */
export interface CacheCounts {
  bytesCopied: number
  copyNs: number
  allocatorNs: number
  /** The part of `allocatorNs` that belongs to loading. */
  allocatorNsOfLoads: number
  allocatorCalls: number
  failedAllocations: number
  filesNotStored: number
  filesUnreadable: number
  checksumMismatches: number
}

const ORDER_BITS = 4

export function newCacheState(files: readonly FoundFile[], frames: number): CacheState {
  const firstBlock = new Uint32Array(new SharedArrayBuffer(4 * files.length))
  let next = 0
  files.forEach(({ size }, file) => {
    firstBlock[file] = next
    next += framesOf(size)
  })
  return {
    memory: new Uint8Array(new SharedArrayBuffer(frames * FRAME_BYTES)),
    firstBlock,
    blocks: new Uint32Array(new SharedArrayBuffer(4 * next)),
    blockCount: new Uint32Array(new SharedArrayBuffer(4 * files.length)),
    length: new Float64Array(new SharedArrayBuffer(8 * files.length)),
    checksum: new Uint32Array(new SharedArrayBuffer(4 * files.length)),
  }
}

export class Cache {
  readonly counts: CacheCounts = {
    bytesCopied: 0,
    copyNs: 0,
    allocatorNs: 0,
    allocatorNsOfLoads: 0,
    allocatorCalls: 0,
    failedAllocations: 0,
    filesNotStored: 0,
    filesUnreadable: 0,
    checksumMismatches: 0,
  }
  readonly #allocator: FrameAllocator
  readonly #state: CacheState
  readonly #files: readonly FoundFile[]
  readonly #buffer: Uint8Array

  constructor(allocator: FrameAllocator, state: CacheState, files: readonly FoundFile[]) {
    this.#allocator = allocator
    this.#state = state
    this.#files = files
    this.#buffer = new Uint8Array(files.reduce((largest, { size }) => Math.max(largest, size), 0))
  }

  /** Writes to this worker's part of the memory, so that first touches by the operating system are not timed. */
  touch(worker: number, workers: number): void {
    const { memory } = this.#state
    const part = Math.ceil(memory.length / workers)
    memory.fill(0, worker * part, (worker + 1) * part)
  }

  /** Reads a file and stores it. One that cannot be read, or does not fit, is counted and stays out. */
  load(file: number): void {
    const { length, checksum } = this.#state
    const bytes = this.#read(file)
    if (bytes === undefined) {
      this.counts.filesUnreadable++
      return
    }
    const started = nowNs()
    const stored = this.#allocate(file, framesOf(bytes.length))
    const allocated = nowNs()
    this.counts.allocatorNs += allocated - started
    this.counts.allocatorNsOfLoads += allocated - started
    if (!stored) {
      this.counts.filesNotStored++
      return
    }
    let offset = 0
    for (const part of this.#parts(file, bytes.length)) {
      part.set(bytes.subarray(offset, offset + part.length))
      offset += part.length
    }
    this.counts.copyNs += nowNs() - allocated
    this.counts.bytesCopied += bytes.length
    length[file] = bytes.length
    checksum[file] = crc32(bytes)
  }

  /** Checks what the frames hold and gives them back. A file that is not in the cache is left alone. */
  drop(file: number): void {
    const { length, checksum } = this.#state
    let sum = 0
    for (const part of this.#parts(file, length[file])) sum = crc32(part, sum)
    if (sum !== checksum[file]) this.counts.checksumMismatches++
    const started = nowNs()
    this.#release(file)
    this.counts.allocatorNs += nowNs() - started
    length[file] = 0
    checksum[file] = 0
  }

  /** The file's bytes as they are now, at most as many as were found; undefined when it cannot be read. */
  #read(file: number): Uint8Array | undefined {
    const { path, size } = this.#files[file]
    let descriptor: number | undefined
    try {
      descriptor = openSync(path, 'r')
      let length = 0
      while (length < size) {
        const got = readSync(descriptor, this.#buffer, length, size - length, length)
        if (got === 0) break
        length += got
      }
      return this.#buffer.subarray(0, length)
    } catch {
      return undefined
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }

  #allocate(file: number, frames: number): boolean {
    const { blocks, blockCount, firstBlock } = this.#state
    let count = 0
    let order = MAX_ORDER
    for (let rest = frames; rest > 0;) {
      // What was not free a moment ago is not asked for again.
      order = Math.min(order, 31 - Math.clz32(rest))
      let frame = this.#take(order)
      while (frame < 0 && order > 0) frame = this.#take(--order)
      if (frame < 0) {
        this.#release(file)
        return false
      }
      blocks[firstBlock[file] + count] = (frame << ORDER_BITS) | order
      blockCount[file] = ++count
      rest -= 2 ** order
    }
    return true
  }

  #take(order: number): number {
    this.counts.allocatorCalls++
    const frame = this.#allocator.tryGet(order)
    if (frame < 0) this.counts.failedAllocations++
    return frame
  }

  #release(file: number): void {
    const { blocks, blockCount, firstBlock } = this.#state
    for (let i = 0; i < blockCount[file]; i++) {
      const block = blocks[firstBlock[file] + i]
      this.#allocator.put(block >>> ORDER_BITS, block & (2 ** ORDER_BITS - 1))
    }
    this.counts.allocatorCalls += blockCount[file]
    blockCount[file] = 0
  }

  /** The file's bytes in its frames, block by block. */
  *#parts(file: number, length: number): Generator<Uint8Array<SharedArrayBuffer>> {
    const { memory, blocks, blockCount, firstBlock } = this.#state
    for (let i = 0, rest = length; i < blockCount[file]; i++) {
      const block = blocks[firstBlock[file] + i]
      const start = (block >>> ORDER_BITS) * FRAME_BYTES
      const bytes = Math.min(rest, FRAME_BYTES * 2 ** (block & (2 ** ORDER_BITS - 1)))
      yield memory.subarray(start, start + bytes)
      rest -= bytes
    }
  }
}
