// What the buffer-manager suite measured, arranged for a reader: a table for each case, ours first. And the package
// store's runs.
import type { Cells } from './cells.ts'
import { backendText, short, thousands, workersText } from './format.ts'
import type { KeyValueResults, Latencies, PackageStore, StoreMemory, StoreWork } from './schema.ts'

const titles: Record<StoreWork['case'], string> = {
  get: 'random reads in memory',
  beyond: 'random reads, data four times as large as the pool',
  load: 'bulk load in ascending order',
  put: 'durable writes, 64 at a time',
  'put-many': 'durable batches of 64 writes, each write counted',
  'ycsb-a': 'YCSB A: half reads, half updates',
  'ycsb-b': 'YCSB B: 95 % reads, 5 % updates',
  'ycsb-c': 'YCSB C: reads',
  'ycsb-d': 'YCSB D: 95 % reads of the latest, 5 % inserts',
  'ycsb-e': 'YCSB E: 95 % short scans, 5 % inserts',
  'ycsb-f': 'YCSB F: half reads, half read-modify-writes',
  tpcc: 'TPC-C, the standard mix',
}

export interface StoreGroup {
  case: StoreWork['case']
  title: string
  works: StoreWork[]
}

/** In the order of the titles. */
export const storeGroupsOf = ({ works }: Pick<KeyValueResults, 'works'> = { works: [] }): StoreGroup[] =>
  (Object.keys(titles) as StoreWork['case'][])
    .map((name) => ({
      case: name,
      title: `key/value store: ${titles[name]}`,
      works: works.filter((work) => work.case === name),
    }))
    .filter(({ works: those }) => those.length > 0)

/** What the chart of YCSB shows. */
export const ycsbOf = ({ works }: Pick<KeyValueResults, 'works'> = { works: [] }): StoreWork[] =>
  works.filter((work) => work.case.startsWith('ycsb-'))

export const storeText = ({ store, backend }: Pick<StoreWork, 'store' | 'backend'>): string =>
  backend === null ? store : `${store}, ${backendText({ backend })}`

export const storeCells = ({ works }: StoreGroup): Cells => ({
  heads: ['', '', 'µs', 'p25 – p75', 'CPU µs', 'k/s', 'k/CPU-s', 'p50 µs', 'p99 µs', 'p99.9 µs'],
  rows: works.map((work) => {
    const { median, p25, p75 } = work.nsPerOp
    return [
      storeText(work),
      `${work.method}, ${workersText(work.workers)}`,
      micros(median),
      `${micros(p25)} – ${micros(p75)}`,
      work.cpuNsPerOp ? micros(work.cpuNsPerOp.median) : '',
      short(work.opsPerSecond / 1e3),
      work.opsPerCpuSecond === null ? '' : short(work.opsPerCpuSecond / 1e3),
      ...latencyCells(work.latencies),
    ]
  }),
})

export const memoryTitle = 'key/value store: memory of the process, MiB'

export const memoryCells = (memory: readonly StoreMemory[]): Cells => ({
  heads: ['', '', 'data', 'pool', 'before opening', 'resident', 'beside the pool'],
  rows: memory.map((one) => [
    'parperos',
    backendText(one),
    mib(one.dataBytes),
    mib(one.poolBytes),
    mib(one.beforeBytes),
    mib(one.residentBytes),
    mib(one.residentBytes - one.poolBytes),
  ]),
})

export const packageTitle = ({ input, runs }: PackageStore): string =>
  `package store: ${thousands(input.records)} records of ${input.source}, ${mib(input.bytes)} MiB in a pool of ` +
  `${mib(input.cacheBytes)} MiB, ${workersText(runs[0]?.workers ?? 0)}`

export const packageCells = ({ runs }: PackageStore): Cells => ({
  heads: ['', '', 'k/s', 'hits', 'misses', 'evictions', 'write-backs', 'p50 µs', 'p99 µs', 'p99.9 µs', 'values'],
  rows: runs.flatMap((run) =>
    run.phases.map(({ name, seconds, operations, ...counts }) => [
      backendText(run),
      name,
      short(operations / seconds / 1e3),
      thousands(counts.hits),
      thousands(counts.misses),
      thousands(counts.evictions),
      thousands(counts.writeBacks),
      ...latencyCells(name === 'query again' ? run.get : name === 'update' ? run.put : null),
      name !== 'query again' ? '' : run.wrongValues === 0 ? 'right' : `${run.wrongValues} WRONG`,
    ]),
  ),
})

const latencyCells = (found: Latencies | null): string[] =>
  found ? [micros(found.p50), micros(found.p99), micros(found.p999)] : ['', '', '']

const micros = (ns: number): string => short(ns / 1e3)

const mib = (bytes: number): string => short(bytes / 2 ** 20)
