// The C core under tools: threads at it under ThreadSanitizer and under AddressSanitizer with
// UndefinedBehaviorSanitizer, and fuzzed sequences of operations against a model. The programs are in sanitize/csrc.
// What they find nothing in is shown to be able to find something: errors that are planted on purpose are each caught,
// by the tool that is meant to.
import { canTest } from '@parperos/presets/backends'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Programs, Turns, type Outcome, type Variant } from './sanitize/programs.ts'
import { tools } from './sanitize/tools.ts'
import { open, wordsOf } from './support/open.ts'
import { policies } from './support/policies.ts'
import { soak } from './support/soak.ts'
import * as L from '../src/layout.ts'

// The same each time, but for soak runs: those look elsewhere every time.
const seed = soak > 1 ? Date.now() : 20_261_121

const programs = new Programs()
afterAll(() => programs[Symbol.dispose]())

// Two at a time: what CI has cores for.
const turns = new Turns(2)
const run = (variant: Variant, args: readonly (string | number)[], plant?: string): Promise<Outcome> =>
  turns.take(() => programs.run(variant, args.map(String), plant))

/** The sanitizers' own words are the message of a failure. */
function expectSuccess({ status, output }: Outcome): void {
  if (status !== 0) expect.fail(`exit code ${status}\n${output}`)
}

/** The counts that a program prints, each of them an object on a line of its own. */
function countsOf(outcome: Outcome): Record<string, number> {
  expectSuccess(outcome)
  const objects = outcome.stdout.split('\n').filter((line) => line.startsWith('{'))
  const counts = Object.assign({}, ...objects.map((line): unknown => JSON.parse(line))) as Record<string, number>
  process.stdout.write(`${objects.join(' ')}\n`)
  return counts
}

/** What was never done has not been tested. */
function expectAllSeen(counts: Record<string, number>): void {
  const never = Object.keys(counts).filter((name) => counts[name] === 0)
  expect(never, 'kinds of steps that were never taken').toEqual([])
}

const timeout = 600_000 * soak

describe.runIf(canTest(tools.none))('the programs', () => {
  const shapes = [
    { frames: 1, slots: 1, treeHugeFrames: 2, policy: 'smallAndHuge' },
    { frames: 5000, slots: 4, treeHugeFrames: 8, policy: 'pinnedAndMovable' },
    { frames: 70_001, slots: 17, treeHugeFrames: 64, policy: 'smallAndHuge' },
  ] as const

  it.each(shapes)('work on Regions as the package makes them: $frames frames, $slots slots', async (shape) => {
    const { frames, slots, treeHugeFrames, policy } = shape
    using allocator = await open('sab', { frames, slots, treeHugeFrames, policy: policies[policy] })
    const args = [frames, slots, Math.log2(treeHugeFrames), Object.keys(policies).indexOf(policy)]
    const { status, stdout, output } = await run({ program: 'header', tool: 'none' }, args)
    expect(status, output).toBe(0)
    expect(JSON.parse(stdout)).toEqual(Array.from(wordsOf(allocator).subarray(0, L.headerWords), (word) => word >>> 0))
  })
})

describe.runIf(canTest(tools.thread)).concurrent('threads under ThreadSanitizer', () => {
  const stress = { program: 'stress', tool: 'thread' } as const

  it('do everything there is on slots of their own, and there is no data race', { timeout }, async () => {
    expectAllSeen(countsOf(await run(stress, ['--seed', seed, '--seconds', 60 * soak, '--rounds', 10])))
  })

  it.each(['bit', 'row', 'child', 'local'])(
    'are reported when one step is torn into a read and a write: %s',
    { timeout },
    async (plant) => {
      const { status, output } = await run({ ...stress, plants: true }, ['--seed', seed, '--rounds', 200], plant)
      expect(output).toContain('WARNING: ThreadSanitizer: data race')
      expect(output).toMatch(/^reproduce: node .*run\.ts thread stress --seed \d+/m)
      expect(status).toBe(1)
    },
  )

  it('are reported when steps are whole but publish nothing of what the former owner did', { timeout }, async () => {
    const { status, output } = await run({ ...stress, plants: true }, ['--seed', seed, '--rounds', 200], 'order')
    expect(output).toContain('WARNING: ThreadSanitizer: data race')
    expect(output).toMatch(/(?:write|check)_content/)
    expect(status).toBe(1)
  })
})

