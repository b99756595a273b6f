// A worker whose operations are recorded: it notes what each one is about when it begins, and what came of it.
import type { Recorder } from '@parperos/power-failure'
import type { SabCore } from '../../src/sab/llfree.ts'
import type { Block } from './blocks.ts'

export interface Begins {
  type: 'begins'
  worker: number
  operation: 'get' | 'getAt' | 'put' | 'getBatch' | 'putBatch' | 'open'
  order: number
  /** What is given back: from now on nobody relies on it. */
  gives: readonly Block[]
  /** The block that is asked for by name, or how many are asked for. */
  wants?: Block | number
}

export interface Ends {
  type: 'ends'
  worker: number
  /** What was taken: from now on somebody owns it. */
  takes: readonly Block[]
}

export type Note = Begins | Ends

/** What a note about the beginning says, but for who it is. */
type About = Omit<Begins, 'type' | 'worker' | 'gives'> & { gives?: readonly Block[] }

export class Hand {
  readonly slot: number
  readonly #core: SabCore
  readonly #recorder: Recorder<Note>

  constructor(core: SabCore, recorder: Recorder<Note>, slot: number) {
    this.#core = core
    this.#recorder = recorder
    this.slot = slot
  }

  /** Takes a block; null when there is none. */
  get(order: number): Block | null {
    const taken = this.#noted({ operation: 'get', order }, () => {
      const frame = this.#core.get(order, -1)
      return frame < 0 ? [] : [{ frame, order }]
    })
    return taken.at(0) ?? null
  }

  /** Takes that block; whether it was free. */
  getAt(block: Block): boolean {
    const { frame, order } = block
    const getAt = (): Block[] => (this.#core.getAt(frame, order, -1) === 1 ? [block] : [])
    return this.#noted({ operation: 'getAt', order, wants: block }, getAt).length > 0
  }

  put(block: Block): void {
    const { frame, order } = block
    this.#noted({ operation: 'put', order, gives: [block] }, () => {
      const result = this.#core.put(frame, order)
      if (result !== 0) throw new Error(`put of block ${frame} of order ${order} answered ${result}`)
      return []
    })
  }

  getBatch(order: number, count: number): Block[] {
    return this.#noted({ operation: 'getBatch', order, wants: count }, () => {
      const into = new Uint32Array(count)
      const found = Math.max(0, this.#core.getBatch(order, into, -1))
      return Array.from(into.subarray(0, found), (frame) => ({ frame, order }))
    })
  }

  putBatch(blocks: readonly Block[]): void {
    const [{ order }] = blocks
    this.#noted({ operation: 'putBatch', order, gives: blocks }, () => {
      const done = this.#core.putBatch(order, Uint32Array.from(blocks, ({ frame }) => frame))
      if (done !== blocks.length) throw new Error(`putBatch of ${blocks.length} blocks did ${done}`)
      return []
    })
  }

  #noted(about: About, operation: () => Block[]): Block[] {
    return this.#recorder.as(this.slot, () => {
      this.#recorder.note({ type: 'begins', worker: this.slot, gives: [], ...about })
      const takes = operation()
      this.#recorder.note({ type: 'ends', worker: this.slot, takes })
      return takes
    })
  }
}
