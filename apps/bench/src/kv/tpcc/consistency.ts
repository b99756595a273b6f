// TPC-C's consistency conditions 1 to 4 (clause 3.3.2), checked when the transactions have ended.
import { DISTRICT, ORDER, WAREHOUSE, below, key, partOf, type Scale, type Trees } from './layout.ts'

/** Throws an error that names the condition and the place. */
export function checkConsistency(trees: Trees, { warehouses, districts }: Scale): void {
  for (let w = 1; w <= warehouses; w++) {
    let ytd = 0
    for (let d = 1; d <= districts; d++) ytd += checkDistrict(trees, w, d)
    const found = fieldsOf(trees, 'warehouse', w).readDoubleLE(WAREHOUSE.ytd)
    if (found !== ytd) failed(1, `warehouse ${w} has taken ${found} cents, its districts ${ytd}`)
  }
}

/** What the district has taken. */
function checkDistrict(trees: Trees, w: number, d: number): number {
  const district = fieldsOf(trees, 'district', w, d)
  const last = district.readUInt32LE(DISTRICT.nextOrder) - 1
  const where = `district ${d} of warehouse ${w}`
  const lastOrder = lastOf(trees.order.keysSync({ ...below(w, d), reverse: true, limit: 1 }))
  if (lastOrder !== last) failed(2, `${where} counts ${last} orders, and the last one is ${lastOrder}`)

  let [count, first, newest] = [0, 0, 0]
  for (const found of trees['new-order'].keysSync(below(w, d))) {
    newest = partOf(found, 2)
    if (count++ === 0) first = newest
  }
  if (count > 0 && newest !== last) failed(2, `${where} counts ${last} orders, and the last new one is ${newest}`)
  if (count > 0 && newest - first + 1 !== count) {
    failed(3, `${where} has ${count} new orders from ${first} to ${newest}`)
  }

  let lines = 0
  for (const order of trees.order.valuesSync(below(w, d))) lines += order.readUInt8(ORDER.lines)
  let found = 0
  for (const line of trees['order-line'].keysSync(below(w, d))) found += line.length > 0 ? 1 : 0
  if (found !== lines) failed(4, `${where} has ${found} order lines where its orders say ${lines}`)
  return district.readDoubleLE(DISTRICT.ytd)
}

function lastOf(keys: Iterable<Uint8Array>): number {
  for (const found of keys) return partOf(found, 2)
  return 0
}

function fieldsOf(trees: Trees, table: 'warehouse' | 'district', ...parts: number[]): Buffer {
  const found = trees[table].getSync(key(...parts))
  if (!found) throw new Error(`TPC-C: ${table} ${parts.join()} is not there`)
  return found
}

function failed(condition: number, what: string): never {
  throw new Error(`TPC-C's consistency condition ${condition} does not hold: ${what}`)
}
