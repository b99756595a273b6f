// The rounds of a race (races.ts), as each member runs them.
import type { FullFrameAllocator } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { meet, numbersOf } from './board.ts'
import { races, type Race, type Round } from './races.ts'
import type { Job } from './team.ts'

export interface RaceWork {
  type: 'race'
  race: keyof typeof races
  order: number
  rounds: number
}

const CAME = 16
const VALIDATE_EVERY = 64

/** Runs all rounds; throws where the judge does. How many rounds they were. */
export function race(allocator: FullFrameAllocator, { race: name, order, rounds }: RaceWork, job: Job): number {
  const game: Race = races[name]
  const { member, members, board } = job
  const numbers = numbersOf(board)
  const common = { allocator, order, member, members, came: numbers.subarray(0, CAME), given: numbers.subarray(CAME) }
  const random = new Random(order)
  for (let number = 0; number < rounds; number++) {
    const round: Round = { ...common, number, random }
    if (member === 0) game.prepare(round)
    meet(board, members)
    common.came[member] = game.act(round)
    meet(board, members)
    if (member !== 0) continue
    game.judge(round)
    if (number % VALIDATE_EVERY === 0) allocator.validate()
  }
  return rounds
}
