// `put`, `get` and `del`: single entries.
import { Buffer } from 'node:buffer'
import { buffer } from 'node:stream/consumers'
import { bytesOfArgument, keyFields, textOf, valueFields } from './entries.ts'
import { LineWriter } from './lines.ts'
import {
  bytesTree,
  formsOf,
  forReading,
  forWriting,
  withStoreOpen,
  type EntryFlags,
  type StoreFlags,
  type WriteFlags,
} from './options.ts'
import { Failure, Misuse, type Surroundings } from './surroundings.ts'

/** Without `value` it comes from standard input, byte for byte. */
export async function put(
  surroundings: Surroundings,
  path: string,
  key: string,
  value: string | undefined,
  flags: EntryFlags & WriteFlags & { json?: true },
): Promise<void> {
  const form = formsOf(flags)
  const keyBytes = bytesOfArgument(key, form.key, 'key')
  const bytes = value === undefined ? await buffer(surroundings.input) : bytesOfArgument(value, form.value, 'value')
  await withStoreOpen(surroundings, path, forWriting(flags), (store) =>
    bytesTree(store, flags.tree).put(keyBytes, bytes),
  )
  if (flags.json)
    surroundings.output.write(`${JSON.stringify({ ...keyFields(keyBytes, form.key), bytes: bytes.length })}\n`)
}

export async function get(
  surroundings: Surroundings,
  path: string,
  keys: readonly string[],
  flags: EntryFlags & StoreFlags & { json?: true; raw?: true },
): Promise<void> {
  if (flags.json && flags.raw) throw new Misuse('--json and --raw exclude each other')
  const form = formsOf(flags)
  const bytes = keys.map((key) => bytesOfArgument(key, form.key, 'key'))
  const values = await withStoreOpen(surroundings, path, forReading(flags), (store) =>
    bytesTree(store, flags.tree).getMany(bytes),
  )
  const missing: string[] = []
  const writer = new LineWriter(surroundings.output)
  for (const [i, value] of values.entries()) {
    if (!value) missing.push(keys[i])
    if (flags.json) {
      const fields = value ? valueFields(value, form.value) : { missing: true }
      await writer.write(JSON.stringify({ ...keyFields(bytes[i], form.key), ...fields }))
    } else if (value && flags.raw) surroundings.output.write(Buffer.from(value))
    else if (value) await writer.write(textOf(value, form.value))
  }
  await writer.flush()
  if (missing.length === 0) return
  throw new Failure(`no such key: ${missing.map((key) => JSON.stringify(key)).join(', ')}`)
}

export async function del(
  surroundings: Surroundings,
  path: string,
  keys: readonly string[],
  flags: EntryFlags & WriteFlags & { json?: true },
): Promise<void> {
  const form = formsOf(flags)
  const bytes = keys.map((key) => bytesOfArgument(key, form.key, 'key'))
  const existed = await withStoreOpen(surroundings, path, { ...forWriting(flags), create: false }, async (store) => {
    const tree = bytesTree(store, flags.tree)
    return Promise.all(bytes.map((key) => tree.del(key)))
  })
  const writer = new LineWriter(surroundings.output)
  if (flags.json) {
    for (const [i, deleted] of existed.entries()) {
      await writer.write(JSON.stringify({ ...keyFields(bytes[i], form.key), deleted }))
    }
  } else await writer.write(`${existed.filter(Boolean).length} deleted`)
  await writer.flush()
}
