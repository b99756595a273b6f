// Errors that are planted in the pool for one exploration; each has to be found by the scene that it names.

export interface PoolMutant {
  what: string
  scene: string
  /** The source, a text that occurs in it once, and what stands there instead. */
  file: string
  find: string
  replace: string
}

const pool = (name: string): string => `apps/buffer-manager/src/pool/${name}.ts`

export const mutants: PoolMutant[] = [
  {
    what: 'a page is latched by a plain write',
    scene: 'latchAgainstLatch',
    file: pool('states'),
    find: 'return this.replace(page, seen, (seen & ~STATE) | EXCLUSIVE)',
    replace: 'this.set(page, (seen & ~STATE) | EXCLUSIVE)\n    return true',
  },
  {
    what: 'the end of a latch does not raise the version',
    scene: 'readAgainstLatch',
    file: pool('states'),
    find: 'raised(this.get(page)) | DIRTY | UNLOCKED',
    replace: '(this.get(page) & VERSION) | DIRTY | UNLOCKED',
  },
  {
    what: 'a reader believes what it read while somebody has the latch',
    scene: 'readAgainstLatch',
    file: pool('pool'),
    find: 'return (word & VERSION) === ticket && (word & STATE) !== EXCLUSIVE',
    replace: 'return (word & VERSION) === ticket',
  },
  {
    what: 'an eviction does not raise the version',
    scene: 'evictionAgainstRead',
    file: pool('evictor'),
    find: 'states.set(page, raised(states.get(page)))',
    replace: 'states.set(page, states.get(page) & ~0x1ff)',
  },
  {
    what: 'a page is evicted for all others before its frame is free',
    scene: 'evictionAgainstRead',
    file: pool('evictor'),
    find: '      const freed = io.free(setRuns(io, some, some.length))\n',
    replace: `      for (const page of some) states.set(page, raised(states.get(page)))
      const freed = io.free(setRuns(io, some, some.length))\n`,
  },
  {
    what: 'a dirty page is evicted without being written',
    scene: 'evictionAgainstRead',
    file: pool('evictor'),
    find: 'if ((word & DIRTY) === 0) this.#clean',
    replace: 'if ((word & DIRTY) >= 0) this.#clean',
  },
  {
    what: 'a clean victim that got dirty is freed all the same',
    scene: 'evictionOfCleanThatGetsDirty',
    file: pool('evictor'),
    find: '(word & (STATE | DIRTY)) === MARKED && states',
    replace: '(word & STATE) === MARKED && states',
  },
  {
    what: 'the clock marks a page by a plain write',
    scene: 'evictionOfUnmarkedAgainstLatch',
    file: pool('evictor'),
    find: 'if (state === UNLOCKED) states.replace(page, word, (word & ~STATE) | MARKED)',
    replace: 'if (state === UNLOCKED) states.set(page, (word & ~STATE) | MARKED)',
  },
  {
    what: 'a reader takes the mark back by a plain write',
    scene: 'readAgainstMarking',
    file: pool('pool'),
    find: 'state !== MARKED || this.#states.replace(page, word, (word & ~STATE) | UNLOCKED)',
    replace: 'state !== MARKED || (this.#states.set(page, (word & ~STATE) | UNLOCKED), true)',
  },
  {
    what: 'a shared latch is upgraded although others share it',
    scene: 'writeBackAgainstEviction',
    file: pool('states'),
    find: '      if ((seen & STATE) === SHARED) {\n        if (this.replace',
    replace: '      if (isShared(seen & STATE)) {\n        if (this.replace',
  },
  {
    what: 'the end of a shared latch opens the page for all',
    scene: 'writeBacksAgainstLatch',
    file: pool('states'),
    find: 'const next = (seen & STATE) === SHARED ? seen - SHARED + UNLOCKED : seen - 1',
    replace: 'const next = (seen & ~STATE) | UNLOCKED',
  },
  {
    what: 'bytes that were read before the page was dropped are shown',
    scene: 'dropOfAPageThatIsAnotherInTheFile',
    file: pool('fetcher'),
    find: 'if (isSameVersion && isSealed(',
    replace: 'if (isSealed(',
  },
  {
    what: 'a page is claimed with a word that is younger than the look at its frame',
    scene: 'fetchAgainstFetchAndEviction',
    file: pool('fetcher'),
    find: 'else if (states.tryExclusive(page, word)) return true',
    replace: 'else if (states.tryExclusive(page, states.get(page))) return true',
  },
  {
    what: 'a page is visible before its checksum is verified',
    scene: 'badPage',
    file: pool('fetcher'),
    find: '    if (isSameVersion && isSealed(',
    replace: '    states.set(page, (word & VERSION) | UNLOCKED)\n    if (isSameVersion && isSealed(',
  },
  {
    what: 'the clock is told of a page by a plain write',
    scene: 'fetchesOfOnePlace',
    file: pool('resident-table'),
    find: 'compareExchange(this.#words, place, 0, page + 1) === 0',
    replace: '(this.#words[place] = page + 1) !== 0',
  },
  {
    what: 'a copy beside the pool is used for every version',
    scene: 'copyAgainstLaterVersion',
    file: pool('scratch'),
    find: 'this.#pages[i] === page && this.#versions[i] === version',
    replace: 'this.#pages[i] === page && version !== 1',
  },
]
