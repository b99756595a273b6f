// Inside a cell of the package-store suite: the records, the store that has memory for a quarter of them, and the
// phases that all workers go through together. In the middle each worker changes its part of the records, so that pages
// are written back while the others are read.
import type { BackendKind } from '@parperos/alloc-api'
import { joinStore, openStore, type BinaryStore } from '../compose.ts'
import { storeDirectory, type StoreDirectory } from '../kv/directory.ts'
import { LatencyRecorder, worstOf } from '../kv/latency.ts'
import { findRecords } from '../kv/packages/find.ts'
import { keyOf, valueOf, type Records } from '../kv/packages/record.ts'
import { nowNs } from '../measure/clock.ts'
import type { Job, Seat } from '../measure/job.ts'
import { randomOf, shuffle } from '../measure/random.ts'
import { newTimes, Stopwatch } from '../measure/stopwatch.ts'
import type { Latencies, PackageRun, PackageStore } from '../report/schema.ts'

export interface PackagesInput {
  backend: BackendKind
  bytesAtMost: number
  seed: number
  /** Where a node_modules is looked for, if this machine has no package lists. */
  cwd: string
}

export type PackagesOutcome = Omit<PackageRun, 'backend' | 'workers'> & { input: PackageStore['input'] }

type Phase = PackageRun['phases'][number]

interface Shared {
  records: Records
  handle: BinaryStore['handle']
  times: Float64Array<SharedArrayBuffer>
  load: Phase
  input: PackageStore['input']
}

interface Part {
  phases: Phase[]
  wrongValues: number
  residentPages: number
  get: Latencies | null
  put: Latencies | null
}

/** What the pool has room for of the records; a smaller one could not hold what two workers and the log need. */
const SHARE = 1 / 4
const SMALLEST_POOL = 2 ** 20
/** Records that are asked for at the same time, where a worker does that. */
const TOGETHER = 32
/** One record of so many is changed: it gets one more byte at its end. */
const CHANGED = 8
const MARK = 0x21

let opened: { store: BinaryStore; directory: StoreDirectory } | null = null

export const job: Job<PackagesInput, Shared, Part, PackagesOutcome> = {
  async open({ backend, bytesAtMost, cwd }, workers) {
    const records = findRecords(bytesAtMost, cwd)
    const { length } = records.bytes
    const cacheBytes = Math.max(SMALLEST_POOL, Math.ceil((length * SHARE) / 4096) * 4096)
    const directory = storeDirectory()
    const store = await openStore(directory.path, { backend, cacheBytes, durable: false, workers: workers + 1 })
    opened = { store, directory }
    const started = nowNs()
    await store.load(entriesOf(records))
    await store.checkpoint()
    const seconds = (nowNs() - started) / 1e9
    const load: Phase = { name: 'load', seconds, operations: records.count, ...countsOf(store) }
    const input = { source: records.source, records: records.count, bytes: length, cacheBytes }
    return { records, handle: store.handle, times: newTimes(workers), load, input }
  },

  async work({ records, handle, times }, { seed }, seat) {
    const stopwatch = new Stopwatch(times, seat.barrier)
    const store = await joinStore(handle, seat.worker + 1)
    const client = new Client(store, records, seat, seed)
    const phases: Phase[] = []
    const phase = async (name: string, work: () => Promise<number>): Promise<void> => {
      const before = countsOf(store)
      let operations = 0
      const ns = await stopwatch.measureAsync(async () => {
        operations = await work()
      })
      phases.push({ name, seconds: ns / 1e9, operations, ...difference(countsOf(store), before) })
    }
    await phase('query', () => client.query(false))
    await phase('update', () => client.update())
    await phase('query again', () => client.query(true))
    const { resident } = store.stats()
    await store.close()
    return { phases, wrongValues: client.wrongValues, residentPages: resident, ...client.latencies() }
  },

  async close({ load, input }, _input, parts) {
    if (!opened) throw new Error('no store was opened')
    const { store, directory } = opened
    await store.validate()
    await store.close()
    directory[Symbol.dispose]()
    const latencies = (name: 'get' | 'put'): Latencies => {
      const worst = worstOf(parts.map((part) => part[name]))
      if (!worst) throw new Error(`no ${name} was made`)
      return worst
    }
    return {
      input,
      phases: [load, ...parts[0].phases.map((_, i) => parts.map(({ phases }) => phases[i]).reduce(sum))],
      residentPages: parts[0].residentPages,
      wrongValues: parts.reduce((all, { wrongValues }) => all + wrongValues, 0),
      get: latencies('get'),
      put: latencies('put'),
    }
  },
}

