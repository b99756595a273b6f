// What the cells of the buffer-manager suite are told and bring back.
import type { BackendKind } from '@parperos/alloc-api'
import type { StoreName } from '../kv/kinds.ts'
import type { Scale } from '../kv/tpcc/layout.ts'
import type { Latencies } from '../report/schema.ts'
import type { Samples } from './llfree-outcome.ts'

/** Which store, and of ours which backend. */
export interface Subject {
  store: StoreName
  backend?: BackendKind | undefined
}

export interface Measured extends Subject {
  timeMs: number
  rounds: number
  seed: number
  /** Rounds begin without time for the engine to compile what they run. */
  compiled?: boolean
}

/** Random reads of entries that are all in memory. */
export interface LookupsInput extends Measured {
  entries: number
  valueBytes: number
  cacheBytes: number
}

/** Random reads of entries of which a quarter is in memory (vmcache's RNDREAD). */
export interface BeyondInput extends LookupsInput {
  direct: boolean
  /** Lookups at the same time. */
  depth: number
}

/** What the pool has of the data. */
export const IN_MEMORY = 1 / 4

/** So many lookups at the same time that `depth` of them have to read. */
export const callsAtDepth = (depth: number): number => Math.ceil(depth / (1 - IN_MEMORY))

/** Ascending entries into an empty store; a new one in each round. */
export interface LoadInput extends Measured {
  entries: number
  valueBytes: number
  cacheBytes: number
}

/** Small durable writes. */
export interface WritesInput extends Measured {
  keys: number
  valueBytes: number
  cacheBytes: number
  /** Promises at the same time, or writes of a batch. */
  group: number
}

export interface YcsbInput extends Measured {
  records: number
  cacheBytes: number
}

export interface TpccInput extends Measured {
  scale: Scale
  cacheBytes: number
}

/** How much memory a store takes, beside what its pool was given. */
export interface MemoryInput extends Subject {
  entries: number
  valueBytes: number
  cacheBytes: number
  seed: number
}

/** Samples of phases, each as time and as CPU time: `get` and `getCpu`. */
export interface Outcome {
  samples: Samples
  /** By phase. */
  latencies: Record<string, Latencies>
  /** How the store gets at its file. */
  way: string
  /** Of one lookup, mean; null where nobody counts. */
  pageReadsPerOp: number | null
  /** What the reader should know. */
  notes: string[]
}

export interface MemoryOutcome {
  dataBytes: number
  residentBytes: number
  beforeBytes: number
}
