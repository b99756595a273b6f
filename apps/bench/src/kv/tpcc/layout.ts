// TPC-C's tables as named trees: keys are the numbers of the primary key, big-endian, so that they sort as numbers;
// values are fields at fixed places, money in cents, and bytes that only take room, as many as the specification's text
// fields have.
import type { BinaryStore } from '../../compose.ts'

export interface Scale {
  warehouses: number
  /** 10 in the specification. */
  districts: number
  /** Of a district, 3000; as many orders are there at the beginning. */
  customers: number
  /** 100,000. */
  items: number
}

export const TABLES = [
  'warehouse',
  'district',
  'customer',
  'customer-name',
  'history',
  'order',
  'order-customer',
  'new-order',
  'order-line',
  'item',
  'stock',
] as const

export type Table = (typeof TABLES)[number]

/** Values come as buffers of the caller's own. */
const bytes = {
  name: 'buffer',
  encode: (value: Uint8Array): Uint8Array => value,
  decode: (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
}

export type Trees = Record<Table, ReturnType<typeof treeOf>>

const treeOf = (store: BinaryStore, table: Table) =>
  store.tree<Uint8Array, Buffer>(table, { keyEncoding: 'binary', valueEncoding: bytes })

export const treesOf = (store: BinaryStore): Trees =>
  Object.fromEntries(TABLES.map((table) => [table, treeOf(store, table)])) as Trees

/** A key of 32-bit numbers, the most significant first. */
export function key(...parts: number[]): Buffer {
  const made = Buffer.allocUnsafe(parts.length * 4)
  for (let i = 0; i < parts.length; i++) made.writeUInt32BE(parts[i], i * 4)
  return made
}

/** The number at place `part` of a key. */
export const partOf = (found: Uint8Array, part: number): number =>
  new DataView(found.buffer, found.byteOffset).getUint32(part * 4)

/** Keys that begin with these numbers. */
export const below = (...parts: number[]): { gte: Buffer; lt: Buffer } => ({
  gte: key(...parts),
  lt: key(...parts.slice(0, -1), parts[parts.length - 1] + 1),
})

// Places of fields. Eight-byte fields are doubles: whole cents below 2^53.
export const WAREHOUSE = { ytd: 0, tax: 8, bytes: 93 }
export const DISTRICT = { ytd: 0, tax: 8, nextOrder: 12, bytes: 99 }
export const CUSTOMER = {
  balance: 0,
  ytdPayment: 8,
  payments: 16,
  deliveries: 20,
  discount: 24,
  bad: 28,
  data: 155,
  bytes: 655,
}
export const HISTORY = { amount: 0, bytes: 46 }
export const ORDER = { customer: 0, carrier: 4, lines: 5, allLocal: 6, entered: 8, bytes: 24 }
export const LINE = { item: 0, supplier: 4, quantity: 8, amount: 12, delivered: 16, bytes: 54 }
export const ITEM = { price: 0, image: 4, bytes: 82 }
export const STOCK = { quantity: 0, ytd: 4, orders: 8, remote: 12, bytes: 306 }

/** What an index has in the place of a value. */
export const NOTHING = Buffer.alloc(0)
