// TPC-C and YCSB: what they draw, that TPC-C leaves a consistent database, and that its conditions notice one that is
// not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore, type BinaryStore } from '../src/compose.ts'
import { storeDirectory, type StoreDirectory } from '../src/kv/directory.ts'
import { checkConsistency } from '../src/kv/tpcc/consistency.ts'
import { DISTRICT, ITEM, key, treesOf, WAREHOUSE, type Scale, type Trees } from '../src/kv/tpcc/layout.ts'
import { populate } from '../src/kv/tpcc/populate.ts'
import { TpccRandom } from '../src/kv/tpcc/random.ts'
import { KINDS, Terminal } from '../src/kv/tpcc/transactions.ts'
import { INSERT, READ, SCAN, workloads, YcsbDraw } from '../src/kv/ycsb.ts'
import { scrambledZipfian, zipfian } from '../src/kv/zipf.ts'
import { randomOf } from '../src/measure/random.ts'

const scale: Scale = { warehouses: 2, districts: 3, customers: 30, items: 100 }

describe('TPC-C', () => {
  let directory: StoreDirectory
  let store: BinaryStore
  let trees: Trees

  beforeAll(async () => {
    directory = storeDirectory()
    store = await openStore(directory.path, { backend: 'sab', cacheBytes: 2 ** 24, durable: false, workers: 1 })
    trees = treesOf(store)
    await populate(trees, scale, 1)
  })

  afterAll(async () => {
    await store.close()
    directory[Symbol.dispose]()
  })

  test('begins with a consistent database, as large as its scale says', () => {
    checkConsistency(trees, scale)
    const rows = Object.fromEntries(Object.entries(trees).map(([table, tree]) => [table, tree.count()]))
    expect(rows).toMatchObject({ warehouse: 2, district: 6, customer: 180, 'customer-name': 180, history: 180 })
    expect(rows).toMatchObject({ order: 180, 'order-customer': 180, 'new-order': 54, item: 100, stock: 200 })
    expect(trees.item.getSync(key(1))).toHaveLength(ITEM.bytes)
  })

  test('ends with a consistent database after transactions of every kind in two warehouses', () => {
    const terminals = [1, 2].map((w) => new Terminal(store, trees, scale, new TpccRandom(randomOf(w), scale), w))
    for (let i = 0; i < 300; i++) for (const terminal of terminals) terminal.run()
    checkConsistency(trees, scale)
    for (const { done } of terminals) {
      KINDS.forEach((kind, i) => expect(done[i], kind).toBeGreaterThan(0))
      expect(done.reduce((sum, count) => sum + count)).toBe(300)
    }
    expect(trees.order.count()).toBeGreaterThan(180)
    expect(trees.history.count()).toBeGreaterThan(180)
  })

  test.each([
    [1, () => change('warehouse', key(1), (fields) => fields.writeDoubleLE(1, WAREHOUSE.ytd))],
    [2, () => change('district', key(1, 1), (fields) => fields.writeUInt32LE(1, DISTRICT.nextOrder))],
    [3, () => remove('new-order', 1)],
    [4, () => remove('order-line', 0)],
  ] as const)('notices that condition %i does not hold', (condition, damage) => {
    const undo = damage()
    expect(() => checkConsistency(trees, scale)).toThrow(`consistency condition ${condition} does not hold`)
    undo()
    checkConsistency(trees, scale)
  })

  function change(table: 'warehouse' | 'district', at: Buffer, edit: (fields: Buffer) => void): () => void {
    const before = trees[table].getSync(at) ?? Buffer.alloc(0)
    const fields = Buffer.from(before)
    edit(fields)
    trees[table].putSync(at, fields)
    return () => trees[table].putSync(at, before)
  }

  /** The entry of the first district at that place. */
  function remove(table: 'new-order' | 'order-line', place: number): () => void {
    const [at, value] = [...trees[table].entriesSync({ limit: place + 1 })][place]
    trees[table].delSync(at)
    return () => trees[table].putSync(at, value)
  }
})

describe('YCSB', () => {
  const count = (numbers: Iterable<number>): Map<number, number> => {
    const counts = new Map<number, number>()
    for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
    return counts
  }

  test('draws a few records often: with constant 0.99 the first of a thousand is an eighth of all', () => {
    const next = zipfian(1000, randomOf(1))
    const counts = count(Array.from({ length: 100_000 }, next))
    expect(counts.get(0)).toBeGreaterThan(12_000)
    expect(counts.get(0)).toBeLessThan(14_500)
    expect(counts.get(1) ?? 0).toBeLessThan(8000)
    expect(Math.max(...counts.keys())).toBeGreaterThan(900)
  })

  test('scatters those that come often', () => {
    const next = scrambledZipfian(1000, randomOf(1))
    const [[most]] = [...count(Array.from({ length: 10_000 }, next))].toSorted(([, a], [, b]) => b - a)
    const [[second]] = [...count(Array.from({ length: 10_000 }, next))]
      .filter(([n]) => n !== most)
      .toSorted(([, a], [, b]) => b - a)
    expect(Math.abs(most - second)).toBeGreaterThan(1)
  })

  test.each(workloads)('$name has the kinds of operations that it says, of records that there are', (workload) => {
    const draw = new YcsbDraw(workload, 500, 1)
    const { kinds, records, lengths } = draw.draw(20_000)
    const shares = count(kinds)
    for (const [kind, percent] of workload.mix) expect((shares.get(kind) ?? 0) / 200).toBeCloseTo(percent, -0.5)
    expect(draw.count).toBe(500 + (shares.get(INSERT) ?? 0))
    let inserted = 500
    kinds.forEach((kind, i) => {
      if (kind === INSERT) expect(records[i]).toBe(inserted++)
      else expect(records[i]).toBeLessThan(inserted)
      if (kind === SCAN) expect(lengths[i]).toBeGreaterThanOrEqual(1)
    })
  })

  test('D reads what was inserted last most often', () => {
    const [latest] = workloads.filter(({ name }) => name === 'd')
    const draw = new YcsbDraw(latest, 10_000, 1)
    const { kinds, records } = draw.draw(2000)
    const reads = records.filter((_, i) => kinds[i] === READ)
    expect(reads.filter((record) => record >= 9000).length).toBeGreaterThan(reads.length / 2)
  })
})
