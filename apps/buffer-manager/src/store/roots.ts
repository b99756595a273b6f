// Where reading begins: at a tree's root as it is now, or as a snapshot has it. What takes long is read from roots that are
// held meanwhile, so that no page of it can become another one's: a value of many pages may well be larger than the pool.
import { load } from '#atomics'
import { HELD_PER_WORKER, word } from './layout.ts'
import type { Shared } from './shared.ts'
import type { OpenSnapshot } from './snapshots.ts'

export interface Roots {
  /** 0: the tree is empty. */
  root(tree: number): number
  /** Whether what was read since the last call of `root` counts. */
  isCurrent(): boolean
  /** Nothing under the roots changes. */
  readonly isFrozen: boolean
  /** Throws when they must not be read from any more. */
  requireOpen(): void
  /** The roots of this moment, frozen until they are let go. */
  hold(): HeldRoots
  /** The same, when there is room for one more. */
  holdSoon(): Promise<HeldRoots>
}

export interface HeldRoots extends Roots {
  letGo(): void
}

/** Of those that are held, one is for synchronous work, which cannot wait. */
const HELD_SOON = HELD_PER_WORKER - 1

export class RootsNow implements Roots {
  readonly isFrozen = false
  readonly requireOpen: () => void
  readonly #shared: Shared
  readonly #snapshot: () => OpenSnapshot
  #held = 0
  /** At the last call of `root`. */
  #change = 0
  readonly #waiting: (() => void)[] = []

  constructor(shared: Shared, requireOpen: () => void, snapshot: () => OpenSnapshot) {
    this.#shared = shared
    this.requireOpen = requireOpen
    this.#snapshot = snapshot
  }

  root(tree: number): number {
    this.#change = this.#shared.rootsChange()
    return this.#shared.words[this.#shared.rootAt(tree)]
  }

  isCurrent(): boolean {
    return load(this.#shared.words, word.rootsChange) === this.#change
  }

  hold(): HeldRoots {
    const snapshot = this.#snapshot()
    return new RootsOfSnapshot(snapshot, this.requireOpen, () => snapshot.close())
  }

  async holdSoon(): Promise<HeldRoots> {
    while (this.#held === HELD_SOON) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#held++
    try {
      const snapshot = this.#snapshot()
      return new RootsOfSnapshot(snapshot, this.requireOpen, () => {
        this.#leave()
        snapshot.close()
      })
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  #leave(): void {
    this.#held--
    this.#waiting.shift()?.()
  }
}

export class RootsOfSnapshot implements HeldRoots {
  readonly isFrozen = true
  readonly requireOpen: () => void
  readonly #snapshot: OpenSnapshot
  readonly #letGo: (() => void) | undefined

  /** Without `letGo` whoever has the snapshot closes it. */
  constructor(snapshot: OpenSnapshot, requireOpen: () => void, letGo?: () => void) {
    this.#snapshot = snapshot
    this.requireOpen = requireOpen
    this.#letGo = letGo
  }

  letGo(): void {
    this.#letGo?.()
  }

  root(tree: number): number {
    return this.#snapshot.root(tree)
  }

  isCurrent(): boolean {
    return true
  }

  hold(): HeldRoots {
    return new RootsOfSnapshot(this.#snapshot, this.requireOpen)
  }

  holdSoon(): Promise<HeldRoots> {
    return Promise.resolve(this.hold())
  }
}

/** As they are now, for the holder of the commit lock: nobody changes them meanwhile. */
export class RootsLocked implements HeldRoots {
  readonly isFrozen = true
  readonly #shared: Shared

  constructor(shared: Shared) {
    this.#shared = shared
  }

  root(tree: number): number {
    return this.#shared.words[this.#shared.rootAt(tree)]
  }

  isCurrent(): boolean {
    return true
  }

  requireOpen(): void {
    // The lock is held.
  }

  hold(): HeldRoots {
    return this
  }

  holdSoon(): Promise<HeldRoots> {
    return Promise.resolve(this)
  }

  letGo(): void {
    // Who has the lock releases it.
  }
}
