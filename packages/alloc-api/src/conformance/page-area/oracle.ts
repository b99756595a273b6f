// What a page area owes its users: told of each batch in turn, the oracle says what becomes of every run, and what
// every byte of area and file is afterwards. It looks only at what the contract speaks of, and shares no code with
// the model.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import type { PageRun, RunResult } from '../../page-area.ts'
import { status } from '../../status.ts'
import { pageOfFile } from './bytes.ts'

export type Operation = 'alloc' | 'free' | 'read' | 'write'

/** What becomes of a batch. */
export interface Outcome {
  results: RunResult[]
  /** Pages done in all runs together. */
  total: number
  /** Which they were, in their order. */
  pages: number[]
}

const isWord = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 32

export class PageOracle {
  readonly pages: number
  /** The pages that have a frame, and what their bytes are; null: not known. */
  readonly resident = new Map<number, Int32Array | null>()
  /** What the file holds; null when there is none. */
  file: Uint8Array | null
  /** Whether the file must not be written. */
  readonly readOnly: boolean
  /** How many pages more can get a frame now. */
  readonly #room: () => number

  constructor(pages: number, file: Uint8Array | null, readOnly: boolean, room: () => number) {
    this.pages = pages
    this.file = file
    this.readOnly = readOnly
    this.#room = room
  }

  /** Does the batch. Pages that `alloc` gives frames have bytes that are not known. */
  apply(operation: Operation, runs: readonly PageRun[]): Outcome {
    const pages: number[] = []
    const results = runs.map((run) => this.#run(operation, run, pages))
    return { results, total: pages.length, pages }
  }

  /** How many bytes the file has. */
  get fileBytes(): number {
    return this.file?.length ?? 0
  }

  /** The file has been cut. */
  truncated(bytes: number): void {
    this.file = this.file?.slice(0, bytes) ?? null
  }

  #run(operation: Operation, { page, count }: PageRun, pages: number[]): RunResult {
    const isRun = isWord(page) && isWord(count) && page < this.pages && count <= this.pages - page
    if (!isRun) return { done: 0, status: status.BAD_PAGE }
    for (let done = 0; done < count; done++) {
      const found = this.#page(operation, page + done)
      if (found !== 0) return { done, status: found }
      pages.push(page + done)
    }
    return { done: count, status: 0 }
  }

  #page(operation: Operation, page: number): number {
    const content = this.resident.get(page)
    if (operation === 'alloc' || operation === 'read') {
      if (content !== undefined) return status.RESIDENT
      if (this.#room() <= 0) return status.OUT_OF_MEMORY
      if (operation === 'read' && page * FRAME_BYTES >= this.fileBytes) return status.END_OF_FILE
      this.resident.set(page, operation === 'read' ? pageOfFile(this.file ?? new Uint8Array(0), page) : null)
      return 0
    }
    if (content === undefined) return status.NOT_RESIDENT
    if (operation === 'free') this.resident.delete(page)
    else if (this.readOnly) return status.IO_ERROR
    else if (content) this.#write(page, content)
    return 0
  }

  #write(page: number, content: Int32Array): void {
    const end = (page + 1) * FRAME_BYTES
    if (this.file && this.fileBytes < end) this.file = lengthened(this.file, end)
    this.file?.set(new Uint8Array(content.buffer, content.byteOffset, FRAME_BYTES), page * FRAME_BYTES)
  }
}

/** The same bytes and zeros behind them, often where they are: what lies behind the end in the buffer is zeros. */
function lengthened(bytes: Uint8Array, length: number): Uint8Array {
  const { buffer, byteLength } = bytes
  if (bytes.byteOffset === 0 && length <= buffer.byteLength) return new Uint8Array(buffer, 0, length)
  const longer = new Uint8Array(2 * Math.max(length, byteLength))
  longer.set(bytes)
  return longer.subarray(0, length)
}
