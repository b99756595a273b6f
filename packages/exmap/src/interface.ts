// One worker's commands: checks what only JavaScript can get wrong, sees to it that one batch is in flight at most, and moves
// the bytes of pages when the core's hand waits for them.
import {
  ParperosError,
  type FlightOptions,
  type PageInterface,
  type RunResult,
  type Runs,
  type Words,
} from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { load, store } from '#atomics'
import { takingFrames } from './bundles.ts'
import { InFlight } from './in-flight.ts'
import { Hand } from './io/hand.ts'
import { viewsOf } from './io/store-transfer.ts'
import type { PageTransfer } from './io/transfer.ts'
import * as L from './layout.ts'
import { lockInterface, unlockInterface } from './lock.ts'
import { closedError, type AreaParts } from './page-area.ts'

/** No page of any area: a run that cannot be. */
const NO_PAGE = 0xffffffff

export class ExMapInterface implements PageInterface {
  readonly capacity: number
  readonly #all: Int32Array<SharedArrayBuffer>
  readonly #words: Words
  readonly #self: number
  readonly #ownerAt: number
  readonly #owner: number
  readonly #hand: Hand
  readonly #parts: AreaParts
  /** The asynchronous batch, one at most. */
  readonly #inFlight = new InFlight()
  #isOpen = true

  constructor(parts: AreaParts) {
    const { words, geometry: shape, slot } = parts.attached
    this.capacity = shape.commands
    this.#words = words
    this.#self = shape.interfacesAt + slot * shape.interfaceWords
    const commandsAt = this.#self + L.interfaceStateWords
    this.#all = words.subarray(commandsAt, commandsAt + shape.commands * L.commandWords)
    this.#ownerAt = shape.ownersAt + slot
    this.#owner = load(words, this.#ownerAt)
    this.#hand = new Hand(words, shape, slot)
    this.#parts = parts
  }

  get commands(): Int32Array<SharedArrayBuffer> {
    this.#requireOpen()
    return this.#all
  }

  set(index: number, page: number, count: number): void {
    this.#requireOpen()
    const at = this.#command(index)
    const isRun = isWord(page) && isWord(count)
    this.#all[at + L.commandPage] = isRun ? page : NO_PAGE
    this.#all[at + L.commandCount] = isRun ? count : NO_PAGE
  }

