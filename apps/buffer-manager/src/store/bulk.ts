// Loading many entries in ascending order. Into an empty tree they are packed into new pages that nobody else can see, past
// the log; the tree is published together with a checkpoint that has it. A tree with entries gets them in large commits.
import { setImmediate as turn } from 'node:timers/promises'
import { StoreError } from '../errors.ts'
import { BulkLoad } from '../tree/index.ts'
import { CommitEdit } from './edit.ts'
import type { Engine } from './engine.ts'
import type { Change } from './operations.ts'
import { Scan } from './scan.ts'
import { compareKeys } from './values.ts'

/** Entries of a commit, and entries that are packed before others get a turn. */
const COMMITTED = 1000
const PACKED = 4096
/** New pages after which they are written. */
const WRITTEN_AHEAD = 1024

export type Entries<Key, Value> = Iterable<readonly [Key, Value]> | AsyncIterable<readonly [Key, Value]>

/** What is loaded, and how it becomes bytes, which may be others as soon as the next entry is asked for. */
export interface Load<Key, Value> {
  entries: Entries<Key, Value>
  key: (key: Key) => Uint8Array
  value: (value: Value) => Uint8Array
}

/** How many entries there were. Throws `BAD_OPTION` for keys that do not ascend, `CONFLICT` when others write to the tree. */
export async function load<Key, Value>(engine: Engine, tree: number, what: Load<Key, Value>): Promise<number> {
  engine.requireOpen()
  engine.requireWritable()
  return engine.shared.root(tree) === 0 ? await pack(engine, tree, what) : await append(engine, tree, what)
}

async function pack<Key, Value>(engine: Engine, tree: number, what: Load<Key, Value>): Promise<number> {
  const { shared, pool, numbers, committer } = engine
  const edit = new CommitEdit(pool, numbers, beginLoad(engine))
  const writing = new WritingAhead(engine, edit)
  try {
    const packing = new BulkLoad(edit)
    const add = (key: Uint8Array, value: Uint8Array): void => packing.add(key, value)
    await inParts(engine, what, PACKED, add, () => {
      edit.release()
      writing.goOn()
    })
    const root = packing.finish()
    const count = packing.entries
    edit.release()
    await writing.ended()
    if (count === 0) return 0
    const publish = (): void => {
      if (shared.words[shared.rootAt(tree)] !== 0) {
        throw new StoreError('CONFLICT', 'somebody else has put entries into the tree that was being loaded')
      }
      endLoad(engine)
      committer.publish(edit, new Map([[tree, { root, entries: count }]]))
    }
    const revert = (): void => {
      const gone = new CommitEdit(pool, numbers, shared.nextEpoch())
      for (const page of edit.made) gone.retired.push({ page, birth: edit.epoch })
      committer.publish(gone, new Map([[tree, { root: 0, entries: 0 }]]))
    }
    await engine.publishWithCheckpoint(publish, revert)
    return count
  } finally {
    await writing.ended().catch(() => undefined)
    try {
      edit.undo()
    } finally {
      endLoad(engine)
    }
  }
}

/** The disk has something to do while pages are filled. */
class WritingAhead {
  readonly #engine: Engine
  readonly #edit: CommitEdit
  #asked = 0
  #isBusy = false
  #last: Promise<void> = Promise.resolve()

  constructor(engine: Engine, edit: CommitEdit) {
    this.#engine = engine
    this.#edit = edit
  }

  goOn(): void {
    const { size } = this.#edit.made
    if (this.#isBusy || size - this.#asked < WRITTEN_AHEAD) return
    this.#asked = size
    this.#isBusy = true
    this.#last = this.#engine.writeAhead(this.#edit.epoch).finally(() => (this.#isBusy = false))
    // `ended` tells of an error.
    this.#last.catch(() => undefined)
  }

  ended(): Promise<void> {
    return this.#last
  }
}

/** The epoch of what is loaded. Throws `BUSY` when this worker loads something already. */
function beginLoad({ shared }: Engine): number {
  const at = shared.layout.loadsAt + shared.worker
  return shared.locked(() => {
    if (shared.doubles[at] !== 0) throw new StoreError('BUSY', 'a worker loads one tree at a time')
    return (shared.doubles[at] = shared.nextEpoch())
  })
}

function endLoad({ shared }: Engine): void {
  shared.doubles[shared.layout.loadsAt + shared.worker] = 0
}

async function append<Key, Value>(engine: Engine, tree: number, what: Load<Key, Value>): Promise<number> {
  let count = 0
  let last = await lastKey(engine, tree)
  let changes: Change[] = []
  const add = (key: Uint8Array, value: Uint8Array): void => {
    if (last && compareKeys(last, key) >= 0) throw new StoreError('BAD_OPTION', 'keys that are loaded ascend, behind those that are there, and none is there twice')
    last = Buffer.from(key)
    changes.push({ tree, key: last, value: Buffer.from(value) })
  }
  await inParts(engine, what, COMMITTED, add, async () => {
    await engine.write(changes)
    count += changes.length
    changes = []
  })
  return count
}

async function lastKey({ pool, now }: Engine, tree: number): Promise<Uint8Array | null> {
  const scan = new Scan(pool, now, tree, { reverse: true, limit: 1 }, true, false)
  await scan.fill()
  return scan.keys[0] ?? null
}

/**
 * Uses the entries one by one, and after each part of so many has `ended` called. Then the event loop gets a turn; entries
 * that come asynchronously are a part each, since that is a turn. Throws `CLOSED` when the store has been closed meanwhile.
 */
async function inParts<Key, Value>(
  engine: Engine,
  { entries, key, value }: Load<Key, Value>,
  count: number,
  use: (key: Uint8Array, value: Uint8Array) => void,
  ended: () => void | Promise<void>,
): Promise<void> {
  const useOne = (entry: readonly [Key, Value]): void => {
    // Encoding a value may call the user, who may look something up; a key's bytes do not survive that.
    const bytes = value(entry[1])
    use(key(entry[0]), bytes)
  }
  if (!(Symbol.iterator in entries)) {
    for await (const entry of entries) {
      engine.requireOpen()
      useOne(entry)
      await ended()
    }
    return
  }
  let used = 0
  for (const entry of entries) {
    useOne(entry)
    if (++used % count > 0) continue
    await ended()
    await turn()
    engine.requireOpen()
  }
  if (used % count > 0) await ended()
}
