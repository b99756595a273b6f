// Snapshots: the roots at one moment. Its epoch stands in the shared table for as long as it is open, so that pages of that
// time stay what they are.
import { StoreError } from '../errors.ts'
import { double, SNAPSHOTS_PER_WORKER, word } from './layout.ts'
import type { Shared } from './shared.ts'

export class OpenSnapshot {
  /** By tree. */
  readonly roots: Int32Array
  readonly #shared: Shared
  readonly #at: number
  #isOpen = true

  /** Throws `TOO_MANY`. */
  constructor(shared: Shared) {
    const { words, doubles, layout } = shared
    this.#shared = shared
    const found = shared.locked(() => {
      const at = freePlace(shared)
      if (at < 0) return null
      doubles[at] = doubles[double.epoch]
      words[word.openSnapshots]++
      shared.nextEpoch()
      return { at, roots: Int32Array.from({ length: words[word.trees] }, (_, tree) => words[shared.rootAt(tree)]) }
    })
    if (!found) {
      throw new StoreError('TOO_MANY', `a worker has ${SNAPSHOTS_PER_WORKER} open snapshots and transactions at most`, {
        hint: `close some; worker ${shared.worker} of ${layout.workers}`,
      })
    }
    this.#at = found.at
    this.roots = found.roots
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** A tree that was made later was empty then. */
  root(tree: number): number {
    return this.roots[tree] ?? 0
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const shared = this.#shared
    shared.locked(() => {
      shared.doubles[this.#at] = 0
      shared.words[word.openSnapshots]--
    })
  }
}

function freePlace({ doubles, layout, worker }: Shared): number {
  const first = layout.snapshotsAt + worker * SNAPSHOTS_PER_WORKER
  for (let at = first; at < first + SNAPSHOTS_PER_WORKER; at++) if (doubles[at] === 0) return at
  return -1
}

/** Under the lock: what a worker that is gone had open. */
export function closeSnapshotsOf({ words, doubles, layout }: Shared, worker: number): void {
  const first = layout.snapshotsAt + worker * SNAPSHOTS_PER_WORKER
  for (let at = first; at < first + SNAPSHOTS_PER_WORKER; at++) {
    if (doubles[at] === 0) continue
    doubles[at] = 0
    words[word.openSnapshots]--
  }
}
