// A run of a store on a recorded disk, and the examination of what a power failure at any moment of it can leave.
import { Random } from '@parperos/alloc-api/conformance'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, type Store, type StoreOptions, type SyncMode } from '../../src/index.ts'
import { Lane } from '../durability/lane.ts'
import { perform } from '../durability/perform.ts'
import { requireOrder, verify, type Told } from '../durability/verify.ts'
import { Disk, type Contents } from '../log/disk.ts'
import { Recording } from './recording.ts'

export interface Job {
  sync: SyncMode
  seed: number
  /** Of how many moments one is examined at least, and how many states of each. */
  every: number
  statesPerMoment: number
  /** How many times power fails and the store goes on from what that left. */
  generations: number
  /**
   * Commits before the recording begins, so that the pool is too small for what is there; 0: the store is made
   * recorded.
   */
  before: number
  /** How long a sync takes. Where it takes no time, the log never does it asynchronously. */
  syncMs: number
  /** Commits of each lane in a generation. */
  commits: number
}

export interface Outcome {
  states: number
  events: number
  evictions: number
  recovered: number
}

/** What was certain at a moment. */
interface Known {
  told: number
  /** Commits of each lane that are durable. */
  durable: Record<string, number>
}

const EXTREMES = ['none', 'all'] as const
const NAMES = ['lane-0', 'lane-1']

const optionsOf = ({ sync }: Job): StoreOptions => ({
  backend: 'sab',
  sync,
  groupMs: 1,
  cacheBytes: 1 << 18,
  maxBytes: 1 << 25,
  checkpointBytes: 1 << 16,
  // Nobody else is there to be waited for.
  patienceMs: 100,
})

