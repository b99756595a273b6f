// What can happen when workers meet on one word, thousands of times each: first and last block of a huge frame, splits,
// order 10 against order 9, the same block given back twice, batches that want everything.
import type { BackendKind } from '@parperos/alloc-api'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { kinds } from './support/kinds.ts'
import { open, type Options } from './support/open.ts'
import { races } from './support/races.ts'
import { soak } from './support/soak.ts'
import { Team } from './support/team.ts'

const ROUNDS = 1000 * soak

const variants: { race: keyof typeof races; orders: number[]; options: Options }[] = [
  { race: 'first', orders: [0, 1, 3, 5, 6, 8, 9, 10], options: { frames: 4096 } },
  { race: 'last', orders: [0, 1, 3, 5, 6, 7, 8, 9, 10], options: { frames: 4096, treeHugeFrames: 2 } },
  { race: 'last', orders: [0, 4], options: { frames: 512 } },
  { race: 'same', orders: [0, 3, 5, 6, 8, 9, 10], options: { frames: 2048 } },
  { race: 'pair', orders: [10], options: { frames: 3 * 1024 } },
  { race: 'split', orders: [9, 10], options: { frames: 2048 } },
  { race: 'twice', orders: [0, 1, 5, 6, 8, 9, 10], options: { frames: 2048 } },
  { race: 'twiceInParts', orders: [8, 9, 10], options: { frames: 2048 } },
  { race: 'torn', orders: [1, 5, 6, 8, 9, 10], options: { frames: 2048 } },
  { race: 'batch', orders: [0, 3], options: { frames: 4096, treeHugeFrames: 2 } },
]

const sentences: Record<keyof typeof races, string> = {
  first: 'each gets a block of its own from free memory',
  last: 'all but one get a block when there is one less than they are',
  same: 'one of them gets a block that some ask for by name',
  pair: 'a pair of huge frames goes to one as a whole or to two in halves',
  split: 'a huge block that is given back in parts by all of them is free in the end',
  twice: 'a block that all of them give back is given back once',
  twiceInParts: 'a block that was taken in parts and is given back by all of them is free in the end',
  torn: 'a block that one gives back as a whole and others in part is given back once',
  batch: 'each frame goes to one of them when all ask for everything',
}

const teams: BackendKind[][] = [...kinds.map((kind) => [kind, kind]), kinds]

describe.each(teams.map((team) => ({ team })))('workers $team', ({ team: members }) => {
  let team: Team
  beforeAll(() => {
    team = new Team(members)
  })
  afterAll(() => team[Symbol.asyncDispose]())

  for (const { race, orders, options } of variants) {
    const { frames } = options
    it.each(orders)(`${sentences[race]}: order %i of ${frames} frames`, async (order) => {
      const { initial } = races[race]
      using allocator = await open('sab', { ...options, initial, slots: members.length + 1 })
      await team.do({ type: 'race', race, order, rounds: ROUNDS }, allocator.handle)
      allocator.validate()
    })
  }
})
