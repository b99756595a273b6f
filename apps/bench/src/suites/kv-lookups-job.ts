// Inside a cell that reads random entries, all of which are in memory: values found in place, then values that are
// copied for the caller; then single reads, timed one by one.
import { firstByte, expectValue, newKey, setKey } from '../kv/entries.ts'
import type { Bytes, KeyValue, SharedStore } from '../kv/key-value.ts'
import { LatencyRecorder, worstOf } from '../kv/latency.ts'
import { attachStore, StoreCell } from '../kv/store-cell.ts'
import type { Job } from '../measure/job.ts'
import { nowNs } from '../measure/clock.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import { Meter, newMeterWords, type MeterWords } from '../measure/meter.ts'
import { randomOf, type Random } from '../measure/random.ts'
import { measureRounds } from '../measure/rounds.ts'
import type { Latencies } from '../report/schema.ts'
import type { LookupsInput, Outcome } from './kv-cases.ts'
import { samplesOf, type Samples } from './llfree-outcome.ts'

/** Reads of a pass, of each kind: more than ten milliseconds. */
const READS = 20_000
/** Reads that are timed one by one. */
const TIMED = 50_000

interface Shared {
  meter: MeterWords
  store: SharedStore
}

interface Part {
  samples: Samples
  get: Latencies | null
  way: string
}

/** In a cell's process there is one. */
let cell: StoreCell | null = null

export const job: Job<LookupsInput, Shared, Part, Outcome> = {
  async open({ store, backend, entries, valueBytes, cacheBytes }, workers) {
    cell = await StoreCell.open(store, { backend, cacheBytes, durable: false, workers }, { entries, valueBytes })
    return { meter: newMeterWords(workers), store: cell.shared }
  },

  async work({ meter: words, store: shared }, input, seat) {
    const { store: name, entries, valueBytes, seed } = input
    const meter = new Meter(words, seat.barrier)
    const store = await attachStore(name, shared, seat.worker)
    // Brings all of it into the memory that the store has for it, and looks at all of it.
    for (let n = seat.worker; n < entries; n += seat.workers) expectValue(n, store.get(newKey(n)), valueBytes)
    const random = randomOf(seed, seat.worker)
    const { peek } = store
    const phases = peek ? ['peek', 'peekCpu', 'get', 'getCpu'] : ['get', 'getCpu']
    const workload = {
      operations: READS,
      pass(): number[] {
        const peeked = peek ? meter.measure(() => peekAll(peek, entries, random)) : []
        return [...peeked, ...meter.measure(() => getAll(store, entries, random))]
      },
    }
    const rounds = await measureRounds(workload, compareExchangeLoop(), seat, input)
    const get = timeEach(store, entries, random)
    await store.close()
    return { samples: samplesOf(rounds, phases), get, way: store.way }
  },

  async close(_shared, _input, parts) {
    await cell?.[Symbol.asyncDispose]()
    const get = worstOf(parts.map((part) => part.get))
    return {
      samples: parts[0].samples,
      latencies: get ? { get } : {},
      way: parts[0].way,
      pageReadsPerOp: null,
      notes: [],
    }
  },
}

function peekAll(peek: (key: Bytes) => number, entries: number, random: Random): void {
  const key = newKey(0)
  for (let i = 0; i < READS; i++) {
    const number = random() % entries
    if (peek(setKey(key, number)) !== firstByte(number))
      throw new Error(`key ${number} has another value than was stored`)
  }
}

function getAll(store: KeyValue, entries: number, random: Random): void {
  const key = newKey(0)
  for (let i = 0; i < READS; i++) {
    const number = random() % entries
    if (store.get(setKey(key, number))?.[0] !== firstByte(number)) {
      throw new Error(`key ${number} has another value than was stored`)
    }
  }
}

function timeEach(store: KeyValue, entries: number, random: Random): Latencies | null {
  const recorder = new LatencyRecorder()
  const key = newKey(0)
  for (let i = 0; i < TIMED; i++) {
    setKey(key, random() % entries)
    const started = nowNs()
    store.get(key)
    recorder.record(nowNs() - started)
  }
  return recorder.percentiles()
}
