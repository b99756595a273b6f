// Damage of every kind to a store's files: opening or reading tells of it with a code, never with a wrong value, a
// crash or a loop without end; trees that are not concerned stay readable. What cannot be told: an older version of a
// page in place of a newer one, with its own right checksum and number; and whether the last records of the log, or its
// last segment, were damaged or never written.
import { Random } from '@parperos/alloc-api/conformance'
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { open, type StoreOptions } from '../src/index.ts'
import { checksum, HEADER_WORDS, KIND, kinds, PAGE, PAGE_BYTES, PAGE_WORDS } from '../src/pages/page.ts'
import { examine, type Finding } from './damage/examine.ts'
import {
  changePage,
  makeFixture,
  NAMES,
  options,
  pageOf,
  pagesFile,
  type Entries,
  type Fixture,
} from './damage/fixture.ts'
import { soak } from './support/soak.ts'

let fixture: Fixture
/** What the log of the killed store adds, up to that many commits. */
const withLogged = (count: number): Entries =>
  new Map(
    [...fixture.entries].map(([name, entries]) => [
      name,
      name === '' ? new Map([...entries, ...fixture.logged.slice(0, count)]) : entries,
    ]),
  )

beforeAll(async () => {
  fixture = await makeFixture()
})
afterAll(() => fixture[Symbol.dispose]())

