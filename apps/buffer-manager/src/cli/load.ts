// `load`: JSON lines into a store, a batch at a time, or sorted ones as the quickest way that a tree can be filled.
import { open } from 'node:fs/promises'
import type { Operation, Store, Tree } from '../api.ts'
import { entryOf, type Forms, type TextEntry } from './entries.ts'
import { linesOf } from './lines.ts'
import { bytesTree, formsOf, forWriting, withStoreOpen, type EntryFlags, type WriteFlags } from './options.ts'
import { Progress } from './progress.ts'
import type { Surroundings } from './surroundings.ts'

export interface LoadFlags extends EntryFlags, WriteFlags {
  sorted?: true
  batch: number
  json?: true
}

type Bytes = Tree<Uint8Array, Uint8Array>

export async function load(
  surroundings: Surroundings,
  path: string,
  file: string | undefined,
  flags: LoadFlags,
): Promise<void> {
  // Before the store, which is not made for a file that is missing.
  const source = file === undefined ? undefined : await open(file)
  const input = source?.createReadStream({ highWaterMark: 1 << 20, autoClose: false }) ?? surroundings.input
  const progress = new Progress(surroundings.errors, 'loaded')
  try {
    await withStoreOpen(surroundings, path, forWriting(flags), (store) => {
      const entries = entriesOf(input, formsOf(flags), progress)
      const treeOf = trees(store, flags.tree)
      return flags.sorted ? loadSorted(entries, treeOf) : loadBatches(entries, treeOf, store, flags.batch)
    })
  } finally {
    progress.end()
    await source?.close()
  }
  const { entries, seconds } = progress
  const result = { entries, seconds: Number(seconds.toFixed(3)) }
  surroundings.output.write(
    flags.json ? `${JSON.stringify(result)}\n` : `${entries} entries in ${seconds.toFixed(1)} s\n`,
  )
}

async function* entriesOf(
  input: AsyncIterable<Uint8Array>,
  form: Forms,
  progress: Progress,
): AsyncGenerator<TextEntry> {
  for await (const lines of linesOf(input)) {
    for (const line of lines) {
      const entry = entryOf(line, form)
      progress.add(1, entry.key.length + entry.value.length)
      yield entry
    }
  }
}

/** The tree that a line names; where it names none, that of the command. */
function trees(store: Store, otherwise: string | undefined): (name: string | undefined) => Bytes {
  const known = new Map<string, Bytes>()
  return (name = otherwise ?? '') => {
    const tree = known.get(name) ?? bytesTree(store, name)
    known.set(name, tree)
    return tree
  }
}

async function loadBatches(
  entries: AsyncIterable<TextEntry>,
  treeOf: (name: string | undefined) => Bytes,
  store: Store,
  size: number,
): Promise<void> {
  const main = bytesTree(store)
  let operations: Operation<Uint8Array, Uint8Array>[] = []
  for await (const { tree, key, value } of entries) {
    operations.push({ type: 'put', key, value, tree: treeOf(tree) })
    if (operations.length < size) continue
    await main.batch(operations)
    operations = []
  }
  if (operations.length > 0) await main.batch(operations)
}

/** Lines of one tree that follow each other are one load. */
async function loadSorted(
  entries: AsyncGenerator<TextEntry>,
  treeOf: (name: string | undefined) => Bytes,
): Promise<void> {
  let step = await entries.next()
  while (!step.done) {
    const { tree } = step.value
    const ofOneTree = async function* (): AsyncGenerator<[Uint8Array, Uint8Array]> {
      while (!step.done && step.value.tree === tree) {
        yield [step.value.key, step.value.value]
        step = await entries.next()
      }
    }
    await treeOf(tree).load(ofOneTree())
  }
}
