// Errors that every book on concurrency has: each is found, in its simplest form, and its mend is shown to hold.
import { describe, expect, it } from 'vitest'
import { at, explorerForAll } from './scenes.ts'

const explorer = explorerForAll()

const errors: { what: string; scenario: string; mended: string; kind: string; preemptions: number }[] = [
  { what: 'a lost update', scenario: 'counter.ts#lost', mended: 'counter.ts#atomic', kind: 'check', preemptions: 1 },
  { what: "Peterson's lock in the wrong order", scenario: 'locks.ts#wrong', mended: 'locks.ts#right', kind: 'check', preemptions: 2 },
  { what: 'the ABA problem of a stack', scenario: 'stack.ts#plain', mended: 'stack.ts#counted', kind: 'check', preemptions: 1 },
  { what: 'a missed wake-up', scenario: 'waiting.ts#missed', mended: 'waiting.ts#kept', kind: 'deadlock', preemptions: 1 },
  { what: 'a deadlock of two locks', scenario: 'locks.ts#crossed', mended: 'locks.ts#ordered', kind: 'deadlock', preemptions: 1 },
]

describe.each(errors)('$what', ({ scenario, mended, kind, preemptions }) => {
  it('is found with as few preemptions as it takes', async () => {
    const { failures, exhausted } = await explorer.explore(at(scenario), { preemptions: 3 })
    expect(failures.map((failure) => [failure.kind, failure.preemptions])).toEqual([[kind, preemptions]])
    expect(exhausted).toBe(false)
  })

  it('is found by random schedules, and shrunk to the same', async () => {
    const { failures, schedules } = await explorer.explore(at(scenario), { random: 2000, seed: 7 })
    expect(failures.map((failure) => [failure.kind, failure.preemptions])).toEqual([[kind, preemptions]])
    expect(schedules).toBeLessThan(2000)
  })

  it('is replayed from its one line, step for step', async () => {
    const { failures } = await explorer.explore(at(scenario), { preemptions: 3 })
    const [{ schedule, message, text }] = failures
    const once = await explorer.replay(at(scenario), schedule)
    expect(once.failure).toMatchObject({ kind, message, schedule, text })
    expect(await explorer.replay(at(scenario), schedule)).toEqual(once)
    expect(once.steps.length).toBe(failures[0].steps)
  })

  it('is gone in the mended version, and all schedules were covered', async () => {
    const { failures, exhausted } = await explorer.explore(at(mended), { preemptions: 3 })
    expect(failures).toEqual([])
    expect(exhausted).toBe(true)
  })
})

it('prints a line for each stretch, with the source lines around each switch', async () => {
  const { failures } = await explorer.explore(at('counter.ts#lost'))
  const place = 'test/scenarios/counter.ts:12'
  expect(failures[0].text.split('\n')).toEqual([
    'check: two increments, and the counter is 1',
    "schedule '0:1 1 0' (1 preemption, 4 steps)",
    `  worker 0  step 1          read the counter: 0 (${place}); preempted before write the counter (${place})`,
    `  worker 1  steps 1–2       … write the counter: 0 → 1 (${place}); ends`,
    `  worker 0  step 2          write the counter: 1 (${place}); ends`,
  ])
})

it('says who waits for what in a deadlock', async () => {
  const { failures } = await explorer.explore(at('locks.ts#crossed'))
  expect(failures[0].message).toBe('everybody who is left waits: worker 0 on b, worker 1 on a')
})
