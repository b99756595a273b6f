// What the scenes share: states that they start from, and what they expect.
import type { ClassPolicy } from '../../src/policy.ts'
import type { Done, Verdict } from './judge.ts'
import type { Call } from './scene.ts'

/** One class for everything: what is free is for everybody. */
export const oneClass: ClassPolicy = {
  classes: ['all'],
  orderClass: Array.from({ length: 11 }, () => 0),
  defaultClass: 0,
  actions: [['match']],
}

/** Frames of a huge frame. */
export const HUGE = 512

/** Everything allocated as huge blocks, and then these blocks free. */
export const onlyFree = (...blocks: (readonly [frame: number, order: number])[]) => ({
  allocated: true,
  before: [...blocks.map(([frame, order]): Call => ['put', frame, order]), ['drain'] as const],
})

export const cameTo = (verdict: Verdict): (number | number[])[] => verdict.calls.map(({ came }) => came)

const isRefused = ({ call, came }: Done): boolean =>
  typeof came === 'number' && (came < 0 || (call[0] === 'getAt' && came === 0))

/** All calls succeed. */
export function allSucceed({ calls }: Verdict): void {
  for (const done of calls) succeeds(done)
}

export const firstSucceeds = ({ calls }: Verdict): void => succeeds(calls[0])

function succeeds(done: Done): void {
  if (isRefused(done)) throw new Error(`worker ${done.worker}: ${done.call.join(' ')} came to ${String(done.came)}`)
}

/** So many of the calls are refused, with this status. */
export const refusals = (count: number, refusal: number) => (verdict: Verdict) => {
  const refused = cameTo(verdict).filter((came) => came === refusal).length
  if (refused !== count) throw new Error(`${refused} calls were refused, ${count} should be: ${cameTo(verdict).join()}`)
}
