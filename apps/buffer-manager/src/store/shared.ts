// A store's shared words as one worker holds them: the commit lock, the roots, and the numbers that the layout names.
import type { Region, Words } from '@parperos/alloc-api'
import { compareExchange, load, notify, store, wait } from '#atomics'
import { StoreError } from '../errors.ts'
import { double, MAX_NAME_BYTES, MAX_TREES, TREE_WORDS, treeWord, word, type StoreLayout } from './layout.ts'

/** Looks at a lock before sleeping, and how long a sleep is. */
const SPINS = 200
const SLEEP_MS = 20
const ROOTS_MS = 1

export interface SharedParts {
  region: Region
  layout: StoreLayout
  worker: number
  /** A holder that does nothing for so long is dead. */
  patienceMs: number
  /** Called when one is. */
  onDeath: () => void
}

export class Shared {
  readonly words: Words
  readonly doubles: Float64Array<SharedArrayBuffer>
  readonly layout: StoreLayout
  readonly worker: number
  readonly patienceMs: number
  readonly #onDeath: () => void

  constructor({ region, layout, worker, patienceMs, onDeath }: SharedParts) {
    const { buffer } = region.memory
    this.doubles = new Float64Array(buffer, region.byteOffset, layout.doubles)
    this.words = wordsOf(region, layout)
    this.layout = layout
    this.worker = worker
    this.patienceMs = patienceMs
    this.#onDeath = onDeath
  }

  /** Runs `body`, which must not await anything, while no other worker commits. */
  locked<Result>(body: () => Result): Result {
    this.lock(word.lock)
    try {
      return body()
    } finally {
      this.unlock(word.lock)
    }
  }

  lock(which: number): void {
    const mine = this.worker + 1
    if (compareExchange(this.words, which, 0, mine) === 0) return
    for (let spin = 0; spin < SPINS; spin++) {
      if (load(this.words, which) === 0 && compareExchange(this.words, which, 0, mine) === 0) return
    }
    this.#sleepForLock(which, mine)
  }

  tryLock(which: number): boolean {
    return compareExchange(this.words, which, 0, this.worker + 1) === 0
  }

  /** Waits for a lock, but not for longer than that; whether it was got. */
  lockWithin(which: number, mostMs: number): boolean {
    for (const untilMs = performance.now() + mostMs; ; ) {
      if (this.tryLock(which)) return true
      const leftMs = untilMs - performance.now()
      if (leftMs <= 0) return false
      wait(this.words, which, load(this.words, which), Math.min(leftMs, SLEEP_MS))
    }
  }

  /** For the holder of a lock that has much to do: who waits for it sees that somebody is alive. */
  showLife(): void {
    this.words[word.lockSigns]++
  }

  unlock(which: number): void {
    this.showLife()
    store(this.words, which, 0)
    notify(this.words, which, 1)
  }

