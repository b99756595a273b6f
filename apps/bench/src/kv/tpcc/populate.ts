// The database before the first transaction (clause 4.3.3), table by table in the order of the keys, as a bulk load
// wants it.
import { randomOf, shuffle } from '../../measure/random.ts'
import {
  CUSTOMER,
  DISTRICT,
  HISTORY,
  ITEM,
  LINE,
  NOTHING,
  ORDER,
  STOCK,
  WAREHOUSE,
  key,
  type Scale,
  type Trees,
} from './layout.ts'
import { names, TpccRandom } from './random.ts'

type Entry = readonly [Uint8Array, Buffer]

/** Of a district's orders, the last three tenths have not been delivered. */
const deliveredOf = (customers: number): number => Math.floor((customers * 7) / 10)

/** Bytes that take room; the same again and again, since no store here compresses. */
const FILL = Buffer.alloc(1024, 'the quick brown fox jumps over the lazy dog; ')
const record = (bytes: number): Buffer => Buffer.from(FILL.subarray(0, bytes))

export async function populate(trees: Trees, scale: Scale, seed: number): Promise<void> {
  const random = new TpccRandom(randomOf(seed), scale)
  const orders = drawOrders(scale, seed, random)
  await trees.item.load(items(scale, random))
  await trees.warehouse.load(warehouses(scale, random))
  await trees.district.load(districts(scale, random))
  await trees.stock.load(stock(scale, random))
  await trees.customer.load(customers(scale, random))
  await trees['customer-name'].load(customerNames(scale, random))
  await trees.history.load(history(scale))
  await trees.order.load(ordersOf(scale, orders))
  await trees['order-customer'].load(ordersByCustomer(scale, orders))
  await trees['new-order'].load(newOrders(scale))
  await trees['order-line'].load(orderLines(scale, orders, random))
}

/** Of every order of a district, by its number less one: who ordered, and how many lines. */
interface DrawnOrders {
  customer: Uint32Array
  lines: Uint8Array
}

/** By warehouse and district, in their order. */
function drawOrders(scale: Scale, seed: number, random: TpccRandom): DrawnOrders[] {
  return [...places(scale)].map(([w, d]) => {
    const customer = Uint32Array.from({ length: scale.customers }, (_, i) => i + 1)
    shuffle(customer, randomOf(seed, w, d))
    return { customer, lines: Uint8Array.from({ length: scale.customers }, () => random.between(5, 15)) }
  })
}

function* places({ warehouses: count, districts: each }: Scale): Generator<readonly [number, number, number]> {
  for (let w = 1, index = 0; w <= count; w++) for (let d = 1; d <= each; d++) yield [w, d, index++]
}

function* items({ items: count }: Scale, random: TpccRandom): Generator<Entry> {
  for (let i = 1; i <= count; i++) {
    const item = record(ITEM.bytes)
    item.writeUInt32LE(random.between(100, 10_000), ITEM.price)
    item.writeUInt32LE(random.between(1, 10_000), ITEM.image)
    yield [key(i), item]
  }
}

function* warehouses({ warehouses: count, districts: each }: Scale, random: TpccRandom): Generator<Entry> {
  for (let w = 1; w <= count; w++) {
    const warehouse = record(WAREHOUSE.bytes)
    // The specification's 300,000.00, for ten districts of 30,000.00.
    warehouse.writeDoubleLE(3_000_000 * each, WAREHOUSE.ytd)
    warehouse.writeUInt32LE(random.between(0, 2000), WAREHOUSE.tax)
    yield [key(w), warehouse]
  }
}

function* districts(scale: Scale, random: TpccRandom): Generator<Entry> {
  for (const [w, d] of places(scale)) {
    const district = record(DISTRICT.bytes)
    district.writeDoubleLE(3_000_000, DISTRICT.ytd)
    district.writeUInt32LE(random.between(0, 2000), DISTRICT.tax)
    district.writeUInt32LE(scale.customers + 1, DISTRICT.nextOrder)
    yield [key(w, d), district]
  }
}

