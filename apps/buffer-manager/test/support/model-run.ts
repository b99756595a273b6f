// A run of random operations that is done on a store and on the model: each of them has to return the same from both.
import { expect } from 'vitest'
import type { Encoding, Operation, RangeOptions, Reader, Snapshot, Store, StoreOptions, Tree } from '../../src/api.ts'
import { open } from '../../src/index.ts'
import { MemoryDisk } from './memory-store.ts'
import { randomFrom, type Random } from './random.ts'

/** One character for each byte. */
const latin1: Encoding<string> = {
  name: 'latin1',
  encode: (text) => Buffer.from(text, 'latin1'),
  decode: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
}
const encodings = { keyEncoding: latin1, valueEncoding: latin1 }
const names = ['', 'one', 'two']

export interface Run {
  seed: number
  operations: number
  path: string
  options: StoreOptions
  /** Of the values. */
  mostBytes: number
}

/** One of the two stores, and what is open of it. */
interface Side {
  open: () => Promise<Store>
  store: Store
  trees: Tree[]
  snapshots: Snapshot[]
}

type Do = (side: Side) => unknown

/** What came out, an error by its code. */
async function outcome(side: Side, what: Do): Promise<unknown> {
  try {
    return await what(side)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === undefined) throw error
    return `throws ${code}`
  }
}

export async function runModel({ seed, operations, path, options, mostBytes }: Run): Promise<{ stats: ReturnType<Store['stats']> }> {
  const random = randomFrom(seed)
  const make = new Making(random, mostBytes)
  const disk = new MemoryDisk()
  const real = await opened(() => open(path, options))
  const model = await opened(() => disk.open(path))
  for (let i = 0; i < operations; i++) {
    const [name, what] = next(make)
    const wanted = await outcome(model, what)
    const found = await outcome(real, what)
    const where = `seed ${seed}, operation ${i}, ${name}`
    expect(same(found, wanted) || { where, found: shown(found), wanted: shown(wanted) }, where).toBe(true)
    if (i % 100 === 99) await real.store.validate()
  }
  for (const snapshot of real.snapshots) snapshot.close()
  await reopen(real)
  await reopen(model)
  for (const [i, tree] of real.trees.entries()) {
    const entries = [...tree.entriesSync()]
    expect(same(entries, [...model.trees[i].entriesSync()]), `seed ${seed}: the tree ${tree.name} at the end`).toBe(true)
  }
  await real.store.validate()
  const stats = real.store.stats()
  await real.store.close()
  return { stats }
}

async function opened(openIt: () => Promise<Store>): Promise<Side> {
  const store = await openIt()
  return { open: openIt, store, trees: names.map((name) => store.tree(name, encodings)), snapshots: [] }
}

async function reopen(side: Side): Promise<void> {
  for (const snapshot of side.snapshots.splice(0)) snapshot.close()
  await side.store.close()
  Object.assign(side, await opened(side.open))
}

/** Values can have 100 KiB, and a comparison that shows them is of no use. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
const shown = (value: unknown): string => (JSON.stringify(value) as string | undefined)?.slice(0, 2000) ?? 'undefined'

/** Random keys, values and ranges. */
class Making {
  readonly random: Random
  readonly #mostBytes: number

  constructor(random: Random, mostBytes: number) {
    this.random = random
    this.#mostBytes = mostBytes
  }

  key(): string {
    const { random } = this
    const number = random(300)
    const kind = random(10)
    if (kind < 6) return String(number)
    if (kind < 8) return `${'prefix of many '.repeat(1 + (number % 5))}${number}`
    if (kind < 9) return String.fromCharCode(255 - (number % 40)).repeat(number * 3.4)
    return number % 10 === 0 ? '' : String.fromCharCode(number % 256, number % 3)
  }

  value(): string {
    const { random } = this
    const kind = random(100)
    const most = kind < 70 ? 100 : kind < 90 ? 700 : kind < 97 ? 5000 : this.#mostBytes
    const text = `${random(1_000_000)} `
    return text.repeat(random(most + 1) / text.length).padEnd(random(20) && 1, '.')
  }

  tree(): number {
    return this.random(10) < 6 ? 0 : 1 + this.random(2)
  }

  range(): RangeOptions<string> {
    const { random } = this
    const range: RangeOptions<string> = {}
    if (random(3) > 0) range[random(2) ? 'gt' : 'gte'] = this.key()
    if (random(3) > 0) range[random(2) ? 'lt' : 'lte'] = this.key()
    if (random(3) === 0) range.reverse = true
    if (random(3) === 0) range.limit = random(40)
    return range
  }

  list<Item>(most: number, item: () => Item): Item[] {
    return Array.from({ length: 1 + this.random(most) }, item)
  }
}

/** The next operation; everything random is decided before it is done. */
function next(make: Making): [string, Do] {
  const { random } = make
  const [t, key, kind] = [make.tree(), make.key(), random(100)]
  if (kind < 16) return put(t, key, make.value(), random(2) === 0)
  if (kind < 28) return del(t, key, random(2) === 0)
  if (kind < 40) return batch(make, random(2) === 0)
  if (kind < 46) return meanwhile(make)
  if (kind < 58) return reads(make, (side) => side.trees, 'read')
  if (kind < 64) return ['snapshot', (side) => void side.snapshots.push(side.store.snapshot())]
  if (kind < 74) return ofSnapshot(make)
  if (kind < 88) return transaction(make)
  if (kind < 91) return clear(t, make.range())
  if (kind < 94) return ['checkpoint', (side) => side.store.checkpoint()]
  if (kind < 96) return load(make, t)
  if (kind < 98) return ['counts', ({ trees, store }) => [trees.map((tree) => tree.count()), store.stats().entries]]
  return ['reopen', reopen]
}

