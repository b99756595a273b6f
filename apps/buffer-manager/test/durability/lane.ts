// A lane: commits one after the other to keys that nobody else writes. What each commit does follows from a seed, the
// lane's name and the commits before it, so that whoever knows how many were done knows what the store has to contain,
// also in another process.
import { Random } from '@parperos/alloc-api/conformance'

export interface Put {
  tree: string
  key: string
  /** Null: it is deleted. */
  value: string | null
}

export interface LaneCommit {
  number: number
  /** How the store is asked for it. */
  how: 'put' | 'del' | 'batch' | 'transaction' | 'load'
  isSync: boolean
  changes: Put[]
}

/** Entries by their keys, by the names of their trees. */
export type Contents = Map<string, Map<string, string>>

/** Keys that a lane has at most in each of its two trees. */
const KEYS = 120
const KINDS = ['put', 'del', 'batch', 'transaction', 'load'] as const
const WEIGHTS = [60, 14, 14, 10, 2]
const TREES = ['', 'other']
/** A tree with more entries than this is emptied before the next load. */
const LOADED = 900

export class Lane {
  readonly name: string
  readonly #seed: number
  /** Commits that were done. */
  count = 0
  readonly contents: Contents = new Map()

  constructor(name: string, seed: number) {
    this.name = name
    this.#seed = Buffer.from(name).reduce((sum, byte) => Math.imul(sum, 31) + byte, seed * 7919)
  }

  clone(): Lane {
    const other = new Lane(this.name, 0)
    return Object.assign(other, { count: this.count }).#become(this)
  }

  #become({ contents, ...rest }: Lane): this {
    Object.assign(this, rest)
    for (const [tree, entries] of contents) this.contents.set(tree, new Map(entries))
    return this
  }

  /** What the next commit is. */
  next(): LaneCommit {
    const number = this.count + 1
    const random = new Random(Math.imul(this.#seed, 31) + number)
    const isSync = random.chance(0.4)
    const how = KINDS[random.weighted(WEIGHTS)]
    if (how === 'load') return this.#load(number, isSync, random)
    const tree = TREES[random.below(2)]
    const put = (): Put => ({ tree: TREES[random.below(2)], key: this.#key(random), value: valueOf(number, random) })
    if (how === 'put') return { number, how, isSync, changes: [put()] }
    const keys = [...this.#of(tree).keys()]
    if (how === 'del') {
      // Nothing to delete: something is put instead, so that every commit changes something.
      if (keys.length === 0) return { number, how: 'put', isSync, changes: [put()] }
      return { number, how, isSync, changes: [{ tree, key: keys[random.below(keys.length)], value: null }] }
    }
    const changes = Array.from({ length: 2 + random.below(12) }, put)
    for (let i = random.below(6); i > 0 && keys.length > 0; i--) {
      changes.push({ tree, key: keys[random.below(keys.length)], value: null })
    }
    return { number, how, isSync, changes }
  }

  apply({ number, changes }: LaneCommit): void {
    this.count = number
    for (const { tree, key, value } of changes) {
      if (value === null) this.#of(tree).delete(key)
      else this.#of(tree).set(key, value)
    }
  }

  #load(number: number, isSync: boolean, random: Random): LaneCommit {
    const tree = `loaded by ${this.name}, ${random.below(2)}`
    const loaded = this.#of(tree)
    if (loaded.size > LOADED) {
      const changes = [...loaded.keys()].map((key) => ({ tree, key, value: null }))
      return { number, how: 'batch', isSync, changes }
    }
    // Now and then more than a small pool holds.
    const filling = 'l'.repeat(random.chance(0.3) ? random.below(400) : 0)
    const changes = Array.from({ length: 1 + random.below(600) }, (_, i) => {
      return { tree, key: `${this.name}/${digits(number, 9)}/${digits(i, 4)}`, value: `${number}:${i}${filling}` }
    })
    return { number, how: 'load', isSync: false, changes }
  }

  #of(tree: string): Map<string, string> {
    let entries = this.contents.get(tree)
    if (!entries) this.contents.set(tree, (entries = new Map<string, string>()))
    return entries
  }

  #key(random: Random): string {
    const key = `${this.name}/${digits(random.below(KEYS), 4)}`
    return random.chance(0.1) ? `${key}/${'long'.repeat(1 + random.below(200))}` : key
  }
}

const digits = (number: number, length: number): string => String(number).padStart(length, '0')

/** A value that tells which commit put it; short for the most part, sometimes some pages long. */
function valueOf(number: number, random: Random): string {
  const length = random.below([80, 300, 3000, 30_000][random.weighted([60, 30, 8, 2])])
  return `${number}:${'0123456789abcdefghijklmnopqrstuvwxyz'.repeat(Math.ceil(length / 36)).slice(0, length)}`
}

/** The number of the commit that put a value. */
export const putBy = (value: string): number => Number(value.slice(0, value.indexOf(':')))