function* stock({ warehouses: count, items: each }: Scale, random: TpccRandom): Generator<Entry> {
  for (let w = 1; w <= count; w++) {
    for (let i = 1; i <= each; i++) {
      const found = record(STOCK.bytes)
      found.writeInt32LE(random.between(10, 100), STOCK.quantity)
      for (const field of [STOCK.ytd, STOCK.orders, STOCK.remote]) found.writeUInt32LE(0, field)
      yield [key(w, i), found]
    }
  }
}

function* customers(scale: Scale, random: TpccRandom): Generator<Entry> {
  for (const [w, d] of places(scale)) {
    for (let c = 1; c <= scale.customers; c++) {
      const customer = record(CUSTOMER.bytes)
      customer.writeDoubleLE(-1000, CUSTOMER.balance)
      customer.writeDoubleLE(1000, CUSTOMER.ytdPayment)
      customer.writeUInt32LE(1, CUSTOMER.payments)
      customer.writeUInt32LE(0, CUSTOMER.deliveries)
      customer.writeUInt32LE(random.between(0, 5000), CUSTOMER.discount)
      customer.writeUInt8(random.percent(10) ? 1 : 0, CUSTOMER.bad)
      yield [key(w, d, c), customer]
    }
  }
}

/** Every last name is somebody's; which of several comes first is their number. */
function* customerNames(scale: Scale, random: TpccRandom): Generator<Entry> {
  for (const [w, d] of places(scale)) {
    const byName = Array.from({ length: scale.customers }, (_, i) => [i < names(scale) ? i : random.name(), i + 1])
    byName.sort(([name, c], [otherName, other]) => name - otherName || c - other)
    for (const [name, c] of byName) yield [key(w, d, name, c), NOTHING]
  }
}

function* history(scale: Scale): Generator<Entry> {
  for (const [w, d] of places(scale)) {
    for (let c = 1; c <= scale.customers; c++) {
      const paid = record(HISTORY.bytes)
      paid.writeUInt32LE(1000, HISTORY.amount)
      yield [key(w, d, c, 0, 0), paid]
    }
  }
}

function* ordersOf(scale: Scale, orders: DrawnOrders[]): Generator<Entry> {
  const delivered = deliveredOf(scale.customers)
  for (const [w, d, index] of places(scale)) {
    const { customer, lines } = orders[index]
    for (let o = 1; o <= scale.customers; o++) {
      const order = record(ORDER.bytes)
      order.writeUInt32LE(customer[o - 1], ORDER.customer)
      order.writeUInt8(o <= delivered ? 1 + (o % 10) : 0, ORDER.carrier)
      order.writeUInt8(lines[o - 1], ORDER.lines)
      order.writeUInt8(1, ORDER.allLocal)
      yield [key(w, d, o), order]
    }
  }
}

function* ordersByCustomer(scale: Scale, orders: DrawnOrders[]): Generator<Entry> {
  for (const [w, d, index] of places(scale)) {
    const orderOf = new Uint32Array(scale.customers + 1)
    orders[index].customer.forEach((c, i) => (orderOf[c] = i + 1))
    for (let c = 1; c <= scale.customers; c++) yield [key(w, d, c, orderOf[c]), NOTHING]
  }
}

function* newOrders(scale: Scale): Generator<Entry> {
  for (const [w, d] of places(scale)) {
    for (let o = deliveredOf(scale.customers) + 1; o <= scale.customers; o++) yield [key(w, d, o), NOTHING]
  }
}

function* orderLines(scale: Scale, orders: DrawnOrders[], random: TpccRandom): Generator<Entry> {
  const delivered = deliveredOf(scale.customers)
  for (const [w, d, index] of places(scale)) {
    for (let o = 1; o <= scale.customers; o++) {
      for (let number = 1; number <= orders[index].lines[o - 1]; number++) {
        const line = record(LINE.bytes)
        line.writeUInt32LE(random.between(1, scale.items), LINE.item)
        line.writeUInt32LE(w, LINE.supplier)
        line.writeUInt32LE(5, LINE.quantity)
        line.writeUInt32LE(o <= delivered ? 0 : random.between(1, 999_999), LINE.amount)
        line.writeDoubleLE(o <= delivered ? 1 : 0, LINE.delivered)
        yield [key(w, d, o, number), line]
      }
    }
  }
}
