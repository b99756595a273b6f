// The report as data, defined once: types are inferred from it, every report is checked against it before it is
// written, and `--schema` prints it as JSON Schema. A change that a reader of old reports would notice raises
// SCHEMA_VERSION.
import { z } from 'zod'

export const SCHEMA_VERSION = 1

const backend = z.enum(['sab', 'wasm', 'native'])
const count = z.int().nonnegative()
const positive = z.number().positive()

const spread = z.strictObject({ median: positive, p25: positive, p75: positive })

const result = z.strictObject({
  suite: z.string(),
  case: z.string().describe('What was measured, for example bulk-get, bulk-put, repeat, random-put, recovery-free.'),
  implementation: z.string().describe('llfree, buddy, or a peer from npm.'),
  backend,
  driver: z.enum(['js', 'inside']).describe('js: JavaScript makes each call. inside: the loop runs in the C core.'),
  order: count.describe('Each block has 2^order frames of 4 KiB; 0 for a recovery, which is of all blocks.'),
  workers: z.int().positive(),
  frames: count.describe('Frames managed, by all workers together.'),
  metadataBytes: count.nullable().describe('Bytes of shared metadata for these frames; null where that is unknown.'),
  nsPerOp: spread.describe('Nanoseconds that one worker spends on one operation, over the rounds.'),
  opsPerSecond: positive.describe('Of all workers together, from the median.'),
  casNs: positive.describe('Nanoseconds of one uncontended compare-exchange on this backend, in the same process.'),
  casUnits: positive.describe('nsPerOp.median as a multiple of casNs.'),
  cpuSeconds: z
    .number()
    .nonnegative()
    .describe('CPU seconds of the process for this measurement, warm-up included; a bulk pair shares them.'),
  cpuShare: z.number().min(0).max(1).describe('The share of their time in which the workers had a CPU, median.'),
  disturbedRounds: count.describe('Rounds during which something else took CPUs away.'),
  rounds: z.int().positive(),
})

const exploration = z.strictObject({
  scenario: z.string().describe('What the workers do, in each schedule.'),
  workers: z.int().positive(),
  schedules: z.int().positive().describe('Schedules that were run, in all rounds; each round begins anew.'),
  stepsPerSchedule: positive.describe('Accesses to shared words, mean.'),
  schedulesPerMinute: spread,
  rounds: z.int().positive(),
})

const stats = z.strictObject({ free: count, freeHuge: count })

const cacheRun = z.strictObject({
  implementation: z.string(),
  backend,
  workers: z.int().positive(),
  frames: count,
  bytesCopied: count,
  copyMegabytesPerSecond: z
    .number()
    .nonnegative()
    .describe('Bytes copied into frames, per second of allocating and copying.'),
  allocatorSeconds: z.number().nonnegative().describe('Spent in the allocator, of all workers together.'),
  allocatorCalls: count,
  allocatorNsPerCall: z.number().nonnegative(),
  failedAllocations: count.describe('No block of the wanted order was free; the file went on in smaller blocks.'),
  filesNotStored: count.describe('Not even single frames were free.'),
  filesUnreadable: count,
  checksumMismatches: count,
  lostFrames: z.int().describe('Frames that are not free after every file has been dropped.'),
  freeHugeFrames: z
    .number()
    .nonnegative()
    .describe('Free huge frames while half of the files are dropped: mean of the rounds.'),
  freeHugeFramesPossible: z.number().nonnegative().describe('The same if the free frames lay together.'),
  fragmentation: z.number().min(0).max(1).describe('1 − freeHuge × 512 ÷ free while half of the files are dropped.'),
  rounds: z.array(z.strictObject({ dropped: stats, loaded: stats })).describe('After each drop and after each load.'),
  cpuSeconds: z.number().nonnegative(),
})

const fileCache = z.strictObject({
  input: z.strictObject({
    dir: z.string(),
    filesFound: count,
    bytesFound: count,
    files: count,
    bytes: count,
    frames: count.describe('Frames that the files fill.'),
    bytesAtMost: count.describe('More than this is not loaded.'),
  }),
  runs: z.array(cacheRun),
})

const pageWork = z.strictObject({
  case: z.enum(['contiguous', 'scattered', 'accounting', 'read-direct', 'read-cached', 'free', 'address']),
  subject: z.string().describe('ExMap, or what it is compared with.'),
  backend: backend.nullable().describe('Of ExMap; null for what it is compared with.'),
  way: z.string().nullable().describe('How pages get their frames: move, table, …; null for what it is compared with.'),
  hugePages: z.boolean(),
  workers: z.int().positive(),
  depth: count.nullable().describe('Requests that are with the operating system at the same time, at most.'),
  nsPerOp: spread.describe('Nanoseconds that one worker spends on one page, over the rounds.'),
  cpuNsPerOp: spread.nullable().describe('CPU nanoseconds for one page, user and system; null where nobody can tell.'),
  opsPerSecond: positive.describe('Pages of all workers together, from the median.'),
  opsPerCpuSecond: positive.nullable().describe('Pages for each second of CPU time, from the median.'),
  times: spread
    .nullable()
    .describe('ExMap as a multiple of what it is compared with, round by round; the case says in what.'),
  cpuShare: z.number().min(0).max(1).nullable().describe('As in results; null where waiting for a disk is in it.'),
  disturbedRounds: count.nullable(),
  rounds: z.int().positive(),
})

