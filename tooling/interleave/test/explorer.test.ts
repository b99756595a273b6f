// What a caller can rely on: setup and prepare, limits, seeds, mutants, misuse.
import { expect, it } from 'vitest'
import { explore, Explorer, replay } from '../src/index.ts'
import { at, explorerForAll } from './scenes.ts'

const explorer = explorerForAll()

it('sets up once, prepares each worker outside of the run, and hands results and what setup gave to check', async () => {
  const { failures, steps, schedules } = await explorer.explore(at('odd.ts#prepared'), { failures: Infinity })
  expect(failures.map(({ message }) => message).sort()).toEqual(['17 12,5 2', '17 5,10 2'].sort())
  expect(steps).toBe((schedules + 2) * 2)
})

it('draws the same random schedules from the same seed', async () => {
  const options = { random: 50, seed: 3, failures: Infinity }
  const scenario = at('programs.ts?seed=4&workers=3&length=3')
  const [one, same, other] = [
    await explorer.explore(scenario, options),
    await explorer.explore(scenario, options),
    await explorer.explore(scenario, { ...options, seed: 4 }),
  ]
  const seen = (found: typeof one): string[] => found.failures.map(({ message }) => message)
  expect(seen(same)).toEqual(seen(one))
  expect(seen(other)).not.toEqual(seen(one))
  expect([one.schedules, one.exhausted]).toEqual([50, false])
})

it('stops after so many schedules, and says that not all were covered', async () => {
  const { schedules, exhausted, covered } = await explorer.explore(at('steps.ts?counts=9,9'), { schedules: 5 })
  // The two without a preemption, and some with one.
  expect([schedules, exhausted, covered]).toEqual([5, false, 0])
})

it('says that more preemptions would add nothing', async () => {
  const { covered, exhausted } = await explorer.explore(at('counter.ts#atomic'), { preemptions: 2 })
  expect([covered, exhausted]).toEqual([Infinity, true])
})

it('explores scenarios that were asked for at the same time one after the other', async () => {
  const found = await Promise.all([explorer.explore(at('counter.ts#lost')), explorer.explore(at('counter.ts#atomic'))])
  expect(found.map(({ failures }) => failures.length)).toEqual([1, 0])
})

it('ends what is going on when it is ended', async () => {
  const ended = new Explorer()
  const going = ended.explore(at('programs.ts?seed=1&workers=4&length=6'), { preemptions: Infinity, failures: Infinity })
  const refused = expect(going).rejects.toThrow(/abort/i)
  await ended[Symbol.asyncDispose]()
  await refused
})

it('finds a mutant in code that is right', async () => {
  const mutant = {
    file: 'tooling/interleave/test/scenarios/counter.ts',
    find: '[(memory) => add(memory, 0, 1), (memory) => add(memory, 0, 1)]',
    replace: '[(memory) => add(memory, 0, 1), (memory) => (memory[0] += 1)]',
  }
  const { failures } = await explore(at('counter.ts#atomic'), { mutants: [mutant] })
  expect(failures).toMatchObject([{ kind: 'check', preemptions: 1 }])
  const again = await replay(at('counter.ts#atomic'), failures[0].schedule, { mutants: [mutant] })
  expect(again.failure?.message).toBe(failures[0].message)
})

it('refuses a mutant that is in nothing that the scenario loads', async () => {
  const mutant = { file: 'tooling/interleave/test/scenarios/locks.ts', find: 'peterson(\'wish\')', replace: 'null' }
  await expect(explore(at('counter.ts#atomic'), { mutants: [mutant] })).rejects.toThrow(
    'a mutant was not planted: the scenario does not load tooling/interleave/test/scenarios/locks.ts',
  )
})

it('refuses a mutant that does not fit its file', async () => {
  const mutant = { file: 'tooling/interleave/test/scenarios/counter.ts', find: 'nowhere', replace: '' }
  await expect(explore(at('counter.ts#atomic'), { mutants: [mutant] })).rejects.toThrow(/"nowhere" occurs 0 times/)
})

it.each([
  ['odd.ts#none', /none of .* is no scenario: expected exports workers and check, found crowd, /],
  ['odd.ts#lazy', /lazy of .* is no scenario: check has to be a function/],
  ['odd.ts#crowd', /has 9 workers: expected 1 to 8/],
  ['odd.ts#forgetful', /not deterministic: step 2 was another one than before/],
  ['missing.ts', /missing\.ts/],
])('refuses %s, saying why', async (scenario, message) => {
  await expect(explorer.explore(at(scenario))).rejects.toThrow(message)
})

it('refuses words that it could not reset', async () => {
  const { failures } = await explorer.explore(at('odd.ts#elsewhere'))
  expect(failures).toMatchObject([{ kind: 'thrown', message: /observed words of another memory/ }])
})

it.each([
  ['0:x', /a schedule is a list of worker:steps, such as 0:14 1:3 0, with workers 0 to 1; got 0:x/],
  ['2:1', /with workers 0 to 1; got 2:1/],
  ['0:7 1', /does not fit this scenario: its part 1 for worker 0 cannot be done after 2 steps/],
  ['0 0:1', /its part 1 for worker 0 cannot be done/],
])('refuses the schedule %s, saying why', async (schedule, message) => {
  await expect(explorer.replay(at('counter.ts#lost'), schedule)).rejects.toThrow(message)
})