const put = (t: number, key: string, value: string, sync: boolean): [string, Do] => [
  'put',
  ({ trees }) => (sync ? trees[t].putSync(key, value) : trees[t].put(key, value)),
]

const del = (t: number, key: string, sync: boolean): [string, Do] => [
  'del',
  ({ trees }) => (sync ? trees[t].delSync(key) : trees[t].del(key)),
]

function batch(make: Making, sync: boolean): [string, Do] {
  const planned = make.list(60, () => ({ t: make.tree(), key: make.key(), value: make.random(3) ? make.value() : undefined }))
  const operations = ({ trees }: Side): Operation<string, string>[] =>
    planned.map(({ t, key, value }) =>
      value === undefined ? { type: 'del', key, tree: trees[t] } : { type: 'put', key, value, tree: trees[t] },
    )
  return ['batch', (side) => (sync ? side.store.tree('one', encodings).batchSync(operations(side)) : side.trees[0].batch(operations(side)))]
}

/** Several at the same time, each on keys of its own; what reads meanwhile is not compared. */
function meanwhile(make: Making): [string, Do] {
  const planned = make.list(30, () => ({ t: make.tree(), key: make.key(), value: make.value() }))
  const own = [...new Map(planned.map((one) => [`${one.t} ${one.key}`, one])).values()]
  return [
    'several at the same time',
    async ({ trees, store }) => {
      const reading = own.map(({ t, key }) => trees[t].get(key))
      const writing = own.map(({ t, key, value }, i) => (i % 4 === 0 ? trees[t].del(key) : trees[t].put(key, value)))
      const checkpoint = own.length % 3 === 0 ? store.checkpoint() : undefined
      const ends = await Promise.all(writing)
      await Promise.all([...reading, checkpoint])
      return ends
    },
  ]
}

function reads(make: Making, readers: (side: Side) => Reader<string, string>[], name: string): [string, Do] {
  const [t, keys, range, how] = [make.tree(), make.list(20, () => make.key()), make.range(), make.random(6)]
  const read = async (reader: Reader<string, string>): Promise<unknown> => {
    if (how === 0) return [await reader.getMany(keys), reader.hasSync(keys[0])]
    if (how === 1) return [reader.getManySync(keys), await reader.has(keys[0])]
    if (how === 2) return [...reader.entriesSync(range)]
    if (how === 3) return [[...reader.keysSync(range)], [...reader.valuesSync({ ...range, limit: 5 })]]
    const found: unknown[] = []
    if (how === 4) for await (const entry of reader.entries(range)) found.push(entry)
    else for await (const key of reader.keys(range)) found.push(key)
    return found
  }
  return [name, (side) => read(readers(side)[t])]
}

function ofSnapshot(make: Making): [string, Do] {
  const [which, closes] = [make.random(1000), make.random(3) === 0]
  const [, read] = reads(make, (side) => side.trees.map((tree) => side.snapshots[which % side.snapshots.length].in(tree)), '')
  return [
    'read a snapshot',
    async (side) => {
      if (side.snapshots.length === 0) return undefined
      const found = await read(side)
      // They hold back pages, so that not too many may be open.
      if (closes || side.snapshots.length > 4) side.snapshots.splice(which % side.snapshots.length, 1)[0].close()
      return found
    },
  ]
}

/** Reads, own writes, reads again, and perhaps somebody else who writes before the end. */
function transaction(make: Making): [string, Do] {
  const { random } = make
  const [t, read, range] = [make.tree(), make.list(5, () => make.key()), make.range()]
  delete range.limit
  const writes = make.list(10, () => ({ t: make.tree(), key: make.key(), value: random(4) ? make.value() : undefined }))
  const others = [{ t, key: read[0] }, writes[0], { t: make.tree(), key: make.key() }]
  const other = random(2) ? { ...others[random(3)], value: make.value() } : undefined
  const isolation = random(3) ? ('serializable' as const) : ('snapshot' as const)
  return [
    `transaction (${isolation})`,
    ({ store, trees }) =>
      store.transaction(
        async (own) => {
          const found: unknown[] = [await own.in(trees[t]).getMany(read)]
          for (const { t: in_, key, value } of writes) {
            if (value === undefined) found.push(own.in(trees[in_]).del(key))
            else own.in(trees[in_]).put(key, value)
          }
          if (other) await trees[other.t].put(other.key, other.value)
          found.push([...own.in(trees[t]).entriesSync(range)], own.in(trees[t]).getSync(read[0]))
          return found
        },
        { isolation },
      ),
  ]
}

const clear = (t: number, range: RangeOptions<string>): [string, Do] => ['clear', ({ trees }) => trees[t].clear(range)]

function load(make: Making, t: number): [string, Do] {
  const entries = make.list(300, (): [string, string] => [make.key(), make.value()])
  entries.sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  const [isEmptied, isSorted] = [make.random(2) === 0, make.random(4) > 0]
  const ascending = entries.filter(([key], i) => i === 0 || key !== entries[i - 1][0])
  return [
    'load',
    async ({ trees }) => {
      const cleared = isEmptied && (await trees[t].clear())
      return [cleared, await trees[t].load(isSorted ? ascending : entries)]
    },
  ]
}
