// YCSB's core workloads (Cooper et al., "Benchmarking Cloud Serving Systems with YCSB", SoCC'10): what share of the
// operations is of which kind, and which record each is about. A record, ten fields of 100 bytes, is one value; so an
// update writes all of it.
import { randomOf } from '../measure/random.ts'
import { scrambledZipfian, zipfian } from './zipf.ts'

export const RECORD_BYTES = 1000

export const READ = 0
export const UPDATE = 1
export const INSERT = 2
export const SCAN = 3
export const READ_MODIFY_WRITE = 4

export interface YcsbWorkload {
  name: string
  /** In percent, by kind. */
  mix: readonly (readonly [kind: number, percent: number])[]
  /** Records that were inserted last come most often; else a few that lie anywhere do. */
  latest: boolean
}

const often = (name: string, ...mix: YcsbWorkload['mix']): YcsbWorkload => ({ name, mix, latest: false })

/** In YCSB's order: those that insert come last, so that all see the records that were loaded. */
export const workloads: readonly YcsbWorkload[] = [
  often('a', [READ, 50], [UPDATE, 50]),
  often('b', [READ, 95], [UPDATE, 5]),
  often('c', [READ, 100]),
  often('f', [READ, 50], [READ_MODIFY_WRITE, 50]),
  {
    name: 'd',
    mix: [
      [READ, 95],
      [INSERT, 5],
    ],
    latest: true,
  },
  often('e', [SCAN, 95], [INSERT, 5]),
]

/** Operations that were drawn before they are timed. */
export interface Drawn {
  kinds: Uint8Array
  /** The record; of a scan the first one. */
  records: Uint32Array
  /** Of a scan, how many: 1 … 100. */
  lengths: Uint8Array
}

/** Draws operations of a workload on `count` records; inserts make it larger. */
export class YcsbDraw {
  readonly #workload: YcsbWorkload
  readonly #random: () => number
  readonly #zipf: () => number
  #count: number

  constructor(workload: YcsbWorkload, count: number, seed: number) {
    this.#workload = workload
    this.#count = count
    this.#random = randomOf(seed, workload.name.charCodeAt(0))
    this.#zipf = (workload.latest ? zipfian : scrambledZipfian)(count, this.#random)
  }

  get count(): number {
    return this.#count
  }

  draw(operations: number): Drawn {
    const drawn = {
      kinds: new Uint8Array(operations),
      records: new Uint32Array(operations),
      lengths: new Uint8Array(operations),
    }
    for (let i = 0; i < operations; i++) {
      const kind = this.#kind()
      drawn.kinds[i] = kind
      drawn.records[i] = kind === INSERT ? this.#count++ : this.#record()
      drawn.lengths[i] = 1 + (this.#random() % 100)
    }
    return drawn
  }

  #kind(): number {
    let percent = this.#random() % 100
    for (const [kind, share] of this.#workload.mix) {
      if (percent < share) return kind
      percent -= share
    }
    return READ
  }

  #record(): number {
    const drawn = this.#zipf()
    return this.#workload.latest ? this.#count - 1 - drawn : drawn
  }
}
