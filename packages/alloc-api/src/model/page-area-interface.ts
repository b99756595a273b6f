// One worker's commands in the model: batch after batch, run after run, page after page. Where the asynchronous methods
// let others go on, `batch` yields; the blocking ones do the same without a pause.
import { compareExchange, load, store } from '#atomics'
import type { Words } from '../sab/atomics.ts'
import { ParperosError } from '../errors.ts'
import { FRAME_BYTES, type FrameAllocator } from '../frame-allocator.ts'
import {
  COMMAND_COUNT,
  COMMAND_DONE,
  COMMAND_PAGE,
  COMMAND_STATUS,
  COMMAND_WORDS,
  type FlightOptions,
  type PageInterface,
  type RunResult,
  type Runs,
} from '../page-area.ts'
import { status } from '../status.ts'
import type { ModelFile } from './page-area-files.ts'
import { ABSENT, FIRST_OWNER, READING, RESIDENT, WRITING, type PageAreaWords } from './page-area-layout.ts'

/** What a page's turn can be. */
export type PageOperation = 'alloc' | 'clear' | 'free' | 'read' | 'write'

/** What an interface works on. */
export interface InterfaceParts {
  table: PageAreaWords
  slot: number
  frames: FrameAllocator
  file: ModelFile | null
  /** The bytes of a page that has that frame. */
  place: (page: number, frame: number) => Uint8Array<SharedArrayBuffer>
}

/** No page of any area: a run that cannot be. */
const NO_PAGE = 0xffffffff

export class ModelPageInterface implements PageInterface {
  readonly capacity: number
  protected readonly parts: InterfaceParts
  protected readonly table: PageAreaWords
  protected readonly words: Words
  readonly #owner: number
  #isOpen = true
  #afterwards: (() => void) | null = null
  #inFlight = false
  #signal: AbortSignal | undefined

  constructor(parts: InterfaceParts) {
    this.parts = parts
    this.table = parts.table
    this.capacity = parts.table.shape.commands
    this.words = parts.table.commandsOf(parts.slot)
    this.#owner = load(parts.table.words, FIRST_OWNER + parts.slot)
  }

  get commands(): Words {
    this.requireOpen()
    return this.words
  }

  set(index: number, page: number, count: number): void {
    this.requireOpen()
    this.requireCommand(index)
    const isRun = isWord(page) && isWord(count)
    this.words[index * COMMAND_WORDS + COMMAND_PAGE] = isRun ? page : NO_PAGE
    this.words[index * COMMAND_WORDS + COMMAND_COUNT] = isRun ? count : NO_PAGE
  }

  result(index: number): RunResult {
    this.requireOpen()
    this.requireCommand(index)
    const at = index * COMMAND_WORDS
    return { done: this.words[at + COMMAND_DONE] >>> 0, status: this.words[at + COMMAND_STATUS] }
  }

  alloc(runs: Runs, { zero = false }: { zero?: boolean } = {}): number {
    return this.now(zero ? 'clear' : 'alloc', runs)
  }

  free(runs: Runs): number {
    return this.now('free', runs)
  }

  async read(runs: Runs, { signal }: FlightOptions = {}): Promise<number> {
    return await this.later('read', runs, signal)
  }

  readSync(runs: Runs): number {
    return this.now('read', runs)
  }

  async write(runs: Runs, { signal }: FlightOptions = {}): Promise<number> {
    return await this.later('write', runs, signal)
  }

  writeSync(runs: Runs): number {
    return this.now('write', runs)
  }

  /** Throws `BUSY` unless no batch is in flight and this is still the slot's worker. */
  requireIdle(): void {
    const { words } = this.table
    if (load(words, FIRST_OWNER + this.parts.slot) !== this.#owner) {
      throw new ParperosError('BUSY', `another worker has taken slot ${this.parts.slot} over`)
    }
    if (load(words, this.table.lockOf(this.parts.slot)) !== 0) {
      throw new ParperosError('BUSY', `a batch of slot ${this.parts.slot} is in flight`)
    }
  }

