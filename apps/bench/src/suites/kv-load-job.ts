// Inside a cell that fills empty stores: entries in ascending order, each store in its quickest way, until they survive
// power failure. Every round has a store and a directory of its own. The first ones, which do not count, are the engine's
// time to compile.
import { entriesOf } from '../kv/entries.ts'
import { storeDirectory } from '../kv/directory.ts'
import { kinds } from '../kv/kinds.ts'
import { newKey } from '../kv/entries.ts'
import { measureAsync } from '../measure/async-meter.ts'
import type { Job } from '../measure/job.ts'
import { watchCpu } from '../measure/disturbance.ts'
import type { LoadInput, Outcome } from './kv-cases.ts'

/** Stores are filled for so long before it counts: until then the engine compiles. */
const WARM_NS = 6e8

export const job: Job<LoadInput, null, Outcome, Outcome> = {
  open: async () => null,

  async work(_shared, { store: name, backend, cacheBytes, entries, valueBytes, rounds, compiled }) {
    const kind = await kinds[name]()
    const samples: Outcome['samples'] = {
      nsPerOp: { load: [], loadCpu: [] },
      casNs: [],
      cpuShare: [],
      disturbedRounds: 0,
    }
    let way = ''
    const load = async () => {
      using directory = storeDirectory()
      const store = await kind.open(directory.path, { backend, cacheBytes, valueBytes, durable: false, workers: 1 })
      const usage = watchCpu(1)
      const [ns, cpuNs] = await measureAsync(() => store.load(entriesOf(0, entries, valueBytes), entries))
      const { cpuShare } = usage()
      if (!store.get(newKey(entries - 1))) throw new Error('the last entry is not there')
      way = store.way
      await store.close()
      return { ns, cpuNs, cpuShare }
    }
    for (let warmNs = 0; !compiled && warmNs < WARM_NS;) warmNs += (await load()).ns
    for (let round = 0; round < rounds; round++) {
      const { ns, cpuNs, cpuShare } = await load()
      samples.cpuShare.push(cpuShare)
      samples.nsPerOp.load.push(ns / entries)
      samples.nsPerOp.loadCpu.push(cpuNs / entries)
    }
    return { samples, latencies: {}, way, pageReadsPerOp: null, notes: [] }
  },

  close: async (_shared, _input, [part]) => part,
}
