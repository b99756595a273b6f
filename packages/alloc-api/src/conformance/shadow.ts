// The shadow of a frame allocator: one word per frame says which worker owns it, written by the workers themselves, so
// that a frame in two hands shows at once. Beside it, what the workers of one run share: a gate at which they wait for
// each other, and a ring through which blocks change hands.
//
//   word 0        1     2        16 … 79                                 80 …
//   ┌─────────┬────────┬───────┬───────────────────────────────────────┬──────────────────────────────────┐
//   │ arrived │ gate   │frames │ ring: frame × 16 + order, −1 = empty  │ owner of frame 0, frame 1, …     │
//   │ workers │ 0 1 2  │       │                                       │ 0 = nobody, else worker's number │
//   └─────────┴────────┴───────┴───────────────────────────────────────┴──────────────────────────────────┘
import { add, compareExchange, exchange, load, notify, store, wait } from '#atomics'
import type { Words } from '../sab/atomics.ts'
import { ConformanceError } from './expect.ts'

const word = { arrived: 0, gate: 1, frames: 2, ring: 16, owners: 80 }
const gate = { shut: 0, open: 1, abandoned: 2 }
const RING = word.owners - word.ring
const EMPTY = -1
/** A block in the ring is one word: 27 bits of frame, 4 of order. */
const MAX_FRAMES = 2 ** 27
const GATE_TIMEOUT_MS = 60_000
/** Wakes do not reach other processes: who sleeps at the gate looks again after that time. */
const GATE_LOOK_MS = 20

/** Owns what was allocated before the run. */
export const BEFORE = 0x7fff_ffff

/** A frame that was in two hands, or given back by nobody's. */
export interface Conflict {
  frame: number
  /** Who got it, or gave it back. */
  worker: number
  /** Whose it was at that moment; 0 = nobody's. */
  owner: number
}

export function describeConflict({ frame, worker, owner }: Conflict): string {
  if (owner === 0) return `worker ${worker} gave back frame ${frame}, which was nobody's`
  const whose = owner === BEFORE ? 'it had been allocated before the run' : `worker ${owner} owned it`
  return `worker ${worker} got frame ${frame} while ${whose}`
}

export class Shadow {
  /** What another worker makes its `Shadow` of. */
  readonly words: Words
  readonly frames: number

  /** The shadow that somebody created in these words. */
  constructor(words: Words) {
    this.words = words
    this.frames = load(words, word.frames)
  }

  /** A shadow in which nobody owns anything; in new memory, or in `words` that are all 0. */
  static create(frames: number, words: Words = new Int32Array(new SharedArrayBuffer(Shadow.bytes(frames)))): Shadow {
    if (frames > MAX_FRAMES) throw new ConformanceError(`a shadow of ${frames} frames, ${MAX_FRAMES} are the most`)
    words.fill(EMPTY, word.ring, word.ring + RING)
    store(words, word.frames, frames)
    return new Shadow(words)
  }

  /** How many bytes the shadow of that many frames has. */
  static bytes(frames: number): number {
    return (word.owners + frames) * 4
  }

  owner(frame: number): number {
    return load(this.words, word.owners + frame)
  }

  /** Writes `worker` to every frame of a block, which must have been nobody's. */
  take(frame: number, order: number, worker: number): Conflict | undefined {
    let conflict: Conflict | undefined
    for (let i = frame; i < frame + 2 ** order; i++) {
      const owner = compareExchange(this.words, word.owners + i, 0, worker)
      if (owner !== 0) conflict ??= { frame: i, worker, owner }
    }
    return conflict
  }

  /** Makes every frame of a block nobody's; each must have been somebody's. Call it before the block is given back. */
  release(frame: number, order: number, worker: number): Conflict | undefined {
    let conflict: Conflict | undefined
    for (let i = frame; i < frame + 2 ** order; i++) {
      const owner = exchange(this.words, word.owners + i, 0)
      if (owner === 0) conflict ??= { frame: i, worker, owner }
    }
    return conflict
  }

  /** Puts a block (frame × 16 + order) into place `at` of the ring; returns what stood there, or undefined. */
  swap(at: number, block: number | undefined): number | undefined {
    const other = exchange(this.words, word.ring + (at % RING), block ?? EMPTY)
    return other === EMPTY ? undefined : other
  }

  /** Takes everything out of the ring. */
  *empty(): Generator<number> {
    for (let at = 0; at < RING; at++) {
      const block = this.swap(at, undefined)
      if (block !== undefined) yield block
    }
  }

  /** Waits until `workers` have arrived. Blocks the thread; throws when one of them cannot come. */
  meet(workers: number): void {
    if (add(this.words, word.arrived, 1) === workers - 1) this.#setGate(gate.open)
    for (let ms = 0; load(this.words, word.gate) === gate.shut; ms += GATE_LOOK_MS) {
      wait(this.words, word.gate, gate.shut, GATE_LOOK_MS)
      if (ms <= GATE_TIMEOUT_MS) continue
      throw new ConformanceError(`the other workers did not start within ${GATE_TIMEOUT_MS} ms`)
    }
    if (load(this.words, word.gate) === gate.abandoned) throw new ConformanceError('another worker could not start')
  }

  /** Tells those who wait in `meet` that somebody will not come. */
  abandon(): void {
    if (load(this.words, word.gate) === gate.shut) this.#setGate(gate.abandoned)
  }

  #setGate(state: number): void {
    store(this.words, word.gate, state)
    notify(this.words, word.gate, Infinity)
  }
}
