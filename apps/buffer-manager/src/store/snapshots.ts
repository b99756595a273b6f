// Snapshots: the roots at one moment. Its epoch stands in the shared table for as long as it is open, so that pages of that
// time stay what they are.
import { StoreError } from '../errors.ts'
import { double, PLACES_PER_WORKER, SNAPSHOTS_PER_WORKER, word } from './layout.ts'
import type { Shared } from './shared.ts'

export class OpenSnapshot {
  /** By tree. */
  readonly roots: Int32Array
  readonly #shared: Shared
  readonly #at: number
  readonly #epoch: number
  #isOpen = true

  /** `isOwn`: the store's, not the user's. Throws `TOO_MANY`. */
  constructor(shared: Shared, isOwn = false) {
    const { words, doubles, layout } = shared
    this.#shared = shared
    const found = shared.locked(() => {
      const at = freePlace(shared, isOwn)
      if (at < 0) return null
      const epoch = doubles[double.epoch]
      doubles[at] = epoch
      words[word.openSnapshots]++
      shared.nextEpoch()
      return { at, epoch, roots: Int32Array.from({ length: words[word.trees] }, (_, tree) => words[shared.rootAt(tree)]) }
    })
    if (!found) {
      throw new StoreError('TOO_MANY', `a worker has ${SNAPSHOTS_PER_WORKER} open snapshots and transactions at most`, {
        hint: `close some; worker ${shared.worker} of ${layout.workers}`,
      })
    }
    this.#at = found.at
    this.#epoch = found.epoch
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
      // Its worker may have closed the store meanwhile, and all snapshots with it.
      if (shared.doubles[this.#at] !== this.#epoch) return
      shared.doubles[this.#at] = 0
      shared.words[word.openSnapshots]--
    })
  }
}

function freePlace({ doubles, layout, worker }: Shared, isOwn: boolean): number {
  const first = layout.snapshotsAt + worker * PLACES_PER_WORKER
  const [from, to] = isOwn ? [SNAPSHOTS_PER_WORKER, PLACES_PER_WORKER] : [0, SNAPSHOTS_PER_WORKER]
  for (let at = first + from; at < first + to; at++) if (doubles[at] === 0) return at
  return -1
}

/** Under the lock: what a worker that is gone, or closes the store, had open. */
export function closeSnapshotsOf({ words, doubles, layout }: Shared, worker: number): void {
  const first = layout.snapshotsAt + worker * PLACES_PER_WORKER
  for (let at = first; at < first + PLACES_PER_WORKER; at++) {
    if (doubles[at] === 0) continue
    doubles[at] = 0
    words[word.openSnapshots]--
  }
}
