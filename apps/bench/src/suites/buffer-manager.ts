// The buffer manager as a key/value store, beside those that Node developers know: LMDB, SQLite and LevelDB, in the
// same run and with the same durability. Reads in memory, reads of data four times as large as the pool, loading,
// durable writes, YCSB, TPC-C, and how much memory it takes.
import type { BackendKind } from '@parperos/alloc-api'
import { diskNotes, peersHere } from '../kv/here.ts'
import { kinds, OURS, type StoreName } from '../kv/kinds.ts'
import { workloads } from '../kv/ycsb.ts'
import { workersText } from '../report/format.ts'
import type { StoreWork } from '../report/schema.ts'
import { lookHere } from './exmap-here.ts'
import {
  callsAtDepth,
  IN_MEMORY,
  type BeyondInput,
  type LoadInput,
  type LookupsInput,
  type MemoryInput,
  type MemoryOutcome,
  type Outcome,
  type Subject,
  type TpccInput,
  type WritesInput,
  type YcsbInput,
} from './kv-cases.ts'
import { addWorks, bareWork, keyValueOf, workOf } from './kv-outcome.ts'
import type { Measurement, Plan, Records, Settings, Suite } from './suite.ts'

const MIB = 2 ** 20
const GROUP = 64
/** Of what takes a second or more. */
const SLOW_ROUNDS = 3
const SIZES = {
  quick: {
    entries: 200_000,
    records: 50_000,
    memoryPool: 64 * MIB,
    scale: { districts: 10, customers: 300, items: 10_000 },
  },
  normal: {
    entries: 1_000_000,
    records: 250_000,
    memoryPool: 256 * MIB,
    scale: { districts: 10, customers: 3000, items: 100_000 },
  },
}

/** Entries of 120 bytes for reads in memory; vmcache's values of 120 bytes beyond it. */
const VALUE_BYTES = 112
const BEYOND_VALUE_BYTES = 120
const KEY_BYTES = 8
const WRITTEN_BYTES = 100
const WRITTEN_KEYS = 100_000

export const bufferManager: Suite = {
  name: 'buffer-manager',
  about: 'the key/value store beside lmdb, better-sqlite3 and classic-level: reads, writes, YCSB, TPC-C, memory',
  main: false,
  takesDirectory: false,
  async plan(settings) {
    const { peers, notes } = await peersHere()
    const backends = runnableBackends(settings)
    const subjects: Subject[] = [
      ...backends.map((backend) => ({ store: OURS, backend })),
      ...peers.map((store) => ({ store })),
    ]
    const one = settings.workers.includes(1)
    const methods = await wordsOf(subjects)
    const cells = new Cells(settings, methods)
    const threads = await threadsOf(peers)
    const measurements = [
      ...subjects.flatMap((subject) =>
        settings.workers
          .filter((count) => count === 1 || threads(subject.store))
          .map((count) => cells.lookups(subject, count)),
      ),
      ...(one
        ? [
            ...(await beyond(cells, backends)),
            ...(peers.includes('lmdb') ? [cells.beyond({ store: 'lmdb' }, false)] : []),
          ]
        : []),
      ...(one ? subjects.flatMap((subject) => [cells.load(subject), cells.writes(subject), cells.ycsb(subject)]) : []),
      ...backends.flatMap((backend) => settings.workers.map((count) => cells.tpcc(backend, count))),
      ...(one ? backends.map((backend) => cells.memory(backend)) : []),
    ]
    return { measurements, notes: [...notes, ...diskNotes()] } satisfies Plan
  },
}

/** Where the allocator can run, the store can. */
export const runnableBackends = ({ runnable, backends }: Settings): BackendKind[] =>
  backends.filter((kind) => runnable.some(({ allocator, backend }) => allocator === 'llfree' && backend === kind))

async function beyond(cells: Cells, backends: readonly BackendKind[]): Promise<Measurement[]> {
  const here = backends.includes('native') ? await lookHere() : null
  const direct = here !== null && here.ring === null && here.direct === null
  return backends.map((backend) => cells.beyond({ store: OURS, backend }, backend === 'native' && direct))
}

type Words = Awaited<ReturnType<(typeof kinds)['lmdb']>>['words']

async function wordsOf(subjects: readonly Subject[]): Promise<Map<StoreName, Words>> {
  const names = [...new Set(subjects.map(({ store }) => store))]
  return new Map(await Promise.all(names.map(async (name) => [name, (await kinds[name]()).words] as const)))
}

async function threadsOf(peers: readonly StoreName[]): Promise<(name: StoreName) => boolean> {
  const several = new Set<StoreName>([OURS])
  for (const name of peers) if ((await kinds[name]()).threads === 'many') several.add(name)
  return (name) => several.has(name)
}

/** The cells of a run: what each is told, and what its outcome becomes. */
class Cells {
  readonly #settings: Settings
  readonly #sizes: (typeof SIZES)['quick']
  readonly #words: Map<StoreName, Words>

  constructor(settings: Settings, words: Map<StoreName, Words>) {
    this.#settings = settings
    this.#sizes = SIZES[settings.quick ? 'quick' : 'normal']
    this.#words = words
  }

