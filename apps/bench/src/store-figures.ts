// What the project aims at with the buffer manager: each figure is computed from what the buffer-manager suite wrote,
// and is absent when it was not measured. Reads in memory are compared by CPU time, which a busy machine does not take
// away.
import type { BackendKind } from '@parperos/alloc-api'
import { backendKinds } from './compose.ts'
import { figure } from './figures.ts'
import type { Figure, KeyValueResults, StoreMemory, StoreWork } from './report/schema.ts'

const OURS = 'parperos'
const titles: Record<BackendKind, string> = { sab: 'TypeScript', wasm: 'Wasm', native: 'native' }

/**
 * Of a process with a store, beside its pool: Node itself, compiled code, heap, the log's ring and the pages' words.
 */
export const CONSTANT_BYTES = 128 * 2 ** 20

type Wanted = Partial<Pick<StoreWork, 'case' | 'store' | 'backend' | 'workers' | 'method'>>

export function storeFigures({ works, memory }: KeyValueResults = { works: [], memory: [] }): Figure[] {
  const all = new Works(works)
  return [
    ...backendKinds.flatMap((backend) => lookups(all, backend)),
    ...beyond(all),
    ...written(all),
    ...memory.map(resident),
  ].filter((one) => one !== undefined)
}

class Works {
  readonly #works: readonly StoreWork[]

  constructor(works: readonly StoreWork[]) {
    this.#works = works
  }

  all(wanted: Wanted): StoreWork[] {
    return this.#works.filter((work) =>
      Object.entries(wanted).every(([key, value]) => work[key as keyof Wanted] === value),
    )
  }

  one(wanted: Wanted): StoreWork | undefined {
    return this.all(wanted).at(0)
  }

  /** Of the best backend that was measured, as `'auto'` would choose it. */
  ours(name: StoreWork['case']): StoreWork | undefined {
    return (['native', 'wasm', 'sab'] as const)
      .map((backend) => this.one({ case: name, store: OURS, backend, workers: 1 }))
      .find((work) => work !== undefined)
  }
}

function lookups(works: Works, backend: BackendKind): (Figure | undefined)[] {
  const ours = { case: 'get', store: OURS, backend } as const
  const copied = works.one({ ...ours, method: 'getSync', workers: 1 })
  const inPlace = works.one({ ...ours, method: 'viewSync', workers: 1 })
  const two = works.one({ ...ours, method: 'getSync', workers: 2 })
  const title = `random get in memory, ${titles[backend]}`
  const times = (store: string, method: string, goal: number): Figure | undefined => {
    const peer = works.one({ case: 'get', store, method, workers: 1 })
    if (!copied?.opsPerCpuSecond || !peer?.opsPerCpuSecond) return undefined
    const value = copied.opsPerCpuSecond / peer.opsPerCpuSecond
    return figure(`kv-get-${backend}-times-${store}`, `${title}, copied, × ${store} ${method}`, value, goal, 'higher')
  }
  return [
    times('lmdb', 'getBinary', 2),
    times('better-sqlite3', 'get', 3),
    backend === 'sab' && inPlace?.opsPerCpuSecond
      ? figure(
          `kv-get-sab-mlookups`,
          `${title}, not copied, million per CPU-second`,
          inPlace.opsPerCpuSecond / 1e6,
          1.4,
          'higher',
        )
      : undefined,
    copied && two
      ? figure(
          `kv-get-${backend}-scaling`,
          `two workers against one, ${title}`,
          two.opsPerSecond / copied.opsPerSecond,
          1.8,
          'higher',
        )
      : undefined,
  ]
}

const bestOf = (works: readonly StoreWork[]): StoreWork | undefined =>
  works.toSorted((a, b) => b.opsPerSecond - a.opsPerSecond).at(0)

/**
 * Past the page cache, or it would be more memory than was agreed: the better of our ways against the better of LMDB's,
 * and against the bare reads that were made in turn.
 */
function beyond(works: Works): (Figure | undefined)[] {
  const ours = bestOf(works.all({ case: 'beyond', store: OURS }).filter(({ method }) => method.endsWith('direct')))
  const lmdb = works.all({ case: 'beyond', store: 'lmdb' }).map(({ opsPerSecond }) => opsPerSecond)
  const bare = works.one({ case: 'beyond', store: 'io_uring loop' })
  const title = 'random get, data 4 × the pool'
  return [
    ours && lmdb.length > 0
      ? figure('kv-beyond-times-lmdb', `${title}, × lmdb`, ours.opsPerSecond / Math.max(...lmdb), 1.2, 'higher')
      : undefined,
    ours?.pageReadsPerSecond && bare
      ? figure(
          'kv-beyond-percent-of-bare',
          `${title}, pages read, % of the bare io_uring loop in C`,
          (100 * ours.pageReadsPerSecond) / bare.opsPerSecond,
          80,
          'higher',
        )
      : undefined,
  ]
}

function written(works: Works): (Figure | undefined)[] {
  const against = (
    name: StoreWork['case'],
    store: string,
    id: string,
    what: string,
    peerCase = name,
  ): Figure | undefined => {
    const ours = works.ours(name)
    const peer = works.one({ case: peerCase, store, workers: 1 })
    return ours && peer && figure(id, what, ours.opsPerSecond / peer.opsPerSecond, 1, 'higher')
  }
  return [
    against('load', 'lmdb', 'kv-load-times-lmdb', 'bulk load in ascending order, × lmdb'),
    against(
      'put',
      'better-sqlite3',
      'kv-put-times-sqlite',
      '64 durable puts at a time, × SQLite transactions of 64',
      'put-many',
    ),
    against(
      'put-many',
      'better-sqlite3',
      'kv-put-many-times-sqlite',
      'durable batches of 64, × SQLite transactions of 64',
    ),
  ]
}

/** Of the whole process, as a multiple of what was configured and the constant. */
function resident({ backend, poolBytes, residentBytes }: StoreMemory): Figure {
  const title = `resident size, ${titles[backend]}, × pool + ${CONSTANT_BYTES / 2 ** 20} MiB`
  return figure(`kv-resident-${backend}`, title, residentBytes / (poolBytes + CONSTANT_BYTES), 1.1, 'lower')
}
