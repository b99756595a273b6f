// Opens a damaged store and reads and writes everything in it. Whatever is wrong has to be told by a `StoreError` with
// a code, and no value may be another one than was put.
import { open, StoreError, type Store, type StoreErrorCode, type StoreOptions, type Tree } from '../../src/index.ts'
import { NAMES, options, type Entries } from './fixture.ts'

export interface Finding {
  /** Why it could not be opened; null: it could. */
  opening: StoreErrorCode | null
  /** Of `validate`. */
  validity: StoreErrorCode | 'fine'
  /** By tree: why it could not be read; `'fine'`: all of it could. */
  trees: Map<string, StoreErrorCode | 'fine'>
}

const allowed: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>(['CORRUPT', 'NOT_A_STORE', 'NEWER_VERSION'])

export interface ExamineOptions extends StoreOptions {
  /** Bytes were put there whose checksum is right: values may be others, and writing may fail in other ways. */
  isPlausible?: boolean
  isAsync?: boolean
}

/** Throws for any other error, and for values that are wrong. */
export async function examine(
  folder: string,
  entries: Entries,
  { isPlausible = false, isAsync = false, ...more }: ExamineOptions = {},
): Promise<Finding> {
  const finding: Finding = { opening: null, validity: 'fine', trees: new Map() }
  let store: Store
  try {
    store = await open(folder, { ...options, ...more })
  } catch (error) {
    finding.opening = codeOf(error)
    return finding
  }
  try {
    finding.validity = await outcome(() => store.validate())
    for (const name of NAMES) {
      const tree = name === '' ? store : store.tree(name)
      const expected = entries.get(name) ?? new Map<string, string>()
      const scanned = await outcome(() => scan(tree, expected, isPlausible, isAsync))
      const looked = await outcome(() => lookUp(tree, expected, isPlausible, isAsync))
      finding.trees.set(name, scanned === 'fine' ? looked : scanned)
      if (more.readOnly) continue
      await outcome(async () => {
        await tree.put('between', 'something')
        tree.putSync([...expected.keys()].at(-1) ?? 'last', 'new')
        await tree.del('between')
      })
    }
  } finally {
    await outcome(() => store.close())
  }
  return finding
}

async function scan(
  tree: Tree,
  expected: ReadonlyMap<string, string>,
  isPlausible: boolean,
  isAsync: boolean,
): Promise<void> {
  const found: [string, string][] = []
  if (isAsync) for await (const entry of tree.entries()) found.push(entry)
  else for (const entry of tree.entriesSync()) found.push(entry)
  if (isPlausible) return
  const extra = found.filter(([key, value]) => expected.get(key) !== value)
  if (extra.length > 0) throw new Error(`${JSON.stringify(extra[0][0])} has a wrong value`)
  if (found.length !== expected.size) throw new Error(`${found.length} entries instead of ${expected.size}`)
}

async function lookUp(
  tree: Tree,
  expected: ReadonlyMap<string, string>,
  isPlausible: boolean,
  isAsync: boolean,
): Promise<void> {
  let failure: StoreErrorCode | null = null
  for (const [key, value] of expected) {
    try {
      const found = isAsync ? await tree.get(key) : tree.getSync(key)
      if (found !== value && !isPlausible) throw new Error(`${JSON.stringify(key)} has a wrong value`)
    } catch (error) {
      failure = codeOf(error)
    }
  }
  if (failure !== null) throw new StoreError(failure, 'some values could not be read')
}

async function outcome(body: () => Promise<void>): Promise<StoreErrorCode | 'fine'> {
  try {
    await body()
    return 'fine'
  } catch (error) {
    return codeOf(error)
  }
}

function codeOf(error: unknown): StoreErrorCode {
  if (error instanceof StoreError && allowed.has(error.code)) return error.code
  throw error
}
