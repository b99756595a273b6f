// The options that several commands share, and what they say to the store.
import { Option, type Command } from 'commander'
import type { BackendChoice, RangeOptions, Store, StoreOptions, SyncMode, Tree } from '../api.ts'
import { bytesOfArgument, forms, type Form, type Forms } from './entries.ts'
import { sizeOf, wholeNumber } from './sizes.ts'
import { Misuse, type Surroundings } from './surroundings.ts'

export interface StoreFlags {
  backend?: BackendChoice
  cache?: number
}

export interface WriteFlags extends StoreFlags {
  sync?: SyncMode
  max?: number
}

export interface EntryFlags {
  tree?: string
  keyEncoding: Form
  valueEncoding: Form
}

export interface RangeFlags {
  gt?: string
  gte?: string
  lt?: string
  lte?: string
  prefix?: string
  reverse?: true
  limit?: number
}

export function withStore(command: Command): Command {
  return command
    .addOption(new Option('--backend <name>', 'where pages are kept').choices(['auto', 'sab', 'wasm', 'native']))
    .option('--cache <size>', 'the pool of pages in memory, such as 64M (the default)', sizeOf)
}

export function withWriting(command: Command): Command {
  return withStore(command)
    .addOption(
      new Option(
        '--sync <mode>',
        "what an acknowledged commit survives; the default is 'full', a power failure",
      ).choices(['full', 'group', 'off']),
    )
    .option('--max <size>', 'what the store can grow to, 16G by default', sizeOf)
}

export function withEntries(command: Command): Command {
  const form = (flag: string, what: string): Option =>
    new Option(flag, `${what} as text: utf8 (other bytes as base64), json, or binary (base64)`)
      .choices(forms)
      .default('utf8')
  return command
    .option('--tree <name>', "a named tree; without it, the store's own")
    .addOption(form('--key-encoding <form>', 'keys'))
    .addOption(form('--value-encoding <form>', 'values'))
}

export function withRange(command: Command): Command {
  return command
    .option('--gte <key>', 'from this key on')
    .option('--gt <key>', 'from behind this key on')
    .option('--lte <key>', 'up to this key')
    .option('--lt <key>', 'up to before this key')
    .option('--prefix <key>', 'keys that begin so')
    .option('--reverse', 'from the end')
    .option('--limit <count>', 'at most so many entries', wholeNumber(0))
}

export const formsOf = ({ keyEncoding, valueEncoding }: EntryFlags): Forms => ({
  key: keyEncoding,
  value: valueEncoding,
})

export const forReading = ({ backend, cache }: StoreFlags): StoreOptions => ({
  ...(backend && { backend }),
  ...(cache !== undefined && { cacheBytes: cache }),
  readOnly: true,
  create: false,
})

export const forWriting = ({ backend, cache, sync, max }: WriteFlags): StoreOptions => ({
  ...(backend && { backend }),
  ...(cache !== undefined && { cacheBytes: cache }),
  ...(sync && { sync }),
  ...(max !== undefined && { maxBytes: max }),
})

/** Opens, uses and closes; of two errors the first one counts. */
export async function withStoreOpen<Result>(
  surroundings: Surroundings,
  path: string,
  options: StoreOptions,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await surroundings.open(path, options)
  let result: Result
  try {
    result = await use(store)
  } catch (error) {
    await store.close().catch(() => undefined)
    throw error
  }
  await store.close()
  return result
}

/** The command line works on bytes: what they look like is its own affair. */
export const bytesTree = (store: Store, name = ''): Tree<Uint8Array, Uint8Array> =>
  store.tree<Uint8Array, Uint8Array>(name, { keyEncoding: 'binary', valueEncoding: 'binary' })

export function rangeOf(flags: RangeFlags, form: Form): RangeOptions<Uint8Array> {
  const range: RangeOptions<Uint8Array> = { reverse: flags.reverse ?? false }
  if (flags.limit !== undefined) range.limit = flags.limit
  for (const bound of ['gt', 'gte', 'lt', 'lte'] as const) {
    const text = flags[bound]
    if (text !== undefined) range[bound] = bytesOfArgument(text, form, 'key')
  }
  if (flags.prefix === undefined) return range
  if (range.gt ?? range.gte ?? range.lt ?? range.lte)
    throw new Misuse('--prefix is a range of its own: leave out the others')
  if (form === 'json') throw new Misuse('--prefix is for keys of bytes or text, not of JSON')
  const prefix = bytesOfArgument(flags.prefix, form, 'prefix')
  const behind = successorOf(prefix)
  return { ...range, gte: prefix, ...(behind && { lt: behind }) }
}

/** The first key behind all that begin with `prefix`; none if that is empty or of 0xff only. */
function successorOf(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const successor = Uint8Array.from(prefix.subarray(0, length))
  successor[length - 1]++
  return successor
}
