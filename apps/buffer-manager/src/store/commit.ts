// A commit: one or several changes, done at once. What fits into a leaf that nobody else needs as it is, is done in place;
// everything else is done on copies that become visible when the roots are stored. Readers see all of a commit or nothing:
// while several leaves are changed in place they wait, and what they have begun to read does not count. Whoever commits holds the lock; what is
// slow (fetching, waiting for the log) is done before and after.
import type { Log } from '../log/log.ts'
import type { Pool } from '../pool/pool.ts'
import { delInPlace, putInPlace } from '../tree/in-place.ts'
import { del, put } from '../tree/path.ts'
import { results } from '../tree/results.ts'
import { CommitEdit } from './edit.ts'
import { double } from './layout.ts'
import { OperationWriter, type Change, type LoggedOperation } from './operations.ts'
import { MOST_IMAGES, PageImages } from './page-images.ts'
import { purposes, type PageNumbers } from './pages.ts'
import type { Shared } from './shared.ts'

/** A root and a number of entries, before they are published. */
interface NextTree {
  root: number
  entries: number
}

export interface CommitterParts {
  shared: Shared
  pool: Pool
  numbers: PageNumbers
  /** Null: what is committed stands in the log already. */
  log: Log | null
}

/** Nothing was appended: there is nothing to wait for. */
export const NOTHING = -1

/** Values of a commit that readers wait for. */
const SHORT_BYTES = 1 << 16

const valueBytes = (operations: readonly LoggedOperation[]): number =>
  operations.reduce((sum, operation) => sum + ('name' in operation ? 0 : (operation.value?.length ?? 0)), 0)

export class Committer {
  readonly #parts: CommitterParts
  readonly #writer = new OperationWriter()
  readonly #images: PageImages
  /** Of this worker. */
  commits = 0

  constructor(parts: CommitterParts) {
    this.#parts = parts
    this.#images = new PageImages(parts.pool)
  }

  /** From now on commits are logged. */
  logTo(log: Log): void {
    this.#parts.log = log
  }

  /** Under the lock. Does the changes in their order; the position that the log has to reach, or NOTHING. */
  commit(operations: readonly LoggedOperation[]): number {
    const { numbers, log } = this.#parts
    // What can fail without consequences does so before anything is changed.
    log?.prepare()
    numbers.reclaim()
    const only = operations.length === 1 && !('name' in operations[0]) ? operations[0] : null
    const position = only ? this.#one(only) : this.#several(operations)
    if (position !== NOTHING) this.commits++
    return position
  }

  #one(change: Change): number {
    const { shared, pool, numbers } = this.#parts
    const root = shared.words[shared.rootAt(change.tree)]
    if (root === 0) return change.value === null ? NOTHING : this.#several([change])
    const edit = new CommitEdit(pool, numbers, shared.doubles[double.epoch], { frozen: numbers.frozen() })
    const done =
      change.value === null
        ? delInPlace(edit, root, change.key)
        : putInPlace(edit, root, change.key, change.value)
    edit.release()
    if (done === results.NOT_IN_PLACE) return this.#several([change])
    if (done === results.ABSENT) return NOTHING
    if (done === results.DONE_NEW) shared.doubles[shared.layout.entriesAt + change.tree]++
    if (done === results.DONE_DELETED) shared.doubles[shared.layout.entriesAt + change.tree]--
    return this.#append([change])
  }

  #several(operations: readonly LoggedOperation[]): number {
    const { shared, pool, numbers } = this.#parts
    // What is committed again needs no more than it needed then.
    const isNew = this.#parts.log !== null && operations.some((operation) => 'name' in operation || operation.value !== null)
    const purpose = isNew ? purposes.put : purposes.delete
    // A little is done in place where that is possible; readers wait so long, and see all or nothing of it.
    const isShort = operations.length <= MOST_IMAGES && valueBytes(operations) <= SHORT_BYTES
    this.#images.clear()
    const rules = isShort ? { purpose, frozen: numbers.frozen(), images: this.#images } : { purpose }
    const edit = new CommitEdit(pool, numbers, shared.nextEpoch(), rules)
    if (isShort) shared.beginChange()
    try {
      const trees = new Map<number, NextTree>()
      const logged = operations.filter((operation) => this.#apply(edit, trees, operation, isShort))
      if (logged.length === 0) return NOTHING
      const position = this.#append(logged)
      if (!isShort) shared.beginChange()
      this.#install(edit, trees)
      return position
    } finally {
      try {
        edit.undo()
      } finally {
        shared.endChange()
      }
    }
  }

  /** Under the lock: what the edit has made is what everybody sees from now on. */
  publish(edit: CommitEdit, trees: ReadonlyMap<number, NextTree>): void {
    const { shared } = this.#parts
    shared.beginChange()
    this.#install(edit, trees)
    shared.endChange()
  }

  #install(edit: CommitEdit, trees: ReadonlyMap<number, NextTree>): void {
    const { shared, numbers } = this.#parts
    const { words, doubles, layout } = shared
    for (const [tree, { root, entries }] of trees) {
      words[shared.rootAt(tree)] = root
      doubles[layout.entriesAt + tree] = entries
    }
    edit.published()
    numbers.setLive(edit.made)
    const frozen = numbers.frozen()
    for (const { page, birth } of edit.retired) numbers.retire(page, birth, edit.epoch, frozen)
  }

  /** Whether it changed anything. */
  #apply(edit: CommitEdit, trees: Map<number, NextTree>, operation: LoggedOperation, inPlace: boolean): boolean {
    const { shared } = this.#parts
    shared.showLife()
    if ('name' in operation) {
      const name = Buffer.from(operation.name).toString('utf8')
      // A tree of the log that the checkpoint has already, or one that another worker has made meanwhile.
      if (shared.findTree(name) >= 0) return false
      shared.addTree(name)
      return true
    }
    const { tree, key, value } = operation
    let next = trees.get(tree)
    if (!next) {
      next = { root: shared.words[shared.rootAt(tree)], entries: shared.entries(tree) }
      trees.set(tree, next)
    }
    if (inPlace) {
      const done = value === null ? delInPlace(edit, next.root, key) : putInPlace(edit, next.root, key, value)
      if (done === results.DONE_NEW) next.entries++
      if (done === results.DONE_DELETED) next.entries--
      if (done !== results.NOT_IN_PLACE) return done !== results.ABSENT
    }
    const result = value === null ? del(edit, next.root, key) : put(edit, next.root, key, value)
    edit.release()
    next.root = result.root
    if (value === null) {
      if (result.existed) next.entries--
      return result.existed
    }
    if (!result.existed) next.entries++
    return true
  }

  #append(operations: readonly LoggedOperation[]): number {
    const { shared, log } = this.#parts
    const sequence = shared.doubles[double.sequence]
    const position = log ? log.append(sequence, this.#writer.parts(operations)) : 0
    shared.doubles[double.sequence] = sequence + 1
    if (!log) return position
    shared.doubles[double.logEnd] = position
    return position
  }
}

