// A seeded sequence of calls: every kind that the allocator supports, all orders, misuse now and then, in an order that
// only the seed and the allocator's own answers decide. The same trace through every backend has to give the same
// answers and, where a layout promises it, to end in the same bytes.
import type {
  ClassifyingFrameAllocator,
  FrameAllocator,
  PlacingFrameAllocator,
  ReclaimingFrameAllocator,
} from '../frame-allocator.ts'
import { Random } from './random.ts'

export interface TraceOptions {
  seed: number
  /** What the frames are at the start; allocated ones are the trace's to give back. Default `'free'`. */
  initial?: 'free' | 'allocated'
  /** How often orders 0 … 10 are asked for. Default: small ones more often. */
  mix?: readonly number[]
  /** How many calls mostly take, then how many mostly give, by turns. Default 1000. */
  phaseCalls?: number
}

type Block = readonly [frame: number, order: number]

const usualMix = [40, 15, 10, 8, 6, 6, 5, 4, 3, 3, 2]
const SHORT_BATCH = 20
const LONG_BATCH = 2500
/** At most so many held blocks are given back in one batch. */
const MOST_PUT = 1500

export class Trace {
  readonly #slots: readonly (readonly FrameAllocator[])[]
  readonly #frames: number
  readonly #random: Random
  readonly #mix: readonly number[]
  readonly #phaseCalls: number
  readonly #held: Block[] = []
  #calls = 0
  /** What came out of every call. */
  readonly answers: (number | string)[] = []

  /** `slots`: for each slot of one allocator, the instances whose turn it is by turns; usually one. */
  constructor(slots: readonly (readonly FrameAllocator[])[], options: TraceOptions) {
    const { seed, initial = 'free', mix = usualMix, phaseCalls = 1000 } = options
    this.#slots = slots
    this.#frames = slots[0][0].frames
    this.#random = new Random(seed)
    this.#mix = mix
    this.#phaseCalls = phaseCalls
    if (initial === 'allocated') this.#held.push(...largestBlocks(this.#frames))
  }

  /** Calls until there are that many answers. */
  run(answers: number): void {
    // Filling and emptying by turns, so that every order meets memory that is nearly empty and memory that is full.
    for (let i = 0; this.answers.length < answers; i++) {
      this.#step(Math.floor(i / this.#phaseCalls) % 2 === 0 ? 0.62 : 0.38)
    }
  }

  /** Gives back all that is held. */
  giveAll(): void {
    for (const [frame, order] of this.#held.splice(0)) this.#note((allocator) => allocator.put(frame, order))
  }

  #step(takingShare: number): void {
    const random = this.#random
    const order = random.weighted(this.#mix)
    const what = random.below(100)
    if (what < 2) this.#misuse(order)
    else if (what < 4) this.#look(order)
    else if (random.chance(takingShare)) this.#take(what, order)
    else this.#give(what)
  }

  #take(what: number, order: number): void {
    const random = this.#random
    const frameClass = this.#frameClass()
    if (what < 15 && this.#supports('placement')) {
      const frame = random.below(Math.max(1, this.#frames >> order)) << order
      const getAt = (allocator: FrameAllocator): number =>
        Number((allocator as PlacingFrameAllocator).getAt(frame, order, ...frameClass))
      if (this.#note(getAt) === 1) this.#held.push([frame, order])
    } else if (what < 25) {
      const batch = new Uint32Array(random.chance(0.05) ? LONG_BATCH : SHORT_BATCH)
      const count = this.#note((allocator) => allocator.getBatch(order, batch, ...frameClass))
      for (const frame of batch.subarray(0, Number(count))) this.#held.push([frame, order])
      this.answers.push(mixed(batch))
    } else {
      const frame = Number(this.#note((allocator) => allocator.tryGet(order, ...frameClass)))
      if (frame >= 0) this.#held.push([frame, order])
    }
  }

  #give(what: number): void {
    const held = this.#held
    const picked = this.#pick()
    if (!picked) return
    const [frame, order] = picked
    if (what < 15 && order > 0) {
      // Its halves, one by one; the second stays for later.
      this.#note((allocator) => allocator.put(frame, order - 1))
      held.push([frame + (1 << (order - 1)), order - 1])
    } else if (what < 25) {
      const same = this.#takeHeld(order, MOST_PUT)
      this.#note((allocator) => allocator.putBatch(order, Uint32Array.from([frame, ...same])))
    } else this.#note((allocator) => allocator.put(frame, order))
  }

  /** Takes any held block out of the list. */
  #pick(): Block | undefined {
    const at = this.#random.below(this.#held.length)
    const block: Block | undefined = this.#held[at]
    const last = this.#held.pop()
    if (last && at < this.#held.length) this.#held[at] = last
    return block
  }

  /** Takes the first blocks of that order out of the list, at most `most`. */
  #takeHeld(order: number, most: number): number[] {
    const frames: number[] = []
    let kept = 0
    for (const block of this.#held) {
      if (block[1] === order && frames.length < most) frames.push(block[0])
      else this.#held[kept++] = block
    }
    this.#held.length = kept
    return frames
  }

  #look(order: number): void {
    const random = this.#random
    const frame = random.below(Math.max(1, this.#frames >> order)) << order
    this.#note((allocator) => allocator.statsAt(frame, order).free)
    this.#note((allocator) => allocator.stats().freeHuge)
    if (!this.#supports('reclaim')) return
    this.#note((allocator) => (allocator as ReclaimingFrameAllocator).quickStats().freeHuge)
    if (random.chance(0.25)) this.#note((allocator) => (allocator as ReclaimingFrameAllocator).drain())
  }

  #misuse(order: number): void {
    const frame = this.#random.below(this.#frames + 2)
    const isHeld = this.#held.some(([first, size]) => frame >= first && frame < first + (1 << size))
    if (!isHeld) this.#note((allocator) => allocator.put(frame, order))
    this.#note((allocator) => allocator.getBatch(11, new Uint32Array(1)))
  }

  /** A class to name in the call, or usually nothing. */
  #frameClass(): [] | [number] {
    if (!this.#supports('classes') || !this.#random.chance(0.125)) return []
    return [this.#random.below((this.#slots[0][0] as ClassifyingFrameAllocator).classes.length)]
  }

  #supports(capability: keyof FrameAllocator['supports']): boolean {
    return this.#slots[0][0].supports[capability]
  }

  /** One call, through any slot and the instance whose turn it is there. */
  #note(call: (allocator: FrameAllocator) => unknown): number | string {
    const turns = this.#slots[this.#random.below(this.#slots.length)]
    const answer = answerOf(call, turns[this.#calls++ % turns.length])
    this.answers.push(answer)
    return answer
  }
}

function answerOf(call: (allocator: FrameAllocator) => unknown, allocator: FrameAllocator): number | string {
  try {
    return Number(call(allocator) ?? 0)
  } catch (error) {
    // Told by the code, not by the class: an implementation may carry a copy of alloc-api of its own.
    if (!(error instanceof Error) || !('code' in error)) throw error
    return `${String(error.code)} ${'done' in error ? String(error.done) : ''}`
  }
}

/** One number for a whole list. */
const mixed = (list: Uint32Array): number => list.reduce((sum, one) => Math.imul(sum ^ one, 0x01000193), 0x811c9dc5)

/** All frames, in the largest blocks there are. */
function* largestBlocks(frames: number): Generator<Block> {
  let frame = 0
  for (let order = 10; order >= 0; order--) {
    for (; frame + (1 << order) <= frames; frame += 1 << order) yield [frame, order]
  }
}
