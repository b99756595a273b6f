// `bench`: how quick a store is on this machine and this disk: loading, random reads and random writes of one worker,
// each operation timed for itself. Reading the clock is part of what is measured: about 50 ns.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../api.ts'
import { bytesTree, forWriting, withStoreOpen, type WriteFlags } from './options.ts'
import { Progress } from './progress.ts'
import type { Surroundings } from './surroundings.ts'

export interface BenchFlags extends WriteFlags {
  entries: number
  valueBytes: number
  seconds: number
  json?: true
}

interface Phase {
  name: string
  operations: number
  perSecond: number
  /** Microseconds; none where operations were not timed one by one. */
  p50Us?: number
  p99Us?: number
  p999Us?: number
}

const KEY_BYTES = 12
/** Calls at the same time, where promises are measured. */
const AT_ONCE = 64
const MAX_SAMPLES = 1 << 20

/** In a directory of its own inside `directory`, removed afterwards. */
export async function bench(
  surroundings: Surroundings,
  directory: string | undefined,
  flags: BenchFlags,
): Promise<void> {
  if (directory !== undefined) await mkdir(directory, { recursive: true })
  const path = await mkdtemp(join(directory ?? tmpdir(), 'parperos-kv-bench-'))
  try {
    await withStoreOpen(surroundings, path, forWriting(flags), async (store) => {
      const phases = await measure(store, flags, surroundings)
      const { backend, sync, way, io } = store.info()
      const { entries, valueBytes } = flags
      const report = { entries, valueBytes, backend, way, io, sync, phases }
      surroundings.output.write(flags.json ? `${JSON.stringify(report)}\n` : table(report))
    })
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

async function measure(
  store: Store,
  { entries, valueBytes, seconds }: BenchFlags,
  { errors }: Surroundings,
): Promise<Phase[]> {
  const tree = bytesTree(store)
  const value = new Uint8Array(valueBytes).map((_, i) => 32 + (i % 95))
  const random = randomBelow(entries)
  const key = (): Uint8Array => keyOf(random())
  const progress = new Progress(errors, 'measuring')
  try {
    const begin = performance.now()
    await tree.load(
      (function* () {
        for (let i = 0; i < entries; i++) yield [keyOf(i), value] as const
      })(),
    )
    const loaded = { name: 'load', operations: entries, perSecond: perSecond(entries, performance.now() - begin) }
    return [
      loaded,
      timedSync('getSync', seconds, () => tree.getSync(key())),
      await timed('get', seconds, () => tree.get(key())),
      timedSync('putSync', seconds, () => tree.putSync(key(), value)),
      await timed('put', seconds, () => tree.put(key(), value)),
    ]
  } finally {
    progress.end()
  }
}

function timedSync(name: string, seconds: number, operation: () => unknown): Phase {
  const times = new Times()
  const begin = performance.now()
  const end = begin + seconds * 1000
  let now = begin
  do {
    operation()
    const after = performance.now()
    times.add(after - now)
    now = after
  } while (now < end)
  return times.phase(name, now - begin)
}

async function timed(name: string, seconds: number, operation: () => Promise<unknown>): Promise<Phase> {
  const times = new Times()
  const begin = performance.now()
  const end = begin + seconds * 1000
  const caller = async (): Promise<void> => {
    let now
    do {
      const before = performance.now()
      await operation()
      now = performance.now()
      times.add(now - before)
    } while (now < end)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller))
  return times.phase(`${name}, ${AT_ONCE} at once`, performance.now() - begin)
}

/** Every time of an operation; beyond a million, every one takes the place of an older one. */
class Times {
  readonly #ms = new Float64Array(MAX_SAMPLES)
  #count = 0

  add(ms: number): void {
    this.#ms[this.#count++ % MAX_SAMPLES] = ms
  }

  phase(name: string, elapsedMs: number): Phase {
    const sorted = this.#ms.subarray(0, Math.min(this.#count, MAX_SAMPLES)).sort()
    const at = (share: number): number => Number((sorted[Math.floor(share * (sorted.length - 1))] * 1000).toFixed(2))
    const operations = this.#count
    const rate = perSecond(operations, elapsedMs)
    return { name, operations, perSecond: rate, p50Us: at(0.5), p99Us: at(0.99), p999Us: at(0.999) }
  }
}

const perSecond = (operations: number, ms: number): number => Math.round((operations / ms) * 1000)

/** Numbers in ascending order are keys in ascending order. */
function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES)
  for (let i = KEY_BYTES - 1, rest = number; i >= 0; i--, rest = Math.floor(rest / 10)) key[i] = 48 + (rest % 10)
  return key
}

/** xorshift32: the same numbers in every run. */
function randomBelow(limit: number): () => number {
  let state = 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

function table(report: {
  entries: number
  valueBytes: number
  backend: string
  way: string
  io: string
  sync: string
  phases: Phase[]
}): string {
  const { entries, valueBytes, backend, way, io, sync, phases } = report
  const data = `${entries} entries of ${KEY_BYTES} + ${valueBytes} bytes`
  const head = `${data}; backend ${backend} (${way}, ${io}), sync '${sync}'\n\n`
  const rows = [
    ['', 'per second', 'p50 µs', 'p99 µs', 'p99.9 µs'],
    ...phases.map(({ name, perSecond: rate, p50Us, p99Us, p999Us }) => [
      name,
      rate.toLocaleString('en'),
      ...[p50Us, p99Us, p999Us].map((us) => us?.toFixed(1) ?? ''),
    ]),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row: string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd()
  return `${head}${rows.map(line).join('\n')}\n`
}
