// A worker that reads what all have written and writes its own keys, synchronously and not, alone and in batches.
import type { Store, Tree } from '../../src/api.ts'
import { randomFrom, type Random } from '../support/random.ts'
import { type Board, check, isDeletion, KEYS, ownerOf, valueOf } from './board.ts'

type Act = () => unknown

export class VersionsRun {
  readonly counts: Record<string, number> = {}
  readonly #store: Store
  readonly #worker: number
  readonly #board: Board
  readonly #random: Random
  /** Keys below half of all are in the store's own tree; each of the others is in both of these, always at the same version. */
  readonly #left: Tree
  readonly #right: Tree

  constructor(store: Store, worker: number, board: Board, seed: number) {
    this.#store = store
    this.#worker = worker
    this.#board = board
    this.#random = randomFrom(seed)
    this.#left = store.tree('left')
    this.#right = store.tree('right')
  }

  async run(operations: number): Promise<void> {
    const acts: [string, number, Act][] = [
      ['put', 20, () => this.#write(this.#own(false), true)],
      ['put later', 10, () => Promise.all(this.#someOwn(8, false).map((key) => this.#write(key, false)))],
      ['batch', 10, () => this.#write(this.#own(true), true)],
      ['batch later', 5, () => Promise.all(this.#someOwn(4, true).map((key) => this.#write(key, false)))],
      ['get', 30, () => this.#get(this.#random(KEYS))],
      ['get later', 10, () => this.#getLater()],
      ['order', 10, () => this.#order()],
      ['pair', 10, () => this.#pair()],
      ['scan', 3, () => this.#scan()],
      ['scan later', 2, () => this.#scanLater()],
      ['transaction', 5, () => this.#transaction()],
      ['checkpoint', 1, () => this.#store.checkpoint()],
    ]
    const total = acts.reduce((sum, [, weight]) => sum + weight, 0)
    for (let i = 0; i < operations; i++) {
      let at = this.#random(total)
      const [name, , act] = acts.find(([, weight]) => (at -= weight) < 0) ?? acts[0]
      await act()
      this.counts[name] = (this.counts[name] ?? 0) + 1
    }
    for (let key = 0; key < KEYS; key++) if (ownerOf(key) === this.#worker) this.#get(key)
  }

  #isPair(key: number): boolean {
    return key >= KEYS / 2
  }

  #own(pair: boolean): number {
    for (;;) {
      const key = this.#random(KEYS)
      if (ownerOf(key) === this.#worker && this.#isPair(key) === pair) return key
    }
  }

  #someOwn(count: number, pair: boolean): number[] {
    return [...new Set(Array.from({ length: count }, () => this.#own(pair)))]
  }

  async #write(key: number, sync: boolean): Promise<void> {
    const version = this.#board.begin(key)
    const [name, value] = [nameOf(key), valueOf(key, version)]
    if (this.#isPair(key)) {
      const operations = [this.#left, this.#right].map((tree) => {
        return isDeletion(version) ? ({ type: 'del', key: name, tree } as const) : ({ type: 'put', key: name, value, tree } as const)
      })
      if (sync) this.#store.batchSync(operations)
      else await this.#store.batch(operations)
    } else if (isDeletion(version)) {
      const existed = sync ? this.#store.delSync(name) : await this.#store.del(name)
      if (!existed) throw new Error(`key ${key} was not there to be deleted in version ${version}`)
    } else if (sync) {
      this.#store.putSync(name, value)
    } else {
      await this.#store.put(name, value)
    }
    this.#board.acknowledge(key, version)
  }

  #treeOf(key: number): Tree {
    return this.#isPair(key) ? (key % 2 === 0 ? this.#left : this.#right) : this.#store
  }

  #get(key: number): void {
    const oldest = this.#board.acknowledged(key)
    check(this.#board, key, this.#treeOf(key).getSync(nameOf(key)), oldest, 'getSync')
  }

  async #getLater(): Promise<void> {
    const keys = Array.from({ length: 20 }, () => this.#random(KEYS / 2))
    const oldest = keys.map((key) => this.#board.acknowledged(key))
    const values = await this.#store.getMany(keys.map(nameOf))
    for (const [i, key] of keys.entries()) check(this.#board, key, values[i], oldest[i], 'getMany')
  }

  /** One half of a pair after the other, which is not older. */
  async #order(): Promise<void> {
    const key = KEYS / 2 + this.#random(KEYS / 2)
    const oldest = this.#board.acknowledged(key)
    const halves = this.#random(2) === 0 ? [this.#left, this.#right] : [this.#right, this.#left]
    const version = check(this.#board, key, halves[0].getSync(nameOf(key)), oldest, 'the first half')
    check(this.#board, key, halves[1].getSync(nameOf(key)), version, 'the second half, after the first')
    const later = check(this.#board, key, await halves[0].get(nameOf(key)), version, 'the first half again')
    check(this.#board, key, await halves[1].get(nameOf(key)), later, 'the second half again')
  }

  /** Both halves of a pair, in one snapshot. */
  async #pair(): Promise<void> {
    const key = KEYS / 2 + this.#random(KEYS / 2)
    const oldest = this.#board.acknowledged(key)
    using snapshot = this.#store.snapshot()
    const left = snapshot.in(this.#left).getSync(nameOf(key))
    const right = await snapshot.in(this.#right).get(nameOf(key))
    if (left !== right) throw new Error(`the halves of pair ${key} differ: ${left?.slice(0, 20)} and ${right?.slice(0, 20)}`)
    check(this.#board, key, left, oldest, 'snapshot')
  }

  #scan(): void {
    const from = this.#random(KEYS / 2)
    const oldest = Array.from({ length: KEYS }, (_, key) => this.#board.acknowledged(key))
    const reverse = this.#random(2) === 0
    const entries = [...this.#store.entriesSync({ gte: nameOf(from), reverse })]
    this.#checkEntries(reverse ? entries.reverse() : entries, from, oldest, 'entriesSync')
  }

  async #scanLater(): Promise<void> {
    const from = this.#random(KEYS / 2)
    const oldest = Array.from({ length: KEYS }, (_, key) => this.#board.acknowledged(key))
    const entries: [string, string][] = []
    for await (const entry of this.#store.entries({ gte: nameOf(from) })) entries.push(entry)
    this.#checkEntries(entries, from, oldest, 'entries')
  }

  /** In order, each key once, and every one that is not there may have been deleted. */
  #checkEntries(entries: readonly [string, string][], from: number, oldest: readonly number[], how: string): void {
    const values = new Map(entries)
    if (values.size !== entries.length) throw new Error(`${how}: a key came twice`)
    if (entries.some(([name], i) => i > 0 && entries[i - 1][0] >= name)) throw new Error(`${how}: keys out of order`)
    for (let key = from; key < KEYS / 2; key++) check(this.#board, key, values.get(nameOf(key)), oldest[key], how)
  }

  /** Reads both halves of a pair and writes one that is its own. */
  async #transaction(): Promise<void> {
    const [seen, own] = [KEYS / 2 + this.#random(KEYS / 2), this.#own(true)]
    const version = this.#board.begin(own)
    await this.#store.transaction(
      async (transaction) => {
        const [left, right] = [transaction.in(this.#left), transaction.in(this.#right)]
        if ((await left.get(nameOf(seen))) !== right.getSync(nameOf(seen))) throw new Error(`a transaction sees halves of pair ${seen}`)
        for (const tree of [left, right]) {
          if (isDeletion(version)) tree.del(nameOf(own))
          else tree.put(nameOf(own), valueOf(own, version))
        }
      },
      { retries: 1000 },
    )
    this.#board.acknowledge(own, version)
  }
}

export const nameOf = (key: number): string => `some prefix ${String(key).padStart(4, '0')}`
