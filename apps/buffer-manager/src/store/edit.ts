// The pages of one commit in progress, as the tree's writers see them: copies of what has to stay as it is, new pages, and
// what is not needed any more. Until the commit is published nobody else can see any of it, so undoing it is giving the new
// pages back.
import { StoreError } from '../errors.ts'
import { beginPage, birthOf, PAGE, setBirth } from '../pages/page.ts'
import type { Pool } from '../pool/pool.ts'
import type { Edit } from '../tree/edit.ts'
import type { PageImages } from './page-images.ts'
import { purposes, type PageNumbers } from './pages.ts'

export interface EditRules {
  /** What was born at this epoch or before is not changed in place. Default: nothing is. */
  frozen?: number
  /** What new pages are for. Default: puts. */
  purpose?: number
  /** Keeps what is changed in place, if the edit may have to be undone. */
  images?: PageImages | null
}

export class CommitEdit implements Edit {
  readonly pool: Pool
  readonly epoch: number
  /** Pages that were made, without those that were given up again. */
  readonly made = new Set<number>()
  /** Pages of others that are not needed any more, and their births. */
  readonly retired: { page: number; birth: number }[] = []
  readonly #numbers: PageNumbers
  readonly #frozen: number
  readonly #purpose: number
  readonly #images: PageImages | null
  readonly #latched: number[] = []
  #isPublished = false
  readonly #copy: Int32Array

  /** `epoch`: the birth of the pages that it makes. */
  constructor(pool: Pool, numbers: PageNumbers, epoch: number, rules: EditRules = {}) {
    const { frozen = Infinity, purpose = purposes.put, images = null } = rules
    this.pool = pool
    this.#numbers = numbers
    this.#copy = numbers.scratch
    this.epoch = epoch
    this.#frozen = frozen
    this.#purpose = purpose
    this.#images = images
  }

  mayChange(page: number): boolean {
    return this.#images === null || this.isPrivate(page) || this.#images.keep(page)
  }

  isMutable(birth: number): boolean {
    return birth > this.#frozen
  }

  isPrivate(page: number): boolean {
    return this.made.has(page)
  }

  writable(page: number): number {
    const { pool } = this
    if (this.isPrivate(page)) {
      this.#latch(page)
      return page
    }
    this.pool.copySync(page, this.#copy, 0)
    this.retired.push({ page, birth: birthOf(this.#copy, 0) })
    const copy = this.#create()
    const at = pool.base >>> 2
    pool.words.set(this.#copy, at)
    pool.words[at + PAGE] = copy
    setBirth(pool.words, at, this.epoch)
    return copy
  }

  allocate(kind: number, level: number): number {
    const page = this.#create()
    beginPage(this.pool.words, this.pool.base >>> 2, page, this.epoch, kind, level)
    return page
  }

  retire(page: number, birth?: number): void {
    if (this.made.delete(page)) {
      this.#unlatch(page)
      this.pool.drop([page])
      this.#numbers.giveBack([page])
      return
    }
    if (birth === undefined) this.pool.copySync(page, this.#copy, 0)
    this.retired.push({ page, birth: birth ?? birthOf(this.#copy, 0) })
  }

  release(): void {
    for (const page of this.#latched) this.pool.unlock(page)
    this.#latched.length = 0
  }

  /** What it has made is everybody's from now on. */
  published(): void {
    this.#isPublished = true
  }

  /** Ends the edit as if it had not been, unless it has been published. */
  undo(): void {
    if (this.#isPublished) return
    this.release()
    const pages = [...this.made]
    this.made.clear()
    this.retired.length = 0
    // First there is room again, which the images may need.
    this.pool.drop(pages)
    this.#numbers.giveBack(pages)
    this.#images?.restore()
  }

  /** Latches a page that only this edit knows; other workers may have evicted it. */
  #latch(page: number): void {
    if (this.#latched.includes(page)) {
      this.pool.at(page)
      return
    }
    if (!this.pool.tryLock(page)) throw new StoreError('BUSY', `page ${page} is in a transfer although nobody knows it`)
    this.#latched.push(page)
  }

  #unlatch(page: number): void {
    const at = this.#latched.indexOf(page)
    if (at < 0) return
    this.#latched.splice(at, 1)
    this.pool.unlock(page)
  }

  /** A new page, latched. */
  #create(): number {
    const page = this.#numbers.create(this.#purpose)
    this.made.add(page)
    this.#latched.push(page)
    return page
  }
}
