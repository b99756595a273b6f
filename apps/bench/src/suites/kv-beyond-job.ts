// Inside a cell that reads random entries of which a quarter is in memory: so many lookups at the same time, in one
// call that is awaited before the next, then in four that go on independently, then each in one of its own, and of these
// so many that as many are reading as the bare loop does, which reads the same file in turn with them. A store that has no memory of its own gets a limit for the whole process, where
// the machine lets us set one; else it begins each pass with nothing in the system's page cache, and the pass ends when
// it has met a quarter of its pages there, over the whole pass.
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pageAreas } from '../compose.ts'
import { firstByte, newKey, setKey } from '../kv/entries.ts'
import type { KeyValue, SharedStore } from '../kv/key-value.ts'
import { kinds, OURS } from '../kv/kinds.ts'
import { memoryLimit } from '../kv/memory-limit.ts'
import { dropFromPageCache, lookupsFromCold } from '../kv/page-cache.ts'
import { attachStore, StoreCell } from '../kv/store-cell.ts'
import { measureAsync } from '../measure/async-meter.ts'
import type { Job, Seat } from '../measure/job.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import { randomOf, type Random } from '../measure/random.ts'
import { measureRounds } from '../measure/rounds.ts'
import type { Workload } from '../measure/workloads.ts'
import { callsAtDepth, IN_MEMORY, type BeyondInput, type Outcome } from './kv-cases.ts'
import { samplesOf } from './llfree-outcome.ts'

const PAGE_BYTES = 4096
/** Lookups of a pass, and bare reads. */
const LOOKUPS = 4096
const BARE_READS = 2048
/** What the process may take beyond its pool under a limit. */
const ROOM_BYTES = 16 * 2 ** 20

interface Shared {
  store: SharedStore
  file: string
}

let cell: StoreCell | null = null

export const job: Job<BeyondInput, Shared, Outcome, Outcome> = {
  async open(input, workers) {
    const { store, backend, entries, valueBytes, cacheBytes, direct } = input
    const options = { backend, cacheBytes, durable: false, direct, workers }
    cell = await StoreCell.open(store, options, { entries, valueBytes })
    return { store: cell.shared, file: join(cell.directory.path, (await kinds[store]()).cachedFile ?? '') }
  },

  work: (shared, input, seat) => (input.store === OURS ? pooled(shared, input, seat) : cached(shared, input, seat)),

  async close(_shared, _input, [part]) {
    await cell?.[Symbol.asyncDispose]()
    return part
  },
}

const MANY = ['getMany', 'getManyCpu', 'calls', 'callsCpu', 'each', 'eachCpu']

/** Calls at the same time, and lookups of each. */
interface Way {
  calls: number
  each: number
}

const ways = (depth: number): Way[] => [
  { calls: 1, each: depth },
  { calls: 4, each: depth / 4 },
  { calls: callsAtDepth(depth), each: 1 },
]

/** Ours: a pool of its own, which stays as full as it is. */
async function pooled({ store: shared, file }: Shared, input: BeyondInput, seat: Seat): Promise<Outcome> {
  const { store: name, direct, depth, seed } = input
  const store = await attachStore(name, shared, seat.worker)
  const lookups = new Lookups(input)
  const bare = direct ? await bareReads(file, depth, seed) : null
  let read = 0
  let looked = 0
  const workload: Workload = {
    operations: LOOKUPS,
    async pass() {
      const before = store.pageReads() ?? 0
      const samples: number[] = []
      for (const way of ways(depth)) samples.push(...(await measureAsync(() => lookups.run(store, LOOKUPS, way))))
      read += (store.pageReads() ?? 0) - before
      looked += ways(depth).length * LOOKUPS
      // As if as many had been made as lookups.
      return [...samples, ...(bare ? [(bare.measure() / BARE_READS) * LOOKUPS] : [])]
    },
  }
  const rounds = await measureRounds(workload, compareExchangeLoop(), seat, input)
  bare?.close()
  await store.close()
  const phases = [...MANY, ...(bare ? ['bare'] : [])]
  return { samples: samplesOf(rounds, phases), latencies: {}, way: store.way, pageReadsPerOp: read / looked, notes: [] }
}