describe.runIf(canTest(tools.none)).concurrent('threads that count what they own', () => {
  const stress = { program: 'stress', tool: 'none', plants: true } as const

  it.each(['bit', 'row'])('find a frame in two hands when taking is two steps: %s', { timeout }, async (plant) => {
    const outputs: string[] = []
    // Often it is a counter that is noticed first.
    for (let i = 0; i < 20 && !outputs.some((output) => output.includes('was handed to')); i++) {
      const { status, output } = await run(stress, ['--seed', seed + i * 1000, '--rounds', 1000], plant)
      expect(status, output).toBe(1)
      outputs.push(output)
    }
    expect(outputs.join('')).toMatch(/frame \d+ of the block of order \d+ at \d+ was handed to worker \d+ while/)
  })

  it('are ended when they go on for ever', { timeout }, async () => {
    const { status, output } = await run(stress, ['--seed', seed, '--limit', 3], 'stuck')
    expect(output).toMatch(/^it did not end within 3 s\nreproduce: node .*run\.ts none stress --seed \d+/m)
    expect(status).toBe(1)
  })

  it.each(['child', 'local', 'undo'])('find counts that are wrong: %s', { timeout }, async (plant) => {
    const { status, output } = await run(stress, ['--seed', seed, '--rounds', 5000], plant)
    expect(status, output).toBe(1)
    expect(output).toMatch(/^reproduce: node .*run\.ts none stress --seed \d+/m)
  })
})

describe.runIf(canTest(tools.address)).concurrent('under AddressSanitizer and UndefinedBehaviorSanitizer', () => {
  const fuzz = { program: 'fuzz', tool: 'address' } as const

  it('threads touch nothing outside of the Region and do nothing undefined', { timeout }, async () => {
    const args = ['--seed', seed, '--seconds', 60 * soak, '--rounds', 10]
    expectAllSeen(countsOf(await run({ program: 'stress', tool: 'address' }, args)))
  })

  it('any sequence of operations does what the model does', { timeout }, async () => {
    const { outcomes, ...counts } = countsOf(await run(fuzz, ['--seed', seed, '--seconds', 60 * soak]))
    expectAllSeen(counts)
    expectAllSeen(outcomes as unknown as Record<string, number>)
  })

  const misdeeds = {
    beyond: 'ERROR: AddressSanitizer: heap-buffer-overflow',
    full: 'runtime error: passing zero to ctz()',
    twice: 'wrong: ',
    split: 'wrong: ',
    aligned: 'wrong: ',
    policy: 'wrong: the policy forbids',
    last: 'wrong: tree ',
    hidden: ' is free',
    rows: 'wrong: ',
  }

  const plants = Object.entries(misdeeds)

  it.each(plants)('an error that is planted is found and shortened: %s', { timeout }, async (plant, words) => {
    const planted = { ...fuzz, plants: true }
    const { status, output } = await run(planted, ['--seed', seed, '--seconds', 120], plant)
    expect(output).toContain(words)
    expect(status).toBe(1)
    const [, digits] = /^reproduce: node .*run\.ts address fuzz --input ([\da-f]+)$/m.exec(output) ?? []
    expect(digits, output).toBeDefined()
    const again = await run(planted, ['--input', digits], plant)
    expect(again.status, again.output).toBe(1)
    // It is the planted error that fails, nothing else.
    expectSuccess(await run(planted, ['--input', digits]))
  })
})

// Most machines lack it, and the fuzzer above does the same: nothing is left out where it is missing.
describe.runIf(tools.libfuzzer.unavailable() === null).concurrent('under libFuzzer', () => {
  const fuzz = { program: 'fuzz', tool: 'libfuzzer' } as const
  const args = (name: string, seconds: number): string[] => [
    `-seed=${seed % 2 ** 32}`,
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${join(programs.folder, name)}-`,
    '-max_len=512',
    '-timeout=30',
    '-print_final_stats=1',
  ]

  /** Where libFuzzer left a failing input: its digits. */
  function digitsLeft(name: string): string {
    const file = readdirSync(programs.folder).find((entry) => entry.startsWith(`${name}-`))
    return file === undefined ? '' : readFileSync(join(programs.folder, file)).toString('hex')
  }

  it('any sequence of operations does what the model does', { timeout }, async () => {
    const { status, stdout, output } = await run(fuzz, args('whole', 36 * soak))
    const reproduction = `reproduce: node test/sanitize/run.ts address fuzz --input ${digitsLeft('whole')}`
    const { outcomes } = countsOf({ status, stdout, output: `${output}\n${reproduction}` })
    expectAllSeen(outcomes as unknown as Record<string, number>)
    expect(Number(/^stat::number_of_executed_units: (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(0)
  })

  it('an error that is planted is found, and is there under the other fuzzer too', { timeout }, async () => {
    const { status, output } = await run({ ...fuzz, plants: true }, args('policy', 120), 'policy')
    expect(output).toContain('wrong: the policy forbids')
    expect(status).not.toBe(0)
    const input = ['--input', digitsLeft('policy')]
    const again = await run({ program: 'fuzz', tool: 'address', plants: true }, input, 'policy')
    expect(again.output).toContain('wrong: the policy forbids')
    expect(again.status).toBe(1)
  })
})