/** Throws, naming seed and moment, when some state is not recovered as it should be. */
export async function examine(job: Job): Promise<Outcome> {
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parperos-power-'))
  try {
    return await new Examination(job, root).run()
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

class Examination {
  readonly #job: Job
  readonly #root: string
  readonly #random: Random
  readonly #outcome: Outcome = { states: 0, events: 0, evictions: 0, recovered: 0 }
  #folders = 0
  /** As the generation found them. */
  #lanes: Lane[]
  #told: Told[] = []

  constructor(job: Job, root: string) {
    this.#job = job
    this.#root = root
    this.#random = new Random(job.seed)
    this.#lanes = NAMES.map((name) => new Lane(name, job.seed))
  }

  async run(): Promise<Outcome> {
    let contents: Contents = new Map()
    if (this.#job.before > 0) contents = await this.#prepare()
    for (let generation = 1; generation <= this.#job.generations; generation++) {
      const disk = await this.#record(contents)
      const moments = disk.events.length
      const first = disk.events.findIndex(({ kind }) => kind === 'note') + 1
      this.#outcome.events += moments
      let next: { contents: Contents; lanes: Lane[] } | null = null
      const chosen = first + this.#random.below(moments - first)
      for (const at of this.#moments(disk, first)) {
        for (let i = 0; i < this.#job.statesPerMoment; i++) {
          const state = disk.crash(
            at,
            i === 0 && !isSync(disk, at) && at % 2 === 0 ? EXTREMES[(at >> 1) % 2] : this.#random,
          )
          const lanes = await this.#examine(
            state,
            disk.noted(at),
            `generation ${generation}, after ${at} of ${moments} events`,
          )
          if (at >= chosen) next ??= { contents: state, lanes }
        }
      }
      if (!next) break
      ;({ contents, lanes: this.#lanes } = next)
    }
    return this.#outcome
  }

  /** Every so many moments, and half of those at which a sync is about to end: that is where most is in doubt. */
  #moments(disk: Disk<Known>, first: number): number[] {
    const { events } = disk
    const { every } = this.#job
    const offset = this.#random.below(every)
    const isChosen = (at: number): boolean => {
      if (at % every === offset) return true
      return isSync(disk, at) && this.#random.chance(0.5)
    }
    return Array.from({ length: events.length - first + 1 }, (_, i) => first + i).filter(isChosen)
  }

  /** A store that is larger than its pool, closed. */
  async #prepare(): Promise<Contents> {
    const folder = this.#folder(new Map())
    {
      await using store = await open(folder, { ...optionsOf(this.#job), sync: 'off' })
      for (const lane of this.#lanes) await this.#commits(store, lane, this.#job.before)
    }
    return contentsOf(folder)
  }

  async #commits(
    store: Store,
    lane: Lane,
    count: number,
    tell?: (what: Told['what'], number: number) => void,
  ): Promise<void> {
    for (let i = 0; i < count; i++) {
      const commit = lane.next()
      tell?.('begun', commit.number)
      await perform(store, commit)
      tell?.('acknowledged', commit.number)
      lane.apply(commit)
      if (commit.isSync) await new Promise(setImmediate)
    }
  }

  /** A generation: what was found is opened, and two lanes work on it. */
  async #record(contents: Contents): Promise<Disk<Known>> {
    const { sync, syncMs, commits } = this.#job
    const folder = this.#folder(contents)
    const disk = new Disk<Known>(contents)
    const lanes = this.#lanes.map((lane) => lane.clone())
    const told: Told[] = (this.#told = [])
    const durable: Record<string, number> = Object.fromEntries(lanes.map(({ name, count }) => [name, count]))
    const note = (): void => disk.note({ told: told.length, durable: { ...durable } })
    const tell = (lane: string, what: Told['what'], number: number): void => {
      told.push({ what, lane, number })
      if (what === 'acknowledged' && sync === 'full') durable[lane] = number
      note()
    }
    note()
    using _recording = new Recording(folder, disk, syncMs)
    const store = await open(folder, optionsOf(this.#job))
    note()
    let isWorking = true
    const disturb = async (): Promise<void> => {
      const random = new Random(this.#job.seed + 1)
      while (isWorking) {
        for (let turns = random.below(60); turns > 0; turns--) await new Promise(setImmediate)
        const acknowledged = lanes.map(({ name, count }) => ({ name, count }))
        if (random.below(3) === 0) await store.checkpoint()
        else await store.flush()
        for (const { name, count } of acknowledged) durable[name] = Math.max(durable[name], count)
        note()
      }
    }
    const work = lanes.map((lane) =>
      this.#commits(store, lane, commits, (what, number) => tell(lane.name, what, number)),
    )
    await Promise.all([Promise.all(work).finally(() => (isWorking = false)), disturb()])
    this.#outcome.evictions += store.stats().evictions
    await store.close()
    for (const { name, count } of lanes) durable[name] = count
    note()
    return disk
  }

  /** Opens one state; the lanes as they are found there. */
  async #examine(state: Contents, { told, durable }: Known, when: string): Promise<Lane[]> {
    const folder = this.#folder(state)
    const events = this.#told.slice(0, told)
    const lanes = this.#lanes.map((lane) => lane.clone())
    const begun = (name: string): number =>
      events.findLast(({ what, lane }) => what === 'begun' && lane === name)?.number ??
      this.#lanes.find((lane) => lane.name === name)?.count ??
      0
    try {
      await using store = await open(folder, optionsOf(this.#job))
      requireOrder(events, await verify(store, lanes, (name) => durable[name], begun))
      this.#outcome.recovered += store.info().recovered.commits
      this.#outcome.states++
    } catch (cause) {
      const files = [...state].map(([name, bytes]) => `${name}: ${bytes.length}`).join(', ')
      const { sync, seed } = this.#job
      throw new Error(`sync '${sync}', seed ${seed}, ${when} (${files}): ${String(cause)}`, { cause })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return lanes
  }

  #folder(contents: Contents): string {
    const folder = join(this.#root, String(this.#folders++))
    mkdirSync(folder)
    for (const [name, bytes] of contents) writeFileSync(join(folder, name), bytes)
    return folder
  }
}

/** Whether a sync ends at that moment: just before, most is in doubt. */
const isSync = ({ events }: Disk<Known>, at: number): boolean =>
  at < events.length && events[at].kind.startsWith('sync')

function contentsOf(folder: string): Contents {
  const names = readdirSync(folder).filter((name) => name !== 'lock' && name !== 'readers')
  return new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]))
}
