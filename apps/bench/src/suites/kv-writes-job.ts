// Inside a cell that makes small durable writes: many at the same time, each a commit of its own, as servers do; then
// as many in one commit. Every promise is awaited, and each of them is timed.
import { newKey, newValue } from '../kv/entries.ts'
import type { KeyValue, SharedStore } from '../kv/key-value.ts'
import { kinds } from '../kv/kinds.ts'
import { LatencyRecorder } from '../kv/latency.ts'
import { attachStore, StoreCell } from '../kv/store-cell.ts'
import { measureAsync } from '../measure/async-meter.ts'
import { nowNs } from '../measure/clock.ts'
import type { Job } from '../measure/job.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import { randomOf, type Random } from '../measure/random.ts'
import { measureRounds } from '../measure/rounds.ts'
import type { Outcome, WritesInput } from './kv-cases.ts'
import { samplesOf } from './llfree-outcome.ts'

/** Groups of a pass. */
const GROUPS = 16
/** Passes before the first that counts: what a server writes in its first second. */
const WARM_UP = 16

let cell: StoreCell | null = null

export const job: Job<WritesInput, SharedStore, Outcome, Outcome> = {
  async open({ store, backend, cacheBytes, keys, valueBytes }, workers) {
    cell = await StoreCell.open(store, { backend, cacheBytes, durable: true, workers }, { entries: keys, valueBytes })
    return cell.shared
  },

  async work(shared, input, seat) {
    const { store: name, group, seed } = input
    const store = await attachStore(name, shared, seat.worker)
    const writer = new Writer(store, input, randomOf(seed))
    // A promise for each is no use where a write blocks the thread.
    const single = (await kinds[name]()).words.put !== 'run'
    const workload = {
      operations: GROUPS * group,
      async pass() {
        const puts = single ? await measureAsync(() => writer.singly()) : []
        return [...puts, ...(await measureAsync(() => writer.together()))]
      },
    }
    if (input.compiled !== true) for (let pass = 0; pass < WARM_UP; pass++) await workload.pass()
    const rounds = await measureRounds(workload, compareExchangeLoop(), seat, input)
    await store.close()
    const phases = [...(single ? ['put', 'putCpu'] : []), 'putMany', 'putManyCpu']
    return {
      samples: samplesOf(rounds, phases),
      latencies: writer.latencies(),
      way: store.way,
      pageReadsPerOp: null,
      notes: [],
    }
  },

  async close(_shared, _input, [part]) {
    await cell?.[Symbol.asyncDispose]()
    return part
  },
}

class Writer {
  readonly #store: KeyValue
  readonly #input: WritesInput
  readonly #random: Random
  readonly #put = new LatencyRecorder()
  readonly #putMany = new LatencyRecorder()

  constructor(store: KeyValue, input: WritesInput, random: Random) {
    this.#store = store
    this.#input = input
    this.#random = random
  }

  /** `group` promises at the same time: each writer goes on when its own write is durable. */
  async singly(): Promise<void> {
    const writer = async (): Promise<void> => {
      for (let i = 0; i < GROUPS; i++) {
        const [key, value] = this.#entry()
        const started = nowNs()
        await this.#store.put(key, value)
        this.#put.record(nowNs() - started)
      }
    }
    await Promise.all(Array.from({ length: this.#input.group }, writer))
  }

  /** One commit after the other, of `group` writes. */
  async together(): Promise<void> {
    for (let i = 0; i < GROUPS; i++) {
      const entries = Array.from({ length: this.#input.group }, () => this.#entry())
      const started = nowNs()
      await this.#store.putMany(
        entries.map(([key]) => key),
        entries.map(([, value]) => value),
      )
      this.#putMany.record(nowNs() - started)
    }
  }

  latencies(): Outcome['latencies'] {
    const [put, putMany] = [this.#put.percentiles(), this.#putMany.percentiles()]
    return { ...(put && { put }), ...(putMany && { putMany }) }
  }

  #entry(): readonly [Buffer, Buffer] {
    const number = this.#random() % this.#input.keys
    // Another value each time: SQLite writes nothing where a row is what it was.
    return [newKey(number), newValue(this.#random(), this.#input.valueBytes)]
  }
}
