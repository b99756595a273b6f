// What the tree needs of others: pages to read, and pages to change. Trees know nothing of commits, epochs and files.
import type { Words } from '@parperos/alloc-api'

/** Where a page's bytes are: `bytes[base] … bytes[base + 4095]`, its words from `words[base >>> 2]` on. */
export interface Place {
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly base: number
}

/** The part of a Pool that readers of a tree use. Each of begin and beginSync sets the place. */
export interface ReadablePages extends Place {
  readonly words: Words
  begin(page: number): number
  beginSync(page: number): number
  isUnchanged(page: number, ticket: number): boolean
  prefetch(pages: readonly number[]): void
}

/** And what its writers use besides. */
export interface Pages extends ReadablePages {
  tryLock(page: number): boolean
  at(page: number): void
  unlock(page: number): void
}

/**
 * What a commit offers to the tree's writers. They are synchronous and do one operation at a time: what it has latched
 * is unlatched by release(). A latched page must not be read with `begin`, which would wait for itself.
 */
export interface Edit {
  readonly pool: Pages
  /** Birth of new pages. */
  readonly epoch: number
  /** Whether a page of that birth may be changed in place, so that others see it at once. */
  isMutable(birth: number): boolean
  /** Asked before a leaf is changed in place, which is not latched yet. False: it must not be changed so. */
  mayChange(page: number): boolean
  /** Whether the page was made by this very edit, so that nobody else can see it. */
  isPrivate(page: number): boolean
  /**
   * A page that may be changed, exclusively latched until release(), and where it is: the same page if it is private
   * (also when this operation has latched it already), else a copy with a new number; the old one is retired.
   */
  writable(page: number): number
  /** A new page, latched, with its common header written (kind, level, birth), and where it is. */
  allocate(kind: number, level: number): number
  /**
   * The page is not needed any more. It may be latched by this operation. Afterwards the pool's place is undefined.
   * `birth`, if the caller knows it, saves reading the page.
   */
  retire(page: number, birth?: number): void
  release(): void
}

export interface EditResult {
  /** 0: the tree is empty. */
  root: number
  /** Whether the key was there before. */
  existed: boolean
}