  result(index: number): RunResult {
    this.#requireOpen()
    const at = this.#command(index)
    return { done: this.#all[at + L.commandDone] >>> 0, status: this.#all[at + L.commandStatus] }
  }

  alloc(runs: Runs, { zero = false }: { zero?: boolean } = {}): number {
    return this.#runSync(zero ? L.opClear : L.opAlloc, runs, () => this.#clear())
  }

  free(runs: Runs): number {
    return this.#runSync(L.opFree, runs, () => undefined)
  }

  async read(runs: Runs, options: FlightOptions = {}): Promise<number> {
    const transfer = this.#transfer()
    return await this.#run(L.opRead, runs, options, () => transfer.read(this.#hand))
  }

  readSync(runs: Runs): number {
    const transfer = this.#transfer()
    return this.#runSync(L.opRead, runs, () => transfer.readSync(this.#hand))
  }

  async write(runs: Runs, options: FlightOptions = {}): Promise<number> {
    const transfer = this.#transfer()
    return await this.#run(L.opWrite, runs, options, () => transfer.write(this.#hand))
  }

  writeSync(runs: Runs): number {
    const transfer = this.#transfer()
    return this.#runSync(L.opWrite, runs, () => transfer.writeSync(this.#hand))
  }

  /** Runs `body` while no batch can be begun. Throws `BUSY` when one is in flight. */
  exclusively<Result>(body: () => Result): Result {
    this.#lock()
    try {
      return body()
    } finally {
      this.#unlock()
    }
  }

  /** Ends the interface; `afterwards` is called as soon as no batch is in flight. */
  close(afterwards: () => void): void {
    this.#isOpen = false
    const whenIdle = (): void => {
      // A slot that was taken over is another's by now. What cannot be given back here, the next holder finds.
      if (this.#isOwner() && lockInterface(this.#words, this.#self + L.interfaceLock) === 0) {
        this.#parts.started.core.leave()
        this.#unlock()
      }
      afterwards()
    }
    if (!this.#inFlight.isEmpty) this.#cancel()
    this.#inFlight.whenEmpty(whenIdle)
  }

  #cancel = (): void => this.#parts.transfer?.cancel()

  #runSync(op: number, runs: Runs, fill: () => void): number {
    const count = this.#begin(op, runs)
    try {
      while (this.#drive() === L.eventFill) this.#filling(fill)
      return this.#sum(count)
    } finally {
      this.#unlock()
    }
  }

  async #run(op: number, runs: Runs, { signal }: FlightOptions, fill: () => Promise<void>): Promise<number> {
    const count = this.#begin(op, runs)
    this.#inFlight.begin()
    signal?.addEventListener('abort', this.#cancel)
    try {
      if (signal?.aborted) this.#cancelRuns()
      while (this.#drive() === L.eventFill) {
        try {
          await fill()
        } catch (error) {
          this.#failHand()
          this.#abandon()
          throw error
        }
        if (!this.#isOpen || signal?.aborted) this.#cancelRuns()
      }
      return this.#sum(count)
    } finally {
      signal?.removeEventListener('abort', this.#cancel)
      this.#unlock()
      this.#inFlight.end()
    }
  }

  /** Lets the core go on; when the allocator throws, the batch ends before that does. */
  #drive(): number {
    try {
      return this.#parts.bundles.drive()
    } catch (error) {
      this.#abandon()
      throw error
    }
  }

  #filling(fill: () => void): void {
    try {
      fill()
    } catch (error) {
      this.#failHand()
      this.#abandon()
      throw error
    }
  }

  /** Ends the batch without the allocator's help: what was not done yet is cancelled, what is in the hand goes back. */
  #abandon(): void {
    const { core } = this.#parts.started
    this.#cancelRuns()
    store(this.#words, this.#self + L.interfaceDry, 1)
    // Two steps at most: one that finds the hand unfilled, one that empties it.
    for (let event = core.step(); event === L.eventFill; event = core.step()) this.#failHand()
  }

  #failHand(): void {
    for (let i = 0; i < this.#hand.length; i++) if (!this.#hand.hasFailed(i)) this.#hand.fail(i, status.CANCELLED)
  }

  #cancelRuns(): void {
    for (let at = 0; at < this.#all.length; at += L.commandWords) {
      const index = at + L.commandStatus
      if (this.#all[index] === status.PENDING) this.#all[index] = status.CANCELLED
    }
  }

  /** Writes the commands, takes the lock and tells the core; how many commands there are. */
  #begin(op: number, runs: Runs): number {
    this.#requireOpen()
    const count = this.#countOf(runs)
    this.#lock()
    if (typeof runs !== 'number') for (let i = 0; i < count; i++) this.set(i, runs[i].page, runs[i].count)
    this.#parts.started.core.begin(op, count)
    return count
  }

  #countOf(runs: Runs): number {
    const count = typeof runs === 'number' ? runs : runs.length
    if (Number.isInteger(count) && count >= 0 && count <= this.capacity) return count
    throw new ParperosError('BAD_OPTION', `a batch has 0 to ${this.capacity} runs, got ${String(count)}`)
  }

  #sum(count: number): number {
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.#all[i * L.commandWords + L.commandDone] >>> 0
    return sum
  }

  /** Fills the hand's frames with zeros, eight bytes at a time: filling shared memory costs as much per element as per byte. */
  #clear(): void {
    for (const { buffer, byteOffset, length } of viewsOf(this.#hand, this.#parts.place, 0, this.#hand.length)) {
      new Float64Array(buffer, byteOffset, length / 8).fill(0)
    }
  }

  #lock(): void {
    this.#requireOpen()
    if (!this.#isOwner()) {
      throw new ParperosError('BUSY', `another worker has taken slot ${this.#parts.attached.slot} over`, {
        hint: 'attach to a slot of its own for each worker',
      })
    }
    const held = lockInterface(this.#words, this.#self + L.interfaceLock)
    if (held < 0) throw takingFrames(held)
    if (held !== 0) {
      throw new ParperosError('BUSY', `a batch of slot ${this.#parts.attached.slot} is in flight`, {
        hint: 'wait for it, or attach to another slot',
      })
    }
    if (this.#words[this.#self + L.interfaceBundles] >>> 0 === L.noBundles) this.#parts.started.core.ready()
    if (this.#words[this.#self + L.interfaceClaiming] !== 0) this.#endLeftover()
  }

  /** The allocator threw when the last batch had to give frames back: now that has to work. */
  #endLeftover(): void {
    try {
      this.#parts.bundles.recover()
      store(this.#words, this.#self + L.interfaceLock, L.lockOwner)
    } catch (error) {
      this.#unlock()
      throw error
    }
  }

  #unlock(): void {
    unlockInterface(this.#words, this.#self + L.interfaceLock)
  }

  #isOwner(): boolean {
    return this.#words[this.#ownerAt] === this.#owner
  }

  #transfer(): PageTransfer {
    this.#requireOpen()
    const { transfer } = this.#parts
    if (transfer) return transfer
    throw new ParperosError('UNSUPPORTED', 'this page area has no file', { hint: 'open it with { file } or { store }' })
  }

  #command(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.capacity) return index * L.commandWords
    throw new ParperosError('BAD_OPTION', `there is no command ${String(index)}: there are ${this.capacity}`)
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw closedError()
  }
}

const isWord = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= NO_PAGE
