// Made-up results for the tests of figures and reports.
import type {
  CacheRun,
  Exploration,
  FileCache,
  PackageRun,
  PackageStore,
  PageWork,
  Report,
  Result,
  StoreWork,
} from '../src/report/schema.ts'

/** A result; `ns` is its median, in units of one compare-exchange of 5 ns. */
export function resultWith(over: Partial<Omit<Result, 'nsPerOp'>> & { ns: number }): Result {
  const { ns, ...rest } = over
  const workers = over.workers ?? 1
  return {
    suite: 'llfree',
    case: 'repeat',
    implementation: 'llfree',
    backend: 'native',
    driver: over.backend === 'sab' ? 'js' : 'inside',
    order: 0,
    workers,
    frames: 2 ** 18 * workers,
    metadataBytes: 37_120 * workers,
    nsPerOp: { median: ns, p25: ns * 0.9, p75: ns * 1.2 },
    opsPerSecond: (workers * 1e9) / ns,
    casNs: 5,
    casUnits: ns / 5,
    cpuSeconds: 0.5,
    cpuShare: 1,
    disturbedRounds: 0,
    rounds: 7,
    ...rest,
  }
}

export const explorationWith = (perMinute: number): Exploration => ({
  scenario: 'a pair of order-0 gets',
  workers: 2,
  schedules: 2100,
  stepsPerSchedule: 46,
  schedulesPerMinute: { median: perMinute, p25: perMinute * 0.9, p75: perMinute * 1.2 },
  rounds: 5,
})

export const cacheRun = (over: Partial<CacheRun> = {}): CacheRun => ({
  implementation: 'llfree',
  backend: 'sab',
  workers: 2,
  frames: 2048,
  bytesCopied: 1_000_000,
  copyMegabytesPerSecond: 5000,
  allocatorSeconds: 0.01,
  allocatorCalls: 1000,
  allocatorNsPerCall: 100,
  failedAllocations: 0,
  filesNotStored: 0,
  filesUnreadable: 0,
  checksumMismatches: 0,
  lostFrames: 0,
  freeHugeFrames: 1,
  freeHugeFramesPossible: 2,
  fragmentation: 0.5,
  rounds: [{ dropped: { free: 1024, freeHuge: 1 }, loaded: { free: 512, freeHuge: 0 } }],
  cpuSeconds: 0.1,
  ...over,
})

export const cacheInput: FileCache['input'] = {
  dir: 'node_modules',
  filesFound: 10,
  bytesFound: 4_000_000,
  files: 10,
  bytes: 4_000_000,
  frames: 980,
  bytesAtMost: 2 ** 27,
}

export const pageWorkWith = (over: Partial<PageWork>): PageWork => ({
  case: 'contiguous',
  subject: 'ExMap',
  backend: 'native',
  way: 'move',
  hugePages: false,
  workers: 1,
  depth: null,
  nsPerOp: { median: 200, p25: 180, p75: 240 },
  cpuNsPerOp: { median: 200, p25: 180, p75: 240 },
  opsPerSecond: 5e6,
  opsPerCpuSecond: 5e6,
  times: null,
  cpuShare: 1,
  disturbedRounds: 0,
  rounds: 7,
  ...over,
})

export const storeWorkWith = (over: Partial<StoreWork>): StoreWork => ({
  case: 'get',
  store: 'parperos',
  backend: 'native',
  method: 'getSync',
  workers: 1,
  nsPerOp: { median: 1000, p25: 900, p75: 1200 },
  cpuNsPerOp: { median: 1000, p25: 900, p75: 1200 },
  opsPerSecond: 1e6,
  opsPerCpuSecond: 1e6,
  pageReadsPerSecond: null,
  latencies: null,
  cpuShare: 1,
  disturbedRounds: 0,
  rounds: 7,
  ...over,
})

export const packageStoreWith = (over: Partial<PackageRun>): PackageStore => ({
  input: { source: 'made-up lists', records: 1000, bytes: 2 ** 22, cacheBytes: 2 ** 20 },
  runs: [
    {
      backend: 'sab',
      workers: 2,
      phases: ['load', 'query', 'update', 'query again'].map((name) => ({
        name,
        seconds: 0.2,
        operations: 2000,
        hits: 5000,
        misses: 300,
        evictions: 200,
        writeBacks: 20,
      })),
      residentPages: 256,
      wrongValues: 0,
      get: { p50: 1000, p99: 90_000, p999: 200_000 },
      put: { p50: 20_000, p99: 90_000, p999: 900_000 },
      ...over,
    },
  ],
})

export const reportWith = (over: Partial<Report> = {}): Report => ({
  schemaVersion: 1,
  command: 'start',
  parameters: { quick: true, timeMs: 12, rounds: 5, seed: 1, workers: [1, 2], backends: ['sab'], dir: null },
  machine: {
    cpu: 'a CPU',
    cores: 2,
    kernel: 'Linux 6',
    node: 'v24',
    memoryBytes: 2 ** 34,
    loadStart: { averages: [0, 0, 0], idleShare: 1 },
    loadEnd: { averages: [1, 0.5, 0.2], idleShare: 0.9 },
  },
  commit: null,
  startedAt: '2026-11-21T12:00:00.000Z',
  durationSeconds: 30,
  results: [],
  figures: [],
  notes: [],
  skipped: [],
  failures: [],
  ...over,
})
