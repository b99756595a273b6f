// Interfaces of the model that have one mistake each.
import { COMMAND_STATUS, COMMAND_WORDS, type Runs } from '../../src/page-area.ts'
import { status } from '../../src/status.ts'
import { ABSENT, PageAreaWords, READING, RESIDENT } from '../../src/model/page-area-layout.ts'
import { ModelPageInterface, type InterfaceParts, type PageOperation } from '../../src/model/page-area-interface.ts'

type Pausing<Result = void> = Generator<Promise<void>, Result>

const takes = (operation: PageOperation): boolean => operation !== 'free' && operation !== 'write'

/** Says of pages in one state that an operation went well, and does nothing. */
function silent(operations: PageOperation[], state: number): typeof ModelPageInterface {
  return class extends ModelPageInterface {
    protected override *one(operation: PageOperation, page: number): Pausing<number> {
      if (operations.includes(operation) && this.table.state(page) === state) return 0
      return yield* super.one(operation, page)
    }
  }
}

export const AllocOfResident = silent(['alloc', 'clear'], RESIDENT)
export const FreeTwice = silent(['free'], ABSENT)
export const WriteOfAbsent = silent(['write'], ABSENT)

export class AnotherFrame extends ModelPageInterface {
  protected override *one(operation: PageOperation, page: number): Pausing<number> {
    if (takes(operation) && this.table.state(page) === RESIDENT) this.freePage(page)
    return yield* super.one(operation, page)
  }
}

export class BusyIgnored extends ModelPageInterface {
  protected override *one(operation: PageOperation, page: number): Pausing<number> {
    if (this.table.state(page) === READING) this.table.setState(page, ABSENT, this.parts.slot)
    return yield* super.one(operation, page)
  }
}

export class OutOfMemoryFirst extends ModelPageInterface {
  protected override *one(operation: PageOperation, page: number): Pausing<number> {
    if (takes(operation) && this.parts.frames.stats().free === 0) return status.OUT_OF_MEMORY
    return yield* super.one(operation, page)
  }
}

export class StopsAtBadRun extends ModelPageInterface {
  protected override *batch(operation: PageOperation, count: number): Pausing {
    for (let i = 0; i < count; i++) {
      yield* this.run(operation, i)
      if (this.words[i * COMMAND_WORDS + COMMAND_STATUS] !== 0) return
    }
  }
}

export class LastRunFirst extends ModelPageInterface {
  protected override *batch(operation: PageOperation, count: number): Pausing {
    for (let i = count - 1; i >= 0; i--) yield* this.run(operation, i)
  }
}

export class CountsTheObstacle extends ModelPageInterface {
  protected override finish(index: number, done: number, found: number): void {
    const isObstacle = found === status.RESIDENT || found === status.NOT_RESIDENT
    super.finish(index, isObstacle ? done + 1 : done, found)
  }
}

export class StatusStays extends ModelPageInterface {
  protected override finish(index: number, done: number, found: number): void {
    const before = this.words[index * COMMAND_WORDS + COMMAND_STATUS]
    super.finish(index, done, found === 0 || found === status.PENDING ? before : found)
  }
}

export class NotPending extends ModelPageInterface {
  protected override finish(index: number, done: number, found: number): void {
    super.finish(index, done, found === status.PENDING ? status.CANCELLED : found)
  }
}

export class EndIn32Bits extends ModelPageInterface {
  protected override *run(operation: PageOperation, index: number): Pausing {
    const at = index * COMMAND_WORDS
    const [page, count] = [this.words[at] >>> 0, this.words[at + 1] >>> 0]
    const { pages } = this.table.shape
    if (page < pages && page + count > pages && (page + count) >>> 0 <= pages) this.finish(index, pages - page, 0)
    else yield* super.run(operation, index)
  }
}

export class AsFarAsTheEnd extends ModelPageInterface {
  protected override *run(operation: PageOperation, index: number): Pausing {
    const at = index * COMMAND_WORDS
    const [page, count] = [this.words[at] >>> 0, this.words[at + 1] >>> 0]
    this.words[at + 1] = Math.max(0, Math.min(count, this.table.shape.pages - page))
    yield* super.run(operation, index)
    this.words[at + 1] = count
  }
}

export class WrapsPages extends ModelPageInterface {
  override set(index: number, page: number, count: number): void {
    super.set(index, page >>> 0, count >>> 0)
  }
}

export class LosesAtExhaustion extends ModelPageInterface {
  protected override *run(operation: PageOperation, index: number): Pausing {
    yield* super.run(operation, index)
    const { done, status: found } = this.result(index)
    if (found !== status.OUT_OF_MEMORY) return
    const page = this.words[index * COMMAND_WORDS]
    for (let i = 0; i < done; i++) this.table.setState(page + i, ABSENT, this.parts.slot)
    this.finish(index, 0, found)
  }
}

export class ZeroIgnored extends ModelPageInterface {
  override alloc(runs: Runs): number {
    return this.now('alloc', runs)
  }
}

