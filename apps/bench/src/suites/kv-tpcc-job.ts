// Inside a cell that runs TPC-C: each worker is the terminals of one warehouse, without thinking or typing. When all
// have ended, the database must be consistent.
import { joinStore, openStore, type BinaryStore } from '../compose.ts'
import { storeDirectory, type StoreDirectory } from '../kv/directory.ts'
import { LatencyRecorder, worstOf } from '../kv/latency.ts'
import { checkConsistency } from '../kv/tpcc/consistency.ts'
import { treesOf } from '../kv/tpcc/layout.ts'
import { populate } from '../kv/tpcc/populate.ts'
import { TpccRandom } from '../kv/tpcc/random.ts'
import { Terminal } from '../kv/tpcc/transactions.ts'
import { nowNs } from '../measure/clock.ts'
import type { Job } from '../measure/job.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import { Meter, newMeterWords, type MeterWords } from '../measure/meter.ts'
import { randomOf } from '../measure/random.ts'
import { measureRounds } from '../measure/rounds.ts'
import type { Latencies } from '../report/schema.ts'
import type { Outcome, TpccInput } from './kv-cases.ts'
import { samplesOf, type Samples } from './llfree-outcome.ts'

const TRANSACTIONS = 100

interface Shared {
  meter: MeterWords
  handle: BinaryStore['handle']
}

interface Part {
  samples: Samples
  latencies: Latencies | null
}

let opened: { store: BinaryStore; directory: StoreDirectory } | null = null

export const job: Job<TpccInput, Shared, Part, Outcome> = {
  async open({ backend, cacheBytes, scale, seed }, workers) {
    const directory = storeDirectory()
    const store = await openStore(directory.path, { backend, cacheBytes, durable: false, workers: workers + 1 })
    opened = { store, directory }
    await populate(treesOf(store), scale, seed)
    return { meter: newMeterWords(workers), handle: store.handle }
  },

  async work({ meter: words, handle }, input, seat) {
    const { scale, seed } = input
    const meter = new Meter(words, seat.barrier)
    const store = await joinStore(handle, seat.worker + 1)
    const random = new TpccRandom(randomOf(seed, seat.worker, 1), scale)
    const terminal = new Terminal(store, treesOf(store), scale, random, 1 + (seat.worker % scale.warehouses))
    const recorder = new LatencyRecorder()
    const workload = {
      operations: TRANSACTIONS,
      pass: () =>
        meter.measure(() => {
          for (let i = 0; i < TRANSACTIONS; i++) {
            const started = nowNs()
            terminal.run()
            recorder.record(nowNs() - started)
          }
        }),
    }
    const rounds = await measureRounds(workload, compareExchangeLoop(), seat, input)
    await store.close()
    return { samples: samplesOf(rounds, ['tpcc', 'tpccCpu']), latencies: recorder.percentiles() }
  },

  async close(_shared, { scale }, parts) {
    if (!opened) throw new Error('no store was opened')
    const { store, directory } = opened
    checkConsistency(treesOf(store), scale)
    const { io } = store.info()
    await store.close()
    directory[Symbol.dispose]()
    const tpcc = worstOf(parts.map(({ latencies }) => latencies))
    return { samples: parts[0].samples, latencies: tpcc ? { tpcc } : {}, way: io, pageReadsPerOp: null, notes: [] }
  },
}
