// Waiting, timeouts, spinning, and the ways in which a run does not come to its end.
import { expect, it } from 'vitest'
import { at, explorerForAll } from './scenes.ts'

const explorer = explorerForAll()

/** The messages of all failures: scenarios whose check always throws tell their outcomes that way. */
async function outcomes(scenario: string, preemptions = 2): Promise<string[]> {
  const { failures, exhausted } = await explorer.explore(at(scenario), { preemptions, failures: Infinity })
  expect(exhausted).toBe(true)
  return failures.map(({ message }) => message).sort()
}

it('lets a wait with a timeout be woken, be too late, or time out', async () => {
  expect(await outcomes('waiting.ts#late')).toEqual(['ok', 'ready', 'timed-out'])
})

it('lets a timeout pass only where the bound allows it, while others could go on', async () => {
  expect(await outcomes('waiting.ts#late', 0)).toEqual(['ok', 'ready'])
})

it('wakes whoever slept first', async () => {
  const found = await outcomes('waiting.ts#first')
  // The sleeper without a timeout is woken, or the notification came too early and it sleeps for ever.
  expect(found).toContain('ok,timed-out,1')
  expect(found).toContain('everybody who is left waits: worker 0 on [1]')
  expect(found).not.toContain('ok,ok,1')
})

it('lets others go on while one spins', async () => {
  const { failures, exhausted, covered } = await explorer.explore(at('odd.ts#spin'), { preemptions: Infinity })
  expect([failures, exhausted, covered]).toEqual([[], true, Infinity])
})

it.each(['odd.ts#livelock', 'waiting.ts#never', 'odd.ts#stubborn'])(
  'calls it no progress when %s does not end within the bound of steps',
  async (scenario) => {
    const { failures } = await explorer.explore(at(scenario), { steps: 2000 })
    expect(failures).toMatchObject([{ kind: 'no progress', message: 'the workers have not ended after 2000 steps' }])
    expect(failures[0].schedule.length).toBeLessThan(20)
    expect((await explorer.replay(at(scenario), failures[0].schedule, { steps: 2000 })).failure?.kind).toBe('no progress')
  },
)

it('calls a worker stuck that goes round without a step, and can explore other scenarios afterwards', async () => {
  const { failures, exhausted } = await explorer.explore(at('odd.ts#hang'), { stuckMs: 300 })
  expect(failures).toMatchObject([{ kind: 'stuck', message: 'worker 0 took no step for 300 ms after its step 1' }])
  expect(exhausted).toBe(false)
  expect((await explorer.explore(at('counter.ts#atomic'))).exhausted).toBe(true)
})

it('finds what a worker throws', async () => {
  const { failures } = await explorer.explore(at('odd.ts#throwing'))
  expect(failures).toMatchObject([{ kind: 'thrown', message: 'worker 0 threw RangeError: second', schedule: '1 0' }])
})
