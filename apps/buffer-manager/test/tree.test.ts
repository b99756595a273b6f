// The tree against a sorted array: random changes in place and on copies, with keys and values that are hard for it.
import { describe, expect, test } from 'vitest'
import { MISS } from '../src/pool/pool.ts'
import { PAGE_WORDS } from '../src/pages/page.ts'
import { results, retireTree, type KeyRange } from '../src/tree/index.ts'
import { randomFrom, type Random } from './support/random.ts'
import { soak } from './support/soak.ts'
import { expectSame, scan, TreeModel, type Entry } from './support/tree-model.ts'
import { TreeEdit } from './support/tree-pool.ts'
import { keyKinds, makeValue, type MakeKey } from './support/tree-words.ts'

const SEEDS = Math.ceil(2 * soak)

function makeRange(random: Random, makeKey: MakeKey): KeyRange {
  const range: KeyRange = {}
  for (const end of ['gte', 'gt', 'lte', 'lt'] as const) if (random(3) === 0) range[end] = makeKey(random)
  if (random(2)) range.reverse = true
  if (random(3) === 0) range.limit = random(30)
  return range
}

/** `deleted` of a hundred steps delete; each `every`th is followed by a look at everything. */
function steps(
  model: TreeModel,
  random: Random,
  makeKey: MakeKey,
  count: number,
  deleted: number,
  every: number,
): void {
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

  test('is what it was, for those who kept its root, whatever is done later', () => {
    const random = randomFrom(17)
    const model = new TreeModel(40_000)
    const kept: { root: number; entries: Entry[] }[] = []
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 60; j++) {
        const options = { inPlace: true, keep: true }
        const { entries } = model
        if (random(3) === 0 && entries.length > 0) model.del(entries[random(entries.length)].key, options)
        else model.put(makeKey(random), makeValue(random), options)
      }
      kept.push({ root: model.root, entries: [...model.entries] })
      model.frozen = model.epoch
      for (const { root, entries } of kept) expectSame(scan(model.pages.pool, root, {}, true), entries)
    }
    model.validate()
  })

  test('is right although every other page that is read turns out to have been garbage', () => {
    const random = randomFrom(23)
    const model = new TreeModel(40_000)
    steps(model, random, makeKey, 600, 20, 200)
    const { pool } = model.pages
    pool.garble = (page) => {
      if (random(2) === 0) return false
      // Another page, or this one with some words of anything.
      const other = random(3) ? page : 2 + random(model.pages.next - 2)
      pool.words.copyWithin(0, other * PAGE_WORDS, (other + 1) * PAGE_WORDS)
      for (let i = random(30); i > 0; i--) pool.words[random(4) ? random(40) : random(PAGE_WORDS)] = random(2 ** 32) | 0
      return true
    }
    steps(model, random, makeKey, 300, 40, 5)
  })

  test('gives all its pages back', () => {
    const random = randomFrom(29)
    const model = new TreeModel(40_000)
    steps(model, random, makeKey, 600, 20, 200)
    const edit = new TreeEdit(model.pages, model.epoch, 0)
    retireTree(edit, model.root)
    edit.commit()
    expect(model.pages.used).toBe(0)
  })
})

test('the tree and the pool mean the same by MISS', () => {
  expect(results.MISS).toBe(MISS)
})
