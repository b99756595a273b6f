// TPC-C's five transactions (clause 2) in the standard mix, each one transaction of the store. What they are about is
// drawn first, so that one that met another's changes can be begun anew with the same.
import type { BinaryStore } from '../../compose.ts'
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
  below,
  key,
  partOf,
  type Scale,
  type Table,
  type Trees,
} from './layout.ts'
import type { TpccRandom } from './random.ts'

export const KINDS = ['new order', 'payment', 'order status', 'delivery', 'stock level'] as const
/** In percent, by kind. */
const MIX = [45, 43, 4, 4, 4]
/** A new order in a hundred names an item that does not exist, and is taken back. */
const TAKEN_BACK = 1
/** So often at most a transaction is begun anew. */
const RETRIES = 1000

type Trading = Parameters<Parameters<BinaryStore['transactionSync']>[0]>[0]

/** What is thrown to take a new order back. */
class NoSuchItem extends Error {}

/** One terminal: a worker at its warehouse. */
export class Terminal {
  /** Of each kind, how many were done. */
  readonly done = new Uint32Array(KINDS.length)
  readonly #store: BinaryStore
  readonly #trees: Trees
  readonly #scale: Scale
  readonly #random: TpccRandom
  readonly #warehouse: number
  #payments = 0

  constructor(store: BinaryStore, trees: Trees, scale: Scale, random: TpccRandom, warehouse: number) {
    this.#store = store
    this.#trees = trees
    this.#scale = scale
    this.#random = random
    this.#warehouse = warehouse
  }

  /** One transaction of the mix. */
  run(): void {
    const kind = this.#draw()
    if (kind === 0) this.#newOrder()
    else if (kind === 1) this.#payment()
    else if (kind === 2) this.#orderStatus()
    else if (kind === 3) this.#delivery()
    else this.#stockLevel()
    this.done[kind]++
  }

