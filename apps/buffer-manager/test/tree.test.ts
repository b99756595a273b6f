// The tree against a sorted array: random changes in place and on copies, with keys and values that are hard for it.
import { describe, expect, test } from 'vitest'
import type { KeyRange } from '../src/tree/index.ts'
import { randomFrom, type Random } from './support/random.ts'
import { soak } from './support/soak.ts'
import { TreeModel } from './support/tree-model.ts'
import { keyKinds, makeValue, type MakeKey } from './support/tree-words.ts'

const SEEDS = Math.ceil(4 * soak)

function makeRange(random: Random, makeKey: MakeKey): KeyRange {
  const range: KeyRange = {}
  for (const end of ['gte', 'gt', 'lte', 'lt'] as const) if (random(3) === 0) range[end] = makeKey(random)
  if (random(2)) range.reverse = true
  if (random(3) === 0) range.limit = random(30)
  return range
}

function steps(model: TreeModel, random: Random, makeKey: MakeKey, count: number, deleted: number, every: number): void {
  for (let i = 0; i < count; i++) {
    const known = model.entries.length > 0 && random(2) ? model.entries[random(model.entries.length)].key : null
    const options = { inPlace: random(3) > 0 }
    if (random(10) === 0) model.frozen = model.epoch
    if (random(100) < deleted) model.del(known ?? makeKey(random), options)
    else model.put(known && random(4) === 0 ? known : makeKey(random), makeValue(random), options)
    if (i % every === 0) {
      model.validate()
      model.get(known ?? makeKey(random))
      model.get(makeKey(random))
      model.scan(makeRange(random, makeKey))
    }
  }
  model.validate()
}

describe.each(Object.entries(keyKinds))('a tree of %s', (_, makeKey) => {
  test.each(Array.from({ length: SEEDS }, (_, seed) => seed))('is what a sorted array is (seed %i)', (seed) => {
    const random = randomFrom(seed * 7919 + 1)
    const model = new TreeModel(40_000)
    steps(model, random, makeKey, 150, 20, 1)
    steps(model, random, makeKey, 1500, 25, 60)
    model.scan({})
    model.scan({ reverse: true })
    steps(model, random, makeKey, 1200, 70, 60)
    for (const { key } of [...model.entries]) model.del(key)
    model.validate()
    expect(model.entries.length).toBe(0)
  })
})
