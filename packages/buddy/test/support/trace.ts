// A seeded sequence of operations on one allocator: every kind of call, all orders, misuse now and then, in an order
// that only the seed and the allocator's own answers decide.
import { ParperosError, type PlacingFrameAllocator } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'

type Block = readonly [frame: number, order: number]

/** How often orders 0 … 10 are asked for. */
const mix = [40, 15, 10, 8, 6, 6, 5, 4, 3, 3, 2]

export class Trace {
  readonly #allocator: PlacingFrameAllocator
  readonly #random: Random
  readonly #held: Block[] = []
  /** What came out of every call. */
  readonly answers: (number | string)[] = []

  constructor(allocator: PlacingFrameAllocator, seed: number, initial: 'free' | 'allocated') {
    this.#allocator = allocator
    this.#random = new Random(seed)
    if (initial === 'free') return
    // What starts as allocated is this trace's to give back, in the largest blocks there are.
    for (let frame = 0, order = 10; order >= 0; ) {
      if (frame + (1 << order) > allocator.frames) order--
      else {
        this.#held.push([frame, order])
        frame += 1 << order
      }
    }
  }

  /** Calls until there are that many answers. */
  run(operations: number): void {
    // Filling and emptying by turns, so that every order meets lists that are empty and lists that are long.
    for (let i = 0; this.answers.length < operations; i++) this.#step(Math.floor(i / 1000) % 2 === 0 ? 0.62 : 0.38)
  }

  #step(takingShare: number): void {
    const random = this.#random
    const order = random.weighted(mix)
    const what = random.below(100)
    if (what < 2) this.#misuse(order)
    else if (what < 4) this.#note(() => this.#allocator.stats().freeHuge)
    else if (random.chance(takingShare)) this.#take(what, order)
    else this.#give(what)
  }

  #take(what: number, order: number): void {
    const allocator = this.#allocator
    if (what < 15) {
      const frame = this.#random.below(Math.max(1, allocator.frames >> order)) << order
      const taken = this.#note(() => Number(allocator.getAt(frame, order)))
      if (taken === 1) this.#held.push([frame, order])
    } else if (what < 25) {
      const batch = new Uint32Array(this.#random.chance(0.05) ? 2500 : 20)
      const count = this.#note(() => allocator.getBatch(order, batch))
      for (const frame of batch.subarray(0, Number(count))) this.#held.push([frame, order])
    } else {
      const frame = this.#note(() => allocator.tryGet(order))
      if (Number(frame) >= 0) this.#held.push([Number(frame), order])
    }
  }

  #give(what: number): void {
    const allocator = this.#allocator
    const held = this.#held
    if (held.length === 0) return
    const [frame, order] = this.#pick()
    if (what < 15 && order > 0) {
      // Its halves, one by one; the second stays for later.
      this.#note(() => (allocator.put(frame, order - 1), 0))
      held.push([frame + (1 << (order - 1)), order - 1])
    } else if (what < 25) {
      const same = held.filter((block) => block[1] === order).slice(0, 1500)
      for (const block of same) held.splice(held.indexOf(block), 1)
      this.#note(() => (allocator.putBatch(order, Uint32Array.from([frame, ...same.map(([first]) => first)])), 0))
    } else this.#note(() => (allocator.put(frame, order), 0))
  }

  #pick(): Block {
    const at = this.#random.below(this.#held.length)
    const block = this.#held[at]
    this.#held[at] = this.#held[this.#held.length - 1]
    this.#held.pop()
    return block
  }

  #misuse(order: number): void {
    const { frames } = this.#allocator
    const frame = this.#random.below(frames + 2)
    const isHeld = this.#held.some(([first, size]) => frame >= first && frame < first + (1 << size))
    if (!isHeld) this.#note(() => (this.#allocator.put(frame, order), 0))
    this.#note(() => this.#allocator.getBatch(11, new Uint32Array(1)))
  }

  #note(call: () => number): number | string {
    let answer: number | string
    try {
      answer = call()
    } catch (error) {
      if (!(error instanceof ParperosError)) throw error
      answer = `${error.code} ${error.done ?? ''}`
    }
    this.answers.push(answer)
    return answer
  }
}
