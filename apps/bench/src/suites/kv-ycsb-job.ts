// Inside a cell that runs YCSB's workloads, one after the other, on the records that were loaded at the beginning.
// Reads are synchronous; writes are begun, and awaited when there are a few dozen of them, so that a store that writes
// in the background can.
import { newKey, setKey } from '../kv/entries.ts'
import type { KeyValue, SharedStore } from '../kv/key-value.ts'
import { attachStore, StoreCell } from '../kv/store-cell.ts'
import { INSERT, READ, READ_MODIFY_WRITE, RECORD_BYTES, SCAN, workloads, YcsbDraw, type Drawn } from '../kv/ycsb.ts'
import { measureAsync } from '../measure/async-meter.ts'
import type { Job } from '../measure/job.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import { measureRounds } from '../measure/rounds.ts'
import type { Outcome, YcsbInput } from './kv-cases.ts'
import { samplesOf, type Samples } from './llfree-outcome.ts'

const OPERATIONS = 2000
/** Writes that are under way at the same time, at most. */
const PENDING = 64

/** What is written; nobody changes it. */
const RECORDS = Array.from({ length: 64 }, (_, i) => Buffer.alloc(RECORD_BYTES, i))

let cell: StoreCell | null = null

export const job: Job<YcsbInput, SharedStore, Outcome, Outcome> = {
  async open({ store, backend, cacheBytes, records }, workers) {
    const content = { entries: records, valueBytes: RECORD_BYTES }
    cell = await StoreCell.open(store, { backend, cacheBytes, durable: false, workers }, content)
    return cell.shared
  },

  async work(shared, input, seat) {
    const store = await attachStore(input.store, shared, seat.worker)
    const client = new Client(store)
    const samples: Samples = { nsPerOp: {}, casNs: [], cpuShare: [], disturbedRounds: 0 }
    let count = input.records
    for (const workload of workloads) {
      const draw = new YcsbDraw(workload, count, input.seed)
      const measured = {
        operations: OPERATIONS,
        async pass() {
          const drawn = draw.draw(OPERATIONS)
          return measureAsync(() => client.run(drawn))
        },
      }
      const rounds = await measureRounds(measured, compareExchangeLoop(), seat, input)
      const of = samplesOf(rounds, [workload.name, `${workload.name}Cpu`])
      Object.assign(samples.nsPerOp, of.nsPerOp)
      samples.cpuShare.push(...of.cpuShare)
      samples.disturbedRounds += of.disturbedRounds
      count = draw.count
    }
    await store.close()
    return { samples, latencies: {}, way: store.way, pageReadsPerOp: null, notes: [] }
  },

  async close(_shared, _input, [part]) {
    await cell?.[Symbol.asyncDispose]()
    return part
  },
}

class Client {
  readonly #store: KeyValue
  readonly #key = newKey(0)
  #pending: Promise<unknown>[] = []

  constructor(store: KeyValue) {
    this.#store = store
  }

  async run({ kinds, records, lengths }: Drawn): Promise<void> {
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i]
      if (kind === READ) this.#read(records[i])
      else if (kind === SCAN) await this.#scan(records[i], lengths[i])
      else {
        if (kind === READ_MODIFY_WRITE) this.#read(records[i])
        this.#write(records[i], i)
        if (this.#pending.length >= PENDING || kind === INSERT) await this.#settle()
      }
    }
    await this.#settle()
  }

  #read(record: number): void {
    if (this.#store.get(setKey(this.#key, record))?.length !== RECORD_BYTES)
      throw new Error(`record ${record} is not there`)
  }

  async #scan(record: number, length: number): Promise<void> {
    const found = this.#store.scan(setKey(this.#key, record), length)
    // Awaiting what is there already would cost a turn.
    const count = typeof found === 'number' ? found : await found
    if (count === 0) throw new Error(`nothing is found from record ${record} on`)
  }

  #write(record: number, salt: number): void {
    const written = this.#store.put(newKey(record), RECORDS[salt % RECORDS.length])
    if (written) this.#pending.push(written)
  }

  /** A record that was inserted can be read from the next operation on. */
  async #settle(): Promise<void> {
    if (this.#pending.length === 0) return
    await Promise.all(this.#pending)
    this.#pending = []
  }
}