/** Damages a copy, examines it, and removes it. */
async function examined(
  damage: (folder: string) => void,
  more: Parameters<typeof examine>[2] = {},
  of: 'closed' | 'killed' = 'closed',
): Promise<Finding> {
  const folder = fixture.copy(fixture[of])
  try {
    damage(folder)
    return await examine(folder, of === 'closed' ? fixture.entries : withLogged(fixture.logged.length), more)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A page is damaged that a tree has: that tree cannot be read to its end, the others can. */
function requireConcerned(finding: Finding, page: number): void {
  const owner = fixture.owners.get(page)
  expect([page, finding.opening]).toEqual([page, null])
  expect([page, finding.validity]).toEqual([page, owner === undefined ? 'fine' : 'CORRUPT'])
  for (const name of NAMES)
    expect([page, name, finding.trees.get(name)]).toEqual([page, name, name === owner ? 'CORRUPT' : 'fine'])
}

const ofTrees = (): number[] => [...fixture.owners.keys()].sort((a, b) => a - b)
/** A few pages of each kind. */
function someOfEachKind(count: number, random: Random): number[] {
  const byKind = new Map<number, number[]>()
  for (const page of ofTrees()) {
    const kind = pageOf(fixture.closed, page)[KIND]
    byKind.set(kind, [...(byKind.get(kind) ?? []), page])
  }
  expect([...byKind.keys()].map((kind) => kind & 0xff).sort()).toEqual(
    expect.arrayContaining([kinds.leaf, kinds.inner, kinds.chain]),
  )
  return [...byKind.values()].flatMap((pages) => Array.from({ length: count }, () => pages[random.below(pages.length)]))
}

let seen = 0
const count = (): number => ++seen

describe('a page of a tree', () => {
  it('that has a flipped bit is noticed, and no other tree is concerned', async () => {
    const random = new Random(1)
    for (const page of ofTrees()) {
      for (let i = 0; i < soak; i++) {
        const [word, bit] = [random.below(PAGE_WORDS), random.below(32)]
        requireConcerned(
          await examined((folder) => changePage(folder, page, (words) => (words[word] ^= 1 << bit)), {
            isAsync: page % 2 === 0,
          }),
          page,
        )
        count()
      }
    }
  })

  it('that is all zeros, or another page, is noticed', async () => {
    const random = new Random(2)
    for (const page of someOfEachKind(2 * soak, random)) {
      requireConcerned(await examined((folder) => changePage(folder, page, (words) => words.fill(0))), page)
      const other = ofTrees()[random.below(fixture.owners.size)]
      if (other === page) continue
      const bytes = pageOf(fixture.closed, other)
      requireConcerned(
        await examined((folder) => changePage(folder, page, (words) => words.set(bytes)), { isAsync: true }),
        page,
      )
      count()
      count()
    }
  })

  it('that says nonsense under a right checksum does not end in a crash or a loop', async () => {
    const random = new Random(3)
    for (const page of someOfEachKind(6 * soak, random)) {
      const finding = await examined(
        (folder) =>
          changePage(
            folder,
            page,
            (words) => {
              for (let i = 1 + random.below(4); i > 0; i--) {
                const at = random.chance(0.7) ? KIND + random.below(20) : KIND + random.below(PAGE_WORDS - KIND)
                words[at] = random.chance(0.5) ? random.next() : words[at] ^ (1 << random.below(32))
              }
            },
            true,
          ),
        { isPlausible: true, isAsync: random.chance(0.5) },
      )
      expect(finding.opening).toBe(null)
      count()
    }
  })

  it('that is an older one of the same number goes unseen, or is noticed, but does no other harm', async () => {
    const random = new Random(4)
    for (const page of someOfEachKind(2 * soak, random)) {
      // As an older version would be: entries of its own, and children that are something else by now.
      const other = pageOf(fixture.closed, ofTrees()[random.below(fixture.owners.size)])
      other[PAGE] = page
      const finding = await examined((folder) => changePage(folder, page, (words) => words.set(other), true), {
        isPlausible: true,
      })
      expect(finding.opening).toBe(null)
      count()
    }
  })
})

describe('the file of pages', () => {
  it('that is cut off anywhere is noticed where something is missing', async () => {
    const last = Math.max(...ofTrees())
    for (let pages = 0; pages <= last; pages++) {
      const bytes = pages * PAGE_BYTES + (pages % 5 === 0 ? 1000 : 0)
      const finding = await examined((folder) => truncateSync(pagesFile(folder), bytes), { isAsync: pages % 2 === 0 })
      count()
      if (finding.opening !== null) continue
      expect([pages, finding.validity]).toEqual([pages, 'CORRUPT'])
      for (const name of NAMES) {
        const isWhole = ofTrees().every((page) => page < pages || fixture.owners.get(page) !== name)
        expect([pages, name, finding.trees.get(name)]).toEqual([pages, name, isWhole ? 'fine' : 'CORRUPT'])
      }
    }
  })

  it.each([
    ['is empty', ''],
    ['is a text', 'This is no store.\n'.repeat(1000)],
    ['is all zeros', '\0'.repeat(50 * PAGE_BYTES)],
  ])('that %s is no store', async (_name, text) => {
    const finding = await examined((folder) => writeFileSync(pagesFile(folder), text))
    expect(finding.opening).toBe('NOT_A_STORE')
  })

  it('that is missing although there is a log is not made anew', async () => {
    const finding = await examined((folder) => rmSync(pagesFile(folder)))
    expect(finding.opening).toBe('CORRUPT')
  })
})

describe('a meta page', () => {
  /** The page of the younger checkpoint, and the other one. */
  const younger = (): [number, number] => {
    const [a, b] = [pageOf(fixture.closed, 0), pageOf(fixture.closed, 1)]
    return a[HEADER_WORDS + 2] > b[HEADER_WORDS + 2] ? [0, 1] : [1, 0]
  }
  const FIELDS = HEADER_WORDS + 12

  it('that is damaged in any field is not believed, and an older one not taken for it', async () => {
    const [young, old] = younger()
    for (const readOnly of [false, true]) {
      for (let word = 0; word < FIELDS; word++) {
        const flip = (page: number) => (folder: string) =>
          changePage(folder, page, (words) => (words[word] ^= 1 << word % 31))
        const ofYoung = await examined(flip(young), { readOnly })
        expect([word, ofYoung.opening]).toEqual([word, 'CORRUPT'])
        const ofOld = await examined(flip(old), { readOnly })
        expect([word, ofOld.opening, ofOld.validity]).toEqual([word, null, 'fine'])
        count()
        count()
      }
    }
  })

  it('that is damaged together with the other one is told', async () => {
    const finding = await examined((folder) => {
      for (const page of [0, 1]) changePage(folder, page, (words) => (words[HEADER_WORDS + 4] ^= 2))
    })
    expect(finding.opening).toBe('CORRUPT')
  })

  it('of a newer format is told, by whichever page', async () => {
    for (const page of [0, 1]) {
      const finding = await examined((folder) => changePage(folder, page, (words) => words[HEADER_WORDS + 1]++, true))
      expect(finding.opening).toBe('NEWER_VERSION')
    }
  })

  it('that says nonsense under a right checksum is told', async () => {
    const [young] = younger()
    for (let word = HEADER_WORDS + 2; word < FIELDS; word++) {
      for (const value of [-1, 0, 1, 0x7fffffff, -0x80000000]) {
        if (pageOf(fixture.closed, young)[word] === value) continue
        // Where it makes sense by chance, such as in the high half of a number, the log does not fit to it.
        await examined((folder) => changePage(folder, young, (words) => (words[word] = value), true), {
          isPlausible: true,
        })
        count()
      }
    }
  })

  it('and the list of pages behind it: damage of the list is told', async () => {
    const [young] = younger()
    const list = pageOf(fixture.closed, young)[HEADER_WORDS + 9]
    const random = new Random(5)
    for (let i = 0; i < 10 * soak; i++) {
      const finding = await examined((folder) =>
        changePage(folder, list, (words) => (words[random.below(PAGE_WORDS)] ^= 1 << random.below(32))),
      )
      expect(finding.opening).toBe('CORRUPT')
      count()
    }
    for (let i = 0; i < 10 * soak; i++) {
      await examined(
        (folder) =>
          changePage(
            folder,
            list,
            (words) => {
              const bytes = new Uint8Array(words.buffer, (HEADER_WORDS + 1) * 4)
              bytes[random.below(200)] = random.below(256)
            },
            true,
          ),
        { isPlausible: true },
      )
      count()
    }
  })
})

describe('the log', () => {
  const segmentsOf = (folder: string): string[] =>
    readdirSync(folder)
      .filter((name) => name.startsWith('log.'))
      .sort()
  const lastOf = (folder: string): string => join(folder, segmentsOf(folder).at(-1) ?? '')

  /**
   * Opens a copy with a damaged log: how many of the logged commits are there, in order and whole; or the error's code.
   */
  async function recovered(damage: (folder: string) => void, more: StoreOptions = {}): Promise<number | string> {
    const folder = fixture.copy(fixture.killed)
    try {
      damage(folder)
      await using store = await open(folder, { ...options, ...more })
      await store.validate()
      const found = fixture.logged.filter(([key]) => store.hasSync(key))
      expect(found).toEqual(fixture.logged.slice(0, found.length))
      for (const [key, value] of found) expect(store.getSync(key)).toBe(value)
      expect(store.count()).toBe((fixture.entries.get('')?.size ?? 0) + found.length)
      count()
      return found.length
    } catch (error) {
      count()
      const { code } = error as { code?: string }
      if (code === 'CORRUPT' || code === 'NEWER_VERSION') return code
      throw error
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it('is committed again as far as it goes', async () => {
    expect(await recovered(() => undefined)).toBe(fixture.logged.length)
  })

  it('with a flipped bit in its header is told', async () => {
    for (let word = 0; word < 8; word++) {
      const found = await recovered((folder) => changeBytes(lastOf(folder), (bytes) => (bytes[word * 4 + 1] ^= 4)))
      expect([word, found]).toEqual([word, 'CORRUPT'])
    }
  })

  it('of a newer format is told', async () => {
    const found = await recovered((folder) =>
      changeBytes(lastOf(folder), (bytes) => {
        const header = new Int32Array(bytes.slice(0, 32).buffer)
        header[1]++
        header[7] = checksum(header, 0, 7)
        bytes.set(new Uint8Array(header.buffer))
      }),
    )
    expect(found).toBe('NEWER_VERSION')
  })

  it('with a flipped bit in a record is told, unless nothing behind it says that it was durable', async () => {
    const random = new Random(6)
    const bytes = readFileSync(lastOf(fixture.killed))
    const end = bytes.findLastIndex((byte) => byte !== 0)
    let told = 0
    for (let i = 0; i < 40 * soak; i++) {
      const at = 32 + random.below(end - 32)
      const found = await recovered((folder) => changeBytes(lastOf(folder), (log) => (log[at] ^= 1 << random.below(8))))
      if (found === 'CORRUPT') told++
      // Two records are in the file behind what the last one says was durable: itself, and the one before.
      else expect(found).toBeGreaterThanOrEqual(fixture.logged.length - 2)
    }
    expect(told).toBeGreaterThan(20)
  })

  it('that ends anywhere leaves the commits before', async () => {
    const end = readFileSync(lastOf(fixture.killed)).findLastIndex((byte) => byte !== 0)
    for (let bytes = 32; bytes < end; bytes += Math.ceil(500 / soak)) {
      const found = await recovered((folder) => truncateSync(lastOf(folder), bytes))
      expect(found).toBeLessThan(fixture.logged.length)
    }
  })

  it('of which a segment is missing or has another name is told', async () => {
    // The last one is not told from one that was never made.
    for (const name of segmentsOf(fixture.killed).slice(0, -1)) {
      expect(await recovered((folder) => rmSync(join(folder, name)))).toBe('CORRUPT')
    }
    expect(segmentsOf(fixture.killed).length).toBeGreaterThan(1)
    const other = (folder: string): string => join(folder, 'log.00000099')
    expect(await recovered((folder) => renameSync(lastOf(folder), other(folder)))).toBe('CORRUPT')
  })
})

function changeBytes(path: string, change: (bytes: Uint8Array) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
}

afterAll(() => {
  process.stderr.write(`damaged: ${seen} stores\n`)
})