  /** Ends the interface; `afterwards` is called as soon as no batch is in flight. */
  close(afterwards: () => void): void {
    this.#isOpen = false
    if (this.#inFlight) this.#afterwards = afterwards
    else afterwards()
  }

  protected now(operation: PageOperation, runs: Runs): number {
    const count = this.begin(operation, runs)
    try {
      for (const pause of this.batch(operation, count)) void pause
      return this.sum(count)
    } finally {
      this.end()
    }
  }

  protected async later(operation: PageOperation, runs: Runs, signal?: AbortSignal): Promise<number> {
    const count = this.begin(operation, runs)
    this.#inFlight = true
    this.#signal = signal
    try {
      for (const pause of this.batch(operation, count)) await pause
      return this.sum(count)
    } finally {
      this.#inFlight = false
      this.#signal = undefined
      this.end()
      this.#afterwards?.()
    }
  }

  /** Checks and writes the commands, and takes the interface; how many runs there are. */
  protected begin(operation: PageOperation, runs: Runs): number {
    this.requireOpen()
    if ((operation === 'read' || operation === 'write') && !this.parts.file) {
      throw new ParperosError('UNSUPPORTED', 'this page area has no file')
    }
    const count = typeof runs === 'number' ? runs : runs.length
    if (!Number.isInteger(count) || count < 0 || count > this.capacity) {
      throw new ParperosError('BAD_OPTION', `a batch has 0 to ${this.capacity} runs, got ${count}`)
    }
    this.requireIdle()
    if (compareExchange(this.table.words, this.table.lockOf(this.parts.slot), 0, 1) !== 0) this.requireIdle()
    for (let i = 0; i < count; i++) {
      if (typeof runs !== 'number') this.set(i, runs[i].page, runs[i].count)
      this.finish(i, 0, status.PENDING)
    }
    return count
  }

  protected end(): void {
    store(this.table.words, this.table.lockOf(this.parts.slot), 0)
  }

  protected *batch(operation: PageOperation, count: number): Generator<Promise<void>> {
    for (let i = 0; i < count; i++) yield* this.run(operation, i)
  }

  /** Does one run, as far as it goes. */
  protected *run(operation: PageOperation, index: number): Generator<Promise<void>> {
    const page = this.words[index * COMMAND_WORDS + COMMAND_PAGE] >>> 0
    const count = this.words[index * COMMAND_WORDS + COMMAND_COUNT] >>> 0
    if (page >= this.table.shape.pages || page + count > this.table.shape.pages) {
      this.finish(index, 0, status.BAD_PAGE)
      return
    }
    for (let done = 0; done < count; done++) {
      const found = this.#goesOn() ? yield* this.one(operation, page + done) : status.CANCELLED
      if (found !== 0) {
        this.finish(index, done, found)
        return
      }
    }
    this.finish(index, count, 0)
  }

  /** Whether the batch in flight is still wanted. */
  #goesOn(): boolean {
    return this.#isOpen && this.#signal?.aborted !== true
  }

  protected finish(index: number, done: number, found: number): void {
    this.words[index * COMMAND_WORDS + COMMAND_DONE] = done
    this.words[index * COMMAND_WORDS + COMMAND_STATUS] = found
  }

  /** Does one page; 0, or why not. */
  protected *one(operation: PageOperation, page: number): Generator<Promise<void>, number> {
    const state = this.table.state(page)
    if (operation === 'free' || operation === 'write') {
      if (state === ABSENT) return status.NOT_RESIDENT
      if (state !== RESIDENT) return status.PAGE_BUSY
      return operation === 'free' ? this.freePage(page) : yield* this.writePage(page)
    }
    if (state !== ABSENT) return state === READING ? status.PAGE_BUSY : status.RESIDENT
    const frame = this.parts.frames.tryGet(0)
    if (frame < 0) return status.OUT_OF_MEMORY
    this.table.setFrame(page, frame)
    if (operation === 'read') return yield* this.readPage(page)
    if (operation === 'clear') this.bytesOf(page).fill(0)
    this.table.setState(page, RESIDENT, this.parts.slot)
    return 0
  }

  protected freePage(page: number): number {
    this.table.setState(page, ABSENT, this.parts.slot)
    // Where pages have addresses of their own, one that is not resident is zeros.
    if (this.table.shape.mapped) this.bytesOf(page).fill(0)
    this.giveBack(page)
    return 0
  }

  protected *readPage(page: number): Generator<Promise<void>, number> {
    this.table.setState(page, READING, this.parts.slot)
    yield later()
    const found = this.#goesOn() ? this.fillFromFile(page) : status.CANCELLED
    this.table.setState(page, found === 0 ? RESIDENT : ABSENT, this.parts.slot)
    if (found !== 0) this.giveBack(page)
    return found
  }

  /** The bytes of the file; what of the page lies behind its end are zeros. */
  protected fillFromFile(page: number): number {
    const { file } = this.parts
    const bytes = this.bytesOf(page)
    const into = new Uint8Array(FRAME_BYTES)
    if ((file?.read(into, page * FRAME_BYTES) ?? 0) === 0) return status.END_OF_FILE
    bytes.set(into)
    return 0
  }

  protected *writePage(page: number): Generator<Promise<void>, number> {
    this.table.setState(page, WRITING, this.parts.slot)
    yield later()
    const found = this.#goesOn() ? this.writeToFile(page) : status.CANCELLED
    this.table.setState(page, RESIDENT, this.parts.slot)
    return found
  }

  protected writeToFile(page: number): number {
    try {
      this.parts.file?.write(this.bytesOf(page).slice(), page * FRAME_BYTES)
      return 0
    } catch {
      return status.IO_ERROR
    }
  }

  protected bytesOf(page: number): Uint8Array<SharedArrayBuffer> {
    return this.parts.place(page, this.table.frame(page))
  }

  protected giveBack(page: number): void {
    this.parts.frames.put(this.table.frame(page), 0)
  }

  protected sum(count: number): number {
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.words[i * COMMAND_WORDS + COMMAND_DONE] >>> 0
    return sum
  }

  protected requireOpen(): void {
    if (!this.#isOpen) throw new ParperosError('CLOSED', 'this page area has been closed')
  }

  protected requireCommand(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.capacity) return
    throw new ParperosError('BAD_OPTION', `there is no command ${index}: there are ${this.capacity}`)
  }
}

const isWord = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= NO_PAGE

/** Lets others go on. */
const later = async (): Promise<void> => {
  await Promise.resolve()
}