  #draw(): number {
    let percent = this.#random.between(0, 99)
    let kind = 0
    while (percent >= MIX[kind]) percent -= MIX[kind++]
    return kind
  }

  #newOrder(): void {
    const random = this.#random
    const w = this.#warehouse
    const d = random.district()
    const c = random.customer()
    const lines = Array.from({ length: random.between(5, 15) }, () => ({
      item: random.item(),
      supplier: random.percent(1) ? this.#otherWarehouse() : w,
      quantity: random.between(1, 10),
    }))
    if (random.percent(TAKEN_BACK)) lines[lines.length - 1].item = this.#scale.items + 1
    try {
      this.#transaction((tx) => {
        const district = this.#read(tx, 'district', w, d)
        const o = district.readUInt32LE(DISTRICT.nextOrder)
        district.writeUInt32LE(o + 1, DISTRICT.nextOrder)
        this.#write(tx, 'district', district, w, d)
        const taxes = this.#read(tx, 'warehouse', w).readUInt32LE(WAREHOUSE.tax) + district.readUInt32LE(DISTRICT.tax)
        const discount = this.#read(tx, 'customer', w, d, c).readUInt32LE(CUSTOMER.discount)
        const order = Buffer.alloc(ORDER.bytes)
        order.writeUInt32LE(c, ORDER.customer)
        order.writeUInt8(lines.length, ORDER.lines)
        order.writeUInt8(lines.every(({ supplier }) => supplier === w) ? 1 : 0, ORDER.allLocal)
        order.writeDoubleLE(o, ORDER.entered)
        this.#write(tx, 'order', order, w, d, o)
        this.#write(tx, 'order-customer', NOTHING, w, d, c, o)
        this.#write(tx, 'new-order', NOTHING, w, d, o)
        lines.forEach(({ item, supplier, quantity }, i) => {
          const price = this.#find(tx, 'item', item)?.readUInt32LE(ITEM.price)
          if (price === undefined) throw new NoSuchItem()
          this.#take(tx, item, supplier, quantity)
          const line = Buffer.alloc(LINE.bytes)
          line.writeUInt32LE(item, LINE.item)
          line.writeUInt32LE(supplier, LINE.supplier)
          line.writeUInt32LE(quantity, LINE.quantity)
          line.writeUInt32LE(Math.round(quantity * price * (1 + taxes / 1e4) * (1 - discount / 1e4)), LINE.amount)
          this.#write(tx, 'order-line', line, w, d, o, i + 1)
        })
      })
    } catch (error) {
      if (!(error instanceof NoSuchItem)) throw error
    }
  }

  /** Out of stock, which is filled up when it gets low. */
  #take(tx: Trading, item: number, supplier: number, quantity: number): void {
    const stock = this.#read(tx, 'stock', supplier, item)
    const left = stock.readInt32LE(STOCK.quantity) - quantity
    stock.writeInt32LE(left >= 10 ? left : left + 91, STOCK.quantity)
    add(stock, STOCK.ytd, quantity)
    add(stock, STOCK.orders, 1)
    if (supplier !== this.#warehouse) add(stock, STOCK.remote, 1)
    this.#write(tx, 'stock', stock, supplier, item)
  }

  #payment(): void {
    const random = this.#random
    const w = this.#warehouse
    const d = random.district()
    const [home, district] = random.percent(85) ? [w, d] : [this.#otherWarehouse(), random.district()]
    const who = this.#customer()
    const amount = random.between(100, 500_000)
    const number = ++this.#payments
    this.#transaction((tx) => {
      const warehouse = this.#read(tx, 'warehouse', w)
      warehouse.writeDoubleLE(warehouse.readDoubleLE(WAREHOUSE.ytd) + amount, WAREHOUSE.ytd)
      this.#write(tx, 'warehouse', warehouse, w)
      const own = this.#read(tx, 'district', w, d)
      own.writeDoubleLE(own.readDoubleLE(DISTRICT.ytd) + amount, DISTRICT.ytd)
      this.#write(tx, 'district', own, w, d)
      const c = this.#customerOf(tx, home, district, who)
      const customer = this.#read(tx, 'customer', home, district, c)
      customer.writeDoubleLE(customer.readDoubleLE(CUSTOMER.balance) - amount, CUSTOMER.balance)
      customer.writeDoubleLE(customer.readDoubleLE(CUSTOMER.ytdPayment) + amount, CUSTOMER.ytdPayment)
      add(customer, CUSTOMER.payments, 1)
      if (customer.readUInt8(CUSTOMER.bad) === 1) {
        // The newest of a bad customer's payments stands first.
        customer.copyWithin(CUSTOMER.data + 24, CUSTOMER.data, CUSTOMER.bytes - 24)
        ;[c, district, home, d, w, amount].forEach((field, i) => customer.writeUInt32LE(field, CUSTOMER.data + 4 * i))
      }
      this.#write(tx, 'customer', customer, home, district, c)
      const paid = Buffer.alloc(HISTORY.bytes)
      paid.writeUInt32LE(amount, HISTORY.amount)
      this.#write(tx, 'history', paid, home, district, c, w, number)
    })
  }

  #orderStatus(): void {
    const w = this.#warehouse
    const d = this.#random.district()
    const who = this.#customer()
    this.#transaction((tx) => {
      const c = this.#customerOf(tx, w, d, who)
      this.#read(tx, 'customer', w, d, c)
      for (const last of tx
        .in(this.#trees['order-customer'])
        .keysSync({ ...below(w, d, c), reverse: true, limit: 1 })) {
        const o = partOf(last, 3)
        const expected = this.#read(tx, 'order', w, d, o).readUInt8(ORDER.lines)
        let lines = 0
        for (const line of tx.in(this.#trees['order-line']).valuesSync(below(w, d, o))) lines += line.length > 0 ? 1 : 0
        if (lines !== expected) throw new Error(`TPC-C: order ${o} has ${lines} lines where it says ${expected}`)
      }
    })
  }

  /** The oldest new order of each district. */
  #delivery(): void {
    const w = this.#warehouse
    const carrier = this.#random.between(1, 10)
    this.#transaction((tx) => {
      for (let d = 1; d <= this.#scale.districts; d++) {
        for (const oldest of tx.in(this.#trees['new-order']).keysSync({ ...below(w, d), limit: 1 })) {
          this.#deliver(tx, carrier, d, partOf(oldest, 2))
        }
      }
    })
  }

  #deliver(tx: Trading, carrier: number, d: number, o: number): void {
    const w = this.#warehouse
    tx.in(this.#trees['new-order']).del(key(w, d, o))
    const order = this.#read(tx, 'order', w, d, o)
    order.writeUInt8(carrier, ORDER.carrier)
    this.#write(tx, 'order', order, w, d, o)
    let amount = 0
    for (const [number, line] of [...tx.in(this.#trees['order-line']).entriesSync(below(w, d, o))]) {
      amount += line.readUInt32LE(LINE.amount)
      line.writeDoubleLE(o, LINE.delivered)
      tx.in(this.#trees['order-line']).put(number, line)
    }
    const c = order.readUInt32LE(ORDER.customer)
    const customer = this.#read(tx, 'customer', w, d, c)
    customer.writeDoubleLE(customer.readDoubleLE(CUSTOMER.balance) + amount, CUSTOMER.balance)
    add(customer, CUSTOMER.deliveries, 1)
    this.#write(tx, 'customer', customer, w, d, c)
  }

  /** How many items of the district's last twenty orders are low in stock. */
  #stockLevel(): void {
    const w = this.#warehouse
    const d = this.#random.district()
    const threshold = this.#random.between(10, 20)
    this.#transaction((tx) => {
      const next = this.#read(tx, 'district', w, d).readUInt32LE(DISTRICT.nextOrder)
      const items = new Set<number>()
      const lastOrders = { gte: key(w, d, Math.max(1, next - 20)), lt: key(w, d, next) }
      for (const line of tx.in(this.#trees['order-line']).valuesSync(lastOrders))
        items.add(line.readUInt32LE(LINE.item))
      let low = 0
      for (const item of items) if (this.#read(tx, 'stock', w, item).readInt32LE(STOCK.quantity) < threshold) low++
      return low
    })
  }

  /** By last name in 60 of 100 cases, else by number. */
  #customer(): { name: number } | { number: number } {
    const random = this.#random
    return random.percent(60) ? { name: random.name() } : { number: random.customer() }
  }

  /** Of those with a name the one in the middle. */
  #customerOf(tx: Trading, w: number, d: number, who: { name: number } | { number: number }): number {
    if ('number' in who) return who.number
    const found = [...tx.in(this.#trees['customer-name']).keysSync(below(w, d, who.name))]
    if (found.length === 0) throw new Error(`TPC-C: nobody has name ${who.name}`)
    return partOf(found[(found.length - 1) >> 1], 3)
  }

  #otherWarehouse(): number {
    const { warehouses } = this.#scale
    if (warehouses === 1) return this.#warehouse
    const other = this.#random.between(1, warehouses - 1)
    return other < this.#warehouse ? other : other + 1
  }

  #transaction(body: (tx: Trading) => unknown): void {
    this.#store.transactionSync(body, { retries: RETRIES })
  }

  #find(tx: Trading, table: Table, ...parts: number[]): Buffer | undefined {
    return tx.in(this.#trees[table]).getSync(key(...parts))
  }

  #read(tx: Trading, table: Table, ...parts: number[]): Buffer {
    const found = this.#find(tx, table, ...parts)
    if (!found) throw new Error(`TPC-C: ${table} ${parts.join()} is not there`)
    return found
  }

  #write(tx: Trading, table: Table, value: Buffer, ...parts: number[]): void {
    tx.in(this.#trees[table]).put(key(...parts), value)
  }
}

function add(fields: Buffer, at: number, amount: number): void {
  fields.writeUInt32LE(fields.readUInt32LE(at) + amount, at)
}