const latencies = z
  .strictObject({ p50: positive, p99: positive, p999: positive })
  .describe('Nanoseconds of single operations: the median, and what 99 % and 99.9 % of them stay below.')

const storeWork = z.strictObject({
  case: z
    .enum([
      ...(['get', 'beyond', 'load', 'put', 'put-many', 'tpcc'] as const),
      ...(['ycsb-a', 'ycsb-b', 'ycsb-c', 'ycsb-d', 'ycsb-e', 'ycsb-f'] as const),
    ])
    .describe('get: random reads in memory; beyond: data four times as large as the pool; put: durable writes.'),
  store: z.string().describe('parperos, or a store from npm; of `beyond` also the bare reads.'),
  backend: backend.nullable().describe('Of parperos; null for others.'),
  method: z.string().describe("The store's method that was called, and what else tells entries of a case apart."),
  workers: z.int().positive(),
  nsPerOp: spread.describe('Nanoseconds that one worker spends on one operation, over the rounds.'),
  cpuNsPerOp: spread.nullable().describe('CPU nanoseconds of the process for one operation.'),
  opsPerSecond: positive.describe('Of all workers together, from the median.'),
  opsPerCpuSecond: positive.nullable(),
  pageReadsPerSecond: positive.nullable().describe('Pages that were read from the file; null where nobody counts.'),
  latencies: latencies.nullable(),
  cpuShare: z.number().min(0).max(1).nullable().describe('As in results; null where waiting for a disk is in it.'),
  disturbedRounds: count.nullable(),
  rounds: z.int().positive(),
})

const storeMemory = z.strictObject({
  backend,
  dataBytes: count,
  poolBytes: count.describe('cacheBytes, as the store was told.'),
  residentBytes: count.describe('Of the process that has it open, when every page of the pool has been used.'),
  beforeBytes: count.describe('Of the same process before it opened the store.'),
})

const keyValue = z.strictObject({
  works: z.array(storeWork),
  memory: z.array(storeMemory),
})

const packageRun = z.strictObject({
  backend,
  workers: z.int().positive(),
  phases: z
    .array(
      z.strictObject({
        name: z.string().describe('load, query, update or query again.'),
        seconds: positive,
        operations: count,
        hits: count,
        misses: count,
        evictions: count,
        writeBacks: count,
      }),
    )
    .describe('What all workers did together.'),
  residentPages: count.describe('At the end.'),
  wrongValues: count.describe('Values that were not what had been stored.'),
  get: latencies,
  put: latencies,
})

const packageStore = z.strictObject({
  input: z.strictObject({
    source: z.string(),
    records: count,
    bytes: count.describe('Of keys and values.'),
    cacheBytes: count,
  }),
  runs: z.array(packageRun),
})

const figure = z.strictObject({
  id: z.string(),
  title: z.string(),
  value: z.number(),
  goal: z.number(),
  better: z.enum(['lower', 'higher']),
  met: z.boolean(),
})

const load = z.strictObject({
  averages: z.tuple([z.number(), z.number(), z.number()]).describe('Load averages of 1, 5 and 15 minutes.'),
  idleShare: z.number().min(0).max(1).describe('How idle the CPUs were in a fraction of a second around it.'),
})

export const reportSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  command: z.string(),
  parameters: z.strictObject({
    quick: z.boolean(),
    timeMs: positive,
    rounds: z.int().positive(),
    seed: count,
    workers: z.array(z.int().positive()),
    backends: z.array(backend),
    dir: z.string().nullable(),
  }),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.int().positive(),
    kernel: z.string(),
    node: z.string(),
    memoryBytes: count,
    loadStart: load,
    loadEnd: load,
  }),
  commit: z.string().nullable().describe('Null outside of a repository; ends in -dirty when files were changed.'),
  startedAt: z.iso.datetime(),
  durationSeconds: z.number().nonnegative(),
  results: z.array(result),
  exploration: exploration.optional().describe('How fast the schedule explorer is.'),
  fileCache: fileCache.optional(),
  pageWork: z.array(pageWork).optional().describe('Of page areas; what ExMap is compared with follows it.'),
  keyValue: keyValue.optional().describe('The buffer manager as a key/value store, and stores from npm.'),
  packageStore: packageStore.optional().describe('Real records in the buffer manager.'),
  figures: z
    .array(figure)
    .describe('What was aimed at and what was reached; a figure that was not measured is absent.'),
  notes: z.array(z.string()),
  skipped: z
    .array(z.strictObject({ allocator: z.string(), backend, reason: z.string() }))
    .describe('Backends that cannot run here.'),
  failures: z.array(z.strictObject({ cell: z.string(), message: z.string() })),
})

export type Report = z.infer<typeof reportSchema>
export type Result = z.infer<typeof result>
export type Exploration = z.infer<typeof exploration>
export type FileCache = z.infer<typeof fileCache>
export type CacheRun = z.infer<typeof cacheRun>
export type PageWork = z.infer<typeof pageWork>
export type Latencies = z.infer<typeof latencies>
export type KeyValueResults = z.infer<typeof keyValue>
export type StoreWork = z.infer<typeof storeWork>
export type StoreMemory = z.infer<typeof storeMemory>
export type PackageStore = z.infer<typeof packageStore>
export type PackageRun = z.infer<typeof packageRun>
export type CacheStats = z.infer<typeof stats>
export type Figure = z.infer<typeof figure>
export type Load = z.infer<typeof load>

/** What `--schema` prints. */
export const jsonSchema = (): object => z.toJSONSchema(reportSchema)
