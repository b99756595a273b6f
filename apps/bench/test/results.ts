// Made-up results for the tests of figures and reports.
import type { CacheRun, Exploration, FileCache, PageWork, Report, Result } from '../src/report/schema.ts'

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