function* entriesOf(records: Records): Generator<readonly [Uint8Array, Uint8Array]> {
  for (let i = 0; i < records.count; i++) yield [keyOf(records, i), valueOf(records, i)]
}

/** One worker's part of the work. */
class Client {
  wrongValues = 0
  readonly #store: BinaryStore
  readonly #records: Records
  readonly #seat: Seat
  readonly #seed: number
  readonly #get = new LatencyRecorder()
  readonly #put = new LatencyRecorder()

  constructor(store: BinaryStore, records: Records, seat: Seat, seed: number) {
    this.#store = store
    this.#records = records
    this.#seat = seat
    this.#seed = seed
  }

  /** All records in a random order, half of them one by one, the others several at the same time. Returns how many. */
  async query(changed: boolean): Promise<number> {
    const { count } = this.#records
    const order = Uint32Array.from({ length: count }, (_, i) => i)
    shuffle(order, randomOf(this.#seed, this.#seat.worker, changed ? 1 : 0))
    const half = count >>> 1
    for (let i = 0; i < half; i++) {
      const key = keyOf(this.#records, order[i])
      const started = nowNs()
      const value = this.#store.getSync(key)
      this.#get.record(nowNs() - started)
      this.#look(order[i], value, changed)
    }
    for (let from = half; from < count; from += TOGETHER) {
      const some = order.subarray(from, from + TOGETHER)
      const values = await this.#store.getMany(Array.from(some, (index) => keyOf(this.#records, index)))
      values.forEach((value, i) => this.#look(some[i], value, changed))
    }
    return count
  }

  /** One of `CHANGED` records, of those that are this worker's. Returns how many. */
  async update(): Promise<number> {
    let done = 0
    for (let index = CHANGED * this.#seat.worker; index < this.#records.count; index += CHANGED * this.#seat.workers) {
      const started = nowNs()
      await this.#store.put(keyOf(this.#records, index), this.#changed(index))
      this.#put.record(nowNs() - started)
      done++
    }
    return done
  }

  latencies(): Pick<Part, 'get' | 'put'> {
    return { get: this.#get.percentiles(), put: this.#put.percentiles() }
  }

  #changed(index: number): Buffer {
    return Buffer.concat([valueOf(this.#records, index), Uint8Array.of(MARK)])
  }

  #look(index: number, value: Uint8Array | undefined, changed: boolean): void {
    const expected = changed && index % CHANGED === 0 ? this.#changed(index) : valueOf(this.#records, index)
    if (!value || Buffer.compare(expected, value) !== 0) this.wrongValues++
  }
}

type Counts = Pick<Phase, 'hits' | 'misses' | 'evictions' | 'writeBacks'>

function countsOf(store: BinaryStore): Counts {
  const { hits, misses, evictions, writeBacks } = store.stats()
  return { hits, misses, evictions, writeBacks }
}

const difference = (after: Counts, before: Counts): Counts => ({
  hits: after.hits - before.hits,
  misses: after.misses - before.misses,
  evictions: after.evictions - before.evictions,
  writeBacks: after.writeBacks - before.writeBacks,
})

/** Of two workers; the time is the same for both. */
const sum = (one: Phase, other: Phase): Phase => ({
  name: one.name,
  seconds: one.seconds,
  operations: one.operations + other.operations,
  hits: one.hits + other.hits,
  misses: one.misses + other.misses,
  evictions: one.evictions + other.evictions,
  writeBacks: one.writeBacks + other.writeBacks,
})
