// What a writer writes again and again: each round changes every value of two trees, in one commit. Whoever reads sees all
// values of the same round, or it has seen two moments.
import type { Reader, Store } from '../../src/api.ts'
import { keyOf } from '../support/entries.ts'

export const ENTRIES = 1200

const valueOf = (key: string, round: number): string => {
  const text = `${key} of round ${round}. `
  return text.repeat(/(00|25|50|75)$/.test(key) ? 300 : 4 + (round % 5))
}

export async function writeRound(store: Store, round: number): Promise<void> {
  const other = store.tree('other')
  const keys = Array.from({ length: ENTRIES }, (_, i) => keyOf(i))
  await store.batch(
    keys.flatMap((key, i) => [
      { type: 'put', key, value: valueOf(key, round), tree: i % 2 === 0 ? store : other },
      // Entries that come and go.
      round % 2 === 0 ? { type: 'put', key: `${key} even`, value: `of round ${round}. ` } : { type: 'del', key: `${key} even` },
    ]),
  )
}

export const roundOf = (value: string): number => Number(/of round (\d+)\. /.exec(value)?.[1])

/** The round of all entries; throws if they are of several, or not what was written. */
export async function readRound(one: Reader<string, string>, other: Reader<string, string>): Promise<number> {
  const entries = [...one.entriesSync()]
  for await (const entry of other.entries()) entries.push(entry)
  return checkRound(entries, true)
}

export function checkRound(entries: readonly [string, string][], isAll: boolean): number {
  const round = roundOf(entries[0][1])
  for (const [key, value] of entries) {
    const wanted = key.endsWith('even') ? `of round ${round}. ` : valueOf(key, round)
    if (value !== wanted) throw new Error(`${key} is '${value.slice(0, 60)}…', the first entry was of round ${round}`)
  }
  const wanted = ENTRIES + (round % 2 === 0 ? ENTRIES : 0)
  if (isAll && entries.length !== wanted) throw new Error(`round ${round} has ${entries.length} entries instead of ${wanted}`)
  return round
}