/** A store over the page cache. */
async function cached({ store: shared, file }: Shared, input: BeyondInput, seat: Seat): Promise<Outcome> {
  const { store: name, cacheBytes, depth } = input
  const lookups = new Lookups(input)
  const limit = memoryLimit()
  const drop = (): void => {
    const refused = dropFromPageCache(file)
    if (refused !== null) throw new Error(`the page cache cannot be made to forget ${name}'s file: ${refused}`)
  }
  drop()
  let store = await attachStore(name, shared, seat.worker)
  const limited = !('refused' in limit)
  if (limited) limit.enter(cacheBytes + ROOM_BYTES)
  const count = limited ? LOOKUPS : lookupsFromCold(statSync(file).size / PAGE_BYTES, IN_MEMORY)
  const begin = async (): Promise<void> => {
    if (limited) return
    await store.close()
    drop()
    store = await attachStore(name, shared, seat.worker)
  }
  const workload: Workload = {
    operations: count,
    async pass() {
      const samples: number[] = []
      for (const way of ways(depth)) {
        await begin()
        samples.push(...(await measureAsync(() => lookups.run(store, count, way))))
      }
      await begin()
      return [...samples, ...(await measureAsync(async () => lookups.runSync(store, count)))]
    },
  }
  const rounds = await measureRounds(workload, compareExchangeLoop(), seat, { ...input, compiled: true })
  await store.close()
  if (limited) limit[Symbol.dispose]()
  const samples = samplesOf(rounds, [...MANY, 'get', 'getCpu'])
  const how = limited
    ? `${name} ran under a limit of memory (a control group)`
    : `${name} began each pass of ${count} reads with nothing in the page cache, since no limit of memory can be set ` +
      `here (${limit.refused})`
  return { samples, latencies: {}, way: store.way, pageReadsPerOp: null, notes: [`Larger than memory: ${how}.`] }
}

/** Lookups of random entries, each looked at. */
class Lookups {
  readonly #entries: number
  readonly #random: Random

  constructor({ entries, seed }: BeyondInput) {
    this.#entries = entries
    this.#random = randomOf(seed)
  }

  async run(store: KeyValue, count: number, { calls, each }: Way): Promise<void> {
    let left = count
    const caller = async (): Promise<void> => {
      const drawn = new Drawn(each)
      while (left > 0) {
        left -= each
        drawn.draw(this.#random, this.#entries)
        const values = await store.getMany(drawn.keys)
        values.forEach((value, i) => drawn.expect(i, value?.[0]))
      }
    }
    await Promise.all(Array.from({ length: calls }, caller))
  }

  runSync(store: KeyValue, count: number): void {
    const drawn = new Drawn(1)
    for (let i = 0; i < count; i++) {
      drawn.draw(this.#random, this.#entries)
      drawn.expect(0, store.get(drawn.keys[0])?.[0])
    }
  }
}

/** Keys of a call, and their numbers. */
class Drawn {
  readonly keys: Buffer[]
  readonly #numbers: Uint32Array

  constructor(count: number) {
    this.keys = Array.from({ length: count }, () => newKey(0))
    this.#numbers = new Uint32Array(count)
  }

  draw(random: Random, entries: number): void {
    for (let i = 0; i < this.keys.length; i++) {
      this.#numbers[i] = random() % entries
      setKey(this.keys[i], this.#numbers[i])
    }
  }

  expect(i: number, first: number | undefined): void {
    if (first !== firstByte(this.#numbers[i]))
      throw new Error(`key ${this.#numbers[i]} has another value than was stored`)
  }
}

/** Reads of the same file past the page cache, in C. */
async function bareReads(file: string, depth: number, seed: number) {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_DIRECT)
  const reads = (await pageAreas.bare()).openReads(descriptor, depth)
  const bytes = depth * PAGE_BYTES
  const buffer = new Uint8Array(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes)
  const random = randomOf(seed, 1)
  const inFile = Math.floor(statSync(file).size / PAGE_BYTES)
  return {
    /** Nanoseconds of `BARE_READS` reads. */
    measure(): number {
      const pages = Uint32Array.from({ length: BARE_READS }, () => random() % inFile)
      const started = process.hrtime.bigint()
      reads.read(pages, buffer)
      return Number(process.hrtime.bigint() - started)
    },
    close(): void {
      reads.close()
      closeSync(descriptor)
    },
  }
}