  lookups(subject: Subject, workers: number): Measurement {
    const { entries } = this.#sizes
    // All of it fits twice.
    const cacheBytes = mebibytes(2 * entries * (KEY_BYTES + VALUE_BYTES) + 16 * MIB)
    const input: LookupsInput = { ...this.#measured(subject), entries, valueBytes: VALUE_BYTES, cacheBytes }
    const words = this.#words.get(subject.store)
    return this.#measurement('lookups', 'get', subject, workers, input, (outcome, records) => {
      const work = (phase: 'peek' | 'get') =>
        workOf(subject, { case: 'get', phase, method: words?.[phase] ?? phase, workers }, outcome)
      addWorks(records, work('peek'), work('get'))
    })
  }

  beyond(subject: Subject, direct: boolean): Measurement {
    const { entries } = this.#sizes
    const bytes = entries * (KEY_BYTES + BEYOND_VALUE_BYTES)
    const input: BeyondInput = {
      ...this.#measured(subject),
      entries,
      valueBytes: BEYOND_VALUE_BYTES,
      cacheBytes: mebibytes(bytes * IN_MEMORY),
      direct,
      depth: GROUP,
    }
    if (subject.store !== OURS) input.rounds = SLOW_ROUNDS
    const words = this.#words.get(subject.store)
    return this.#measurement('beyond', 'beyond', subject, 1, input, (outcome, records) => {
      const work = (phase: 'getMany' | 'calls' | 'each' | 'get', method: string) =>
        workOf(
          subject,
          { case: 'beyond', phase, method: `${method}, ${outcome.way}`, workers: 1, waits: true },
          outcome,
        )
      const many = words?.getMany ?? 'getMany'
      addWorks(
        records,
        work('getMany', `${many} of ${GROUP}`),
        work('calls', `4 × ${many} of ${GROUP / 4}`),
        work('each', `${callsAtDepth(GROUP)} × ${many} of 1`),
        work('get', words?.get ?? 'get'),
        bareWork(GROUP, outcome),
      )
    })
  }

  load(subject: Subject): Measurement {
    const { entries } = this.#sizes
    const cacheBytes = mebibytes(2 * entries * (KEY_BYTES + VALUE_BYTES) + 16 * MIB)
    const input: LoadInput = {
      ...this.#measured(subject),
      entries,
      valueBytes: VALUE_BYTES,
      cacheBytes,
      rounds: SLOW_ROUNDS,
    }
    return this.#measurement('load', 'load', subject, 1, input, (outcome, records) => {
      addWorks(
        records,
        workOf(subject, { case: 'load', phase: 'load', method: 'ascending', workers: 1, waits: true }, outcome),
      )
    })
  }

  writes(subject: Subject): Measurement {
    const input: WritesInput = {
      ...this.#measured(subject),
      keys: WRITTEN_KEYS,
      valueBytes: WRITTEN_BYTES,
      cacheBytes: 64 * MIB,
      group: GROUP,
    }
    const words = this.#words.get(subject.store)
    return this.#measurement('writes', 'durable writes', subject, 1, input, (outcome, records) => {
      const work = (name: 'put' | 'put-many', phase: 'put' | 'putMany', how: string) =>
        workOf(
          subject,
          { case: name, phase, method: `${words?.[phase] ?? phase} ${how}`, workers: 1, waits: true },
          outcome,
        )
      addWorks(records, work('put', 'put', `× ${GROUP}`), work('put-many', 'putMany', `of ${GROUP}`))
    })
  }

  ycsb(subject: Subject): Measurement {
    const { records } = this.#sizes
    const input: YcsbInput = { ...this.#measured(subject), records, cacheBytes: mebibytes(3 * records * 1024) }
    return this.#measurement('ycsb', 'ycsb', subject, 1, input, (outcome, into) => {
      for (const { name } of workloads) {
        const caseName = `ycsb-${name}` as StoreWork['case']
        addWorks(into, workOf(subject, { case: caseName, phase: name, method: outcome.way, workers: 1 }, outcome))
      }
    })
  }

  tpcc(backend: BackendKind, workers: number): Measurement {
    const subject: Subject = { store: OURS, backend }
    const scale = { ...this.#sizes.scale, warehouses: Math.max(...this.#settings.workers) }
    const bytes = scale.warehouses * (scale.items * 360 + scale.districts * scale.customers * 2200)
    const input: TpccInput = { ...this.#measured(subject), scale, cacheBytes: mebibytes(2 * bytes + 32 * MIB) }
    return this.#measurement('tpcc', 'tpcc', subject, workers, input, (outcome, records) => {
      const method = `${scale.warehouses} warehouses`
      addWorks(records, workOf(subject, { case: 'tpcc', phase: 'tpcc', method, workers }, outcome))
    })
  }

  memory(backend: BackendKind): Measurement {
    const { memoryPool } = this.#sizes
    const entries = Math.round((1.5 * memoryPool) / (KEY_BYTES + VALUE_BYTES))
    const { seed } = this.#settings
    const input: MemoryInput = { store: OURS, backend, entries, valueBytes: VALUE_BYTES, cacheBytes: memoryPool, seed }
    return {
      cell: { job: 'kv-memory', label: `memory  ${OURS}  ${backend}`, workers: 1, input },
      record(outcome, records) {
        keyValueOf(records).memory.push({ backend, poolBytes: memoryPool, ...(outcome as MemoryOutcome) })
      },
    }
  }

  #measured(subject: Subject) {
    const { timeMs, rounds, seed } = this.#settings
    return { ...subject, timeMs, rounds, seed }
  }

  #measurement(
    job: string,
    name: string,
    { store, backend }: Subject,
    workers: number,
    input: unknown,
    record: (outcome: Outcome, records: Records) => void,
  ): Measurement {
    const label = [name, store, ...(backend ? [backend] : []), workersText(workers)].join('  ')
    return {
      cell: { job: `kv-${job}`, label, workers, input },
      record(outcome, records) {
        const of = outcome as Outcome
        record(of, records)
        records.notes = [...(records.notes ?? []), ...of.notes]
      },
    }
  }
}

/** Rounded up to whole ones, as people configure it. */
const mebibytes = (bytes: number): number => Math.ceil(bytes / MIB) * MIB
