// `scan` and `dump`: entries as JSON lines.
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import type { RangeOptions, Store } from '../api.ts'
import { keyFields, valueFields, type Forms } from './entries.ts'
import { LineWriter } from './lines.ts'
import {
  bytesTree,
  formsOf,
  forReading,
  rangeOf,
  withStoreOpen,
  type EntryFlags,
  type RangeFlags,
  type StoreFlags,
} from './options.ts'
import { Progress } from './progress.ts'
import { Misuse, type Surroundings } from './surroundings.ts'

export async function scan(
  surroundings: Surroundings,
  path: string,
  flags: EntryFlags & StoreFlags & RangeFlags & { keys?: true; values?: true },
): Promise<void> {
  const { keys, values } = flags
  if (keys && values) throw new Misuse('--keys and --values exclude each other; without them both are printed')
  const form = formsOf(flags)
  const range = rangeOf(flags, form.key)
  await withStoreOpen(surroundings, path, forReading(flags), async (store) => {
    const tree = bytesTree(store, flags.tree)
    const writer = new LineWriter(surroundings.output)
    // What is not printed is not read either.
    if (keys) for await (const key of tree.keys(range)) await writer.write(JSON.stringify(keyFields(key, form.key)))
    else if (values) {
      for await (const value of tree.values(range)) await writer.write(JSON.stringify(valueFields(value, form.value)))
    } else await write(store, flags.tree, range, form, writer)
    await writer.flush()
  })
}

export async function dump(
  surroundings: Surroundings,
  path: string,
  file: string | undefined,
  flags: EntryFlags & StoreFlags,
): Promise<void> {
  const form = formsOf(flags)
  await withStoreOpen(surroundings, path, forReading(flags), async (store) => {
    const output: Writable = file === undefined ? surroundings.output : createWriteStream(file)
    // Only of a file: standard output is not ours to end.
    const written = file === undefined ? Promise.resolve() : finished(output)
    const progress = new Progress(surroundings.errors, 'dumped')
    const all = async (): Promise<void> => {
      const writer = new LineWriter(output)
      for (const name of flags.tree === undefined ? ['', ...store.treeNames()] : [flags.tree]) {
        await write(store, name, {}, form, writer, progress)
      }
      await writer.flush()
      if (file !== undefined) output.end()
    }
    try {
      await Promise.all([all(), written])
    } finally {
      progress.end()
    }
  })
}

async function write(
  store: Store,
  name: string | undefined,
  range: RangeOptions<Uint8Array>,
  form: Forms,
  writer: LineWriter,
  progress?: Progress,
): Promise<void> {
  const tree = name ? { tree: name } : {}
  for await (const [key, value] of bytesTree(store, name).entries(range)) {
    const line = { ...tree, ...keyFields(key, form.key), ...valueFields(value, form.value) }
    const full = writer.write(JSON.stringify(line))
    if (full) await full
    progress?.add(1, key.length + value.length)
  }
}