export class EndOfFileIsZeros extends ModelPageInterface {
  protected override fillFromFile(page: number): number {
    if (super.fillFromFile(page) !== 0) this.bytesOf(page).fill(0)
    return 0
  }
}

export class TailAsItWas extends ModelPageInterface {
  protected override fillFromFile(page: number): number {
    const before = this.bytesOf(page).slice()
    const found = super.fillFromFile(page)
    const left = Math.max(0, (this.parts.file?.size() ?? 0) - page * before.length)
    if (left < before.length) this.bytesOf(page).set(before.subarray(left), left)
    return found
  }
}

export class TailIsEndOfFile extends ModelPageInterface {
  protected override fillFromFile(page: number): number {
    const isCut = (this.parts.file?.size() ?? 0) < (page + 1) * this.bytesOf(page).length
    return isCut ? status.END_OF_FILE : super.fillFromFile(page)
  }
}

export class ResidentTooEarly extends ModelPageInterface {
  protected override *readPage(page: number): Pausing<number> {
    this.bytesOf(page).fill(0)
    this.table.setState(page, RESIDENT, this.parts.slot)
    yield Promise.resolve()
    const found = this.fillFromFile(page)
    if (found !== 0) this.freePage(page)
    return found
  }
}

export class ReadsResident extends ModelPageInterface {
  protected override *one(operation: PageOperation, page: number): Pausing<number> {
    if (operation === 'read' && this.table.state(page) === RESIDENT) this.fillFromFile(page)
    return yield* super.one(operation, page)
  }
}

export class WritesNextDoor extends ModelPageInterface {
  protected override writeToFile(page: number): number {
    return super.writeToFile(page === 3 ? 4 : page)
  }
}

export class WritesNothing extends ModelPageInterface {
  protected override writeToFile(): number {
    return 0
  }
}

export class LosesFreedFrames extends ModelPageInterface {
  protected override giveBack(page: number): void {
    if (page % 64 !== 63) super.giveBack(page)
  }
}

/** Frames are lost only where a read fails. */
export class LosesFramesOfErrors extends ModelPageInterface {
  protected override *readPage(page: number): Pausing<number> {
    const found = yield* super.readPage(page)
    // The frame that was given back is taken again, for nobody.
    if (found !== 0) this.parts.frames.tryGet(0)
    return found
  }
}

export class NeverBusy extends ModelPageInterface {
  override requireIdle(): void {
    // Whoever comes is let in.
  }
}

export class AsManyAsFit extends ModelPageInterface {
  protected override begin(operation: PageOperation, runs: Runs): number {
    return super.begin(operation, typeof runs === 'number' ? runs : runs.slice(0, this.capacity))
  }
}

export class HangsWhenClosed extends ModelPageInterface {
  protected override async later(...call: Parameters<ModelPageInterface['later']>): Promise<number> {
    const done = await super.later(...call)
    try {
      this.requireOpen()
    } catch {
      await new Promise(() => undefined)
    }
    return done
  }
}

export class RejectsWhenClosed extends ModelPageInterface {
  protected override async later(...call: Parameters<ModelPageInterface['later']>): Promise<number> {
    const done = await super.later(...call)
    this.requireOpen()
    return done
  }
}

export class CancelsNothing extends ModelPageInterface {
  protected override finish(index: number, done: number, found: number): void {
    if (found !== status.CANCELLED) super.finish(index, done, found)
  }
}

export class AbortsNothing extends ModelPageInterface {
  protected override async later(operation: PageOperation, runs: Runs): Promise<number> {
    return await super.later(operation, runs)
  }
}

export class RejectsWhenAborted extends ModelPageInterface {
  protected override async later(operation: PageOperation, runs: Runs, signal?: AbortSignal): Promise<number> {
    const done = await super.later(operation, runs, signal)
    signal?.throwIfAborted()
    return done
  }
}

/** What was aborted once stays so. */
export class AbortsTheNext extends ModelPageInterface {
  #signal: AbortSignal | undefined

  protected override async later(operation: PageOperation, runs: Runs, signal?: AbortSignal): Promise<number> {
    this.#signal = signal ?? this.#signal
    return await super.later(operation, runs, this.#signal)
  }
}

class OneForAll extends PageAreaWords {
  override commandsOf(): ReturnType<PageAreaWords['commandsOf']> {
    return super.commandsOf(0)
  }
}

/** All slots have the commands of slot 0. */
export class SharedCommands extends ModelPageInterface {
  constructor(parts: InterfaceParts) {
    super({ ...parts, table: new OneForAll(parts.table.words, parts.table.shape) })
  }
}

/** For pages at addresses of their own: those that are freed keep their bytes. */
export class KeepsBytes extends ModelPageInterface {
  protected override freePage(page: number): number {
    this.table.setState(page, ABSENT, this.parts.slot)
    this.giveBack(page)
    return 0
  }
}