  #sleepForLock(which: number, mine: number): void {
    let holder = -1
    let signs = 0
    let sinceMs = 0
    for (;;) {
      const found = compareExchange(this.words, which, 0, mine)
      if (found === 0) return
      const nowMs = performance.now()
      if (found !== holder || this.words[word.lockSigns] !== signs) {
        holder = found
        signs = this.words[word.lockSigns]
        sinceMs = nowMs
      } else if (nowMs - sinceMs > this.patienceMs) {
        this.giveUp(holder, this.patienceMs)
      }
      wait(this.words, which, found, SLEEP_MS)
    }
  }

  /** The holder of a lock has done nothing for so long: the store is failed. */
  giveUp(holder: number, sinceMs: number): never {
    this.#onDeath()
    throw writerDied(`worker ${holder - 1} has held a lock for ${Math.round(sinceMs)} ms`)
  }

  rootAt(tree: number): number {
    return this.layout.treesAt + tree * TREE_WORDS + treeWord.root
  }

  /** The trees' roots at one moment. Not for the holder of the lock only. */
  root(tree: number): number {
    const { words } = this
    const at = this.rootAt(tree)
    for (;;) {
      const change = this.rootsChange()
      const root = words[at]
      if (load(words, word.rootsChange) === change) return root
    }
  }

  /** Under the lock: trees are changed so that others must see all of it at once. Until `endChange` nobody begins to read. */
  beginChange(): void {
    store(this.words, word.rootsChange, this.words[word.rootsChange] | 1)
  }

  endChange(): void {
    const { words } = this
    if ((words[word.rootsChange] & 1) !== 0) store(words, word.rootsChange, (words[word.rootsChange] + 1) | 0)
  }

  /** What is read from now on counts if this is the same afterwards. Throws `WRITER_DIED`. */
  rootsChange(): number {
    for (let looks = 0; ; looks++) {
      const change = load(this.words, word.rootsChange)
      if ((change & 1) === 0) return change
      // A change takes microseconds, unless its worker has to wait for a page, was interrupted, or terminated.
      if (looks > SPINS) this.#awaitRoots(change)
    }
  }

  /** Waits until what was being changed at `change` is done. Throws `WRITER_DIED`. */
  #awaitRoots(change: number): void {
    for (let sleptMs = 0; load(this.words, word.rootsChange) === change; sleptMs += ROOTS_MS) {
      if ((change & 1) === 0) return
      if (sleptMs > this.patienceMs) this.giveUp(this.words[word.lock], sleptMs)
      wait(this.words, word.rootsChange, change, ROOTS_MS)
    }
  }

  entries(tree: number): number {
    return this.doubles[this.layout.entriesAt + tree]
  }

  get trees(): number {
    return load(this.words, word.trees)
  }

  treeName(tree: number): string {
    const at = this.layout.treesAt + tree * TREE_WORDS
    const bytes = new Uint8Array(this.words.buffer, this.words.byteOffset + (at + treeWord.name) * 4, MAX_NAME_BYTES)
    return Buffer.from(bytes.slice(0, this.words[at + treeWord.nameBytes])).toString('utf8')
  }

  /** The tree of that name, or −1. */
  findTree(name: string): number {
    const bytes = Buffer.from(name, 'utf8')
    for (let tree = 0, { trees } = this; tree < trees; tree++) if (this.#isNamed(tree, bytes)) return tree
    return -1
  }

  #isNamed(tree: number, name: Uint8Array): boolean {
    const { words } = this
    const at = this.layout.treesAt + tree * TREE_WORDS
    if (words[at + treeWord.nameBytes] !== name.length) return false
    for (let i = 0; i < name.length; i++) {
      if (((words[at + treeWord.name + (i >>> 2)] >>> (8 * (i & 3))) & 0xff) !== name[i]) return false
    }
    return true
  }

  /** Under the lock: a tree without entries. */
  addTree(name: string, root = 0, entries = 0): number {
    const tree = this.words[word.trees]
    const bytes = Buffer.from(name, 'utf8')
    if (tree === MAX_TREES) throw new StoreError('TOO_MANY', `a store has ${MAX_TREES} trees at most`)
    const at = this.layout.treesAt + tree * TREE_WORDS
    new Uint8Array(this.words.buffer, this.words.byteOffset + (at + treeWord.name) * 4, bytes.length).set(bytes)
    this.words[at + treeWord.nameBytes] = bytes.length
    this.words[at + treeWord.root] = root
    this.doubles[this.layout.entriesAt + tree] = entries
    store(this.words, word.trees, tree + 1)
    return tree
  }

  /** Under the lock: a number that is larger than all epochs before. */
  nextEpoch(): number {
    return ++this.doubles[double.epoch]
  }
}

/** The words; the doubles come before them. */
export const wordsOf = (region: Region, layout: StoreLayout): Words =>
  new Int32Array(region.memory.buffer, region.byteOffset + layout.doubles * 8, layout.words)

/** Throws `BAD_OPTION` for a name that no tree can have. */
export function requireTreeName(name: unknown): string {
  if (typeof name === 'string' && Buffer.byteLength(name) <= MAX_NAME_BYTES) return name
  throw new StoreError('BAD_OPTION', `a tree's name is a string of at most ${MAX_NAME_BYTES} bytes`)
}

export const writerDied = (how: string): StoreError =>
  new StoreError('WRITER_DIED', `${how}: it was terminated inside an operation`, {
    hint: 'open the store again: what was acknowledged is recovered',
  })
