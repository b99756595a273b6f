// That all schedules are run, each once, and that the reduction leaves out only what would do the same.
import { expect, it } from 'vitest'
import { Explorer } from '../src/index.ts'
import { at, explorerForAll } from './scenes.ts'

const explorer = explorerForAll()

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const interleavings = (counts: number[]): number =>
  counts.reduce((ways, count) => ways / factorial(count), factorial(counts.reduce((sum, count) => sum + count)))

it.each([[[1, 1]], [[2, 1]], [[3, 4]], [[5, 5]], [[2, 2, 2]], [[1, 2, 3]], [[1, 1, 1, 1]], [[7]]])(
  'runs each interleaving of workers with %j steps exactly once',
  async (counts) => {
    const scenario = at(`steps.ts?counts=${counts.join()}`)
    const { schedules, steps, exhausted, covered } = await explorer.explore(scenario, {
      preemptions: Infinity,
      reduction: false,
    })
    const expected = interleavings(counts)
    expect([schedules, exhausted, covered]).toEqual([expected, true, Infinity])
    expect(steps).toBeGreaterThanOrEqual(expected * counts.reduce((sum, count) => sum + count))
  },
)

it('counts schedules with a bound: with one preemption, a turn is taken away once', async () => {
  const scenario = at('steps.ts?counts=4,3')
  const { schedules } = await explorer.explore(scenario, { preemptions: 1, reduction: false })
  // Without one: 2. With up to one: those 2, and one before each step but the first: 3 and 2.
  expect(schedules).toBe(2 + 2 + 3 + 2)
})

it('runs next to nothing where workers have nothing in common', async () => {
  const scenario = at('steps.ts?counts=20,20&apart')
  const { schedules, exhausted } = await explorer.explore(scenario, { preemptions: Infinity })
  expect(interleavings([20, 20])).toBeGreaterThan(1e11)
  expect(schedules).toBeLessThan(100)
  expect(exhausted).toBe(true)
})

const seeds = Array.from({ length: 12 }, (_, i) => i + 1)
const shapes = ['workers=2&length=3', 'workers=3&length=2', 'workers=2&length=3&waits', 'workers=3&length=2&waits']

it.each(shapes)('sees every outcome of random programs (%s) that is seen without the reduction', async (shape) => {
  let [reduced, all] = [0, 0]
  for (const seed of seeds) {
    for (const preemptions of [0, 1, 2, Infinity]) {
      const scenario = at(`programs.ts?seed=${seed}&${shape}`)
      const outcomes = async (reduction: boolean): Promise<{ seen: string[]; schedules: number }> => {
        const options = { preemptions, reduction, failures: Infinity }
        const { failures, schedules, exhausted } = await explorer.explore(scenario, options)
        expect(exhausted).toBe(true)
        return { seen: failures.map(({ kind, message }) => `${kind} ${message}`).sort(), schedules }
      }
      const [some, every] = [await outcomes(true), await outcomes(false)]
      expect(some.seen, `${shape}&seed=${seed}, ${preemptions} preemptions`).toEqual(every.seen)
      reduced += some.schedules
      all += every.schedules
    }
  }
  expect(reduced).toBeLessThan(all)
})

it('would notice a reduction that leaves out one place too many', async () => {
  const mutant = {
    file: 'tooling/interleave/src/depth-first.ts',
    find: 'if (changed || C.hasChanged(trace[at * C.TRACE_WORDS])) return at',
    replace: 'if (changed || C.hasChanged(trace[at * C.TRACE_WORDS])) return at + 1',
  }
  await using broken = new Explorer({ mutants: [mutant] })
  let missed = 0
  for (const seed of seeds) {
    const scenario = at(`programs.ts?seed=${seed}&workers=2&length=3`)
    const options = { preemptions: 2, failures: Infinity }
    const some = await broken.explore(scenario, options)
    const every = await explorer.explore(scenario, { ...options, reduction: false })
    missed += every.failures.length - some.failures.length
  }
  expect(missed).toBeGreaterThan(0)
})
