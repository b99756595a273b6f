// Where reading begins: at a tree's root as it is now, or as a snapshot has it.
import type { OpenSnapshot } from './snapshots.ts'
import type { Shared } from './shared.ts'

export interface Roots {
  /** 0: the tree is empty. */
  root(tree: number): number
  /** Whether what was read from that root on counts. */
  isCurrent(tree: number, root: number): boolean
  /** Nothing under the roots changes. */
  readonly isFrozen: boolean
  /** Throws when they must not be read from any more. */
  requireOpen(): void
}

export class RootsNow implements Roots {
  readonly isFrozen = false
  readonly requireOpen: () => void
  readonly #shared: Shared

  constructor(shared: Shared, requireOpen: () => void) {
    this.#shared = shared
    this.requireOpen = requireOpen
  }

  root(tree: number): number {
    return this.#shared.root(tree)
  }

  isCurrent(tree: number, root: number): boolean {
    return this.#shared.words[this.#shared.rootAt(tree)] === root
  }
}

export class RootsOfSnapshot implements Roots {
  readonly isFrozen = true
  readonly requireOpen: () => void
  readonly #snapshot: OpenSnapshot

  constructor(snapshot: OpenSnapshot, requireOpen: () => void) {
    this.#snapshot = snapshot
    this.requireOpen = requireOpen
  }

  root(tree: number): number {
    return this.#snapshot.root(tree)
  }

  isCurrent(): boolean {
    return true
  }
}
