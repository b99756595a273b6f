// A process that reads a store that another one has open for writing. It does what it is told, one thing after the other.
import { randomFrom } from '../support/random.ts'
import { keyOf } from '../support/entries.ts'
import type { Store, StoreOptions } from '../../src/api.ts'
import { open } from '../../src/index.ts'
import { checkRound, ENTRIES, readRound, roundOf } from './rounds.ts'

export interface Commands {
  open(path: string, options: StoreOptions): Promise<void>
  /** Everything, twice, and some keys by chance; which round it is. */
  read(): Promise<number>
  /** Reads, goes on to the newest checkpoint, and so on, so many times; each of the rounds. */
  follow(times: number): Promise<number[]>
  /** Begins a scan, and reads a few entries. */
  beginScan(): Promise<void>
  /** Ends it; which round it was. */
  endScan(): Promise<number>
  refresh(): Promise<boolean>
  close(): Promise<void>
}

export interface Told {
  command: keyof Commands
  given: unknown[]
}

export type Answer = { result: unknown } | { error: string }

let store: Store
let scan: AsyncIterableIterator<[string, string]>
const scanned: [string, string][] = []

const commands: Commands = {
  async open(path, options) {
    store = await open(path, { ...options, readOnly: true })
  },
  async read() {
    const other = store.tree('other')
    const round = await readRound(store, other)
    const random = randomFrom(round)
    const keys = Array.from({ length: 100 }, () => keyOf(random(ENTRIES)))
    const values = [...(await store.getMany(keys)), ...other.getManySync(keys)].filter((value) => value !== undefined)
    const again = await readRound(store, other)
    if (values.length !== keys.length || values.some((value) => roundOf(value) !== round) || again !== round) {
      throw new Error(`round ${round} has become round ${again}, or there are others in it`)
    }
    return round
  },
  async follow(times) {
    const rounds: number[] = []
    for (let i = 0; i < times; i++) {
      rounds.push(await this.read())
      while (!(await store.refresh())) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    return rounds
  },
  async beginScan() {
    scan = store.entries()
    for (let i = 0; i < 10; i++) scanned.push((await scan.next()).value as [string, string])
  },
  async endScan() {
    for await (const entry of scan) scanned.push(entry)
    return checkRound(scanned, false)
  },
  refresh: () => store.refresh(),
  close: () => store.close(),
}

process.on('message', ({ command, given }: Told) => {
  const told = commands as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>
  void told[command](...given).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String((error as Error).stack) }),
  )
})
