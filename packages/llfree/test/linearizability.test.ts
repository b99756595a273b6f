// Every answer of every worker is right at one moment between its call and its return, whatever the others do:
// thousands of short histories of two and three workers of different kinds on one allocator, each explained by a
// sequence of the model's steps. Above all: nobody is told that there is no block while one is free throughout the
// call.
import {
  expectLinearizable,
  portOf,
  type ConcurrentWorker,
  type LinearizabilityResult,
} from '@parperos/alloc-api/conformance'
import { hooksUrl, type Mutant } from '@parperos/observe'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarios, type Scenario } from './support/histories.ts'
import { kinds } from './support/kinds.ts'
import { open } from './support/open.ts'
import { soak } from './support/soak.ts'

const seed = 20_261_122

const script = new URL('support/churn-worker.ts', import.meta.url)
const dawdle = new URL('support/dawdle.ts', import.meta.url).href

interface Team {
  name: string
  members: readonly string[]
  imports: readonly string[]
  /** For each scenario, those in which operations overlapped. */
  histories: number
}

/** The TypeScript worker of a team of three sleeps in the midst of operations: few machines have three processors. */
const teams: Team[] = [
  { name: `${kinds.join(', ')}, of which sab dawdles`, members: kinds, imports: [dawdle], histories: 200 * soak },
  ...kinds.map((kind, i) => {
    const members = [kind, kinds[(i + 1) % kinds.length]]
    return { name: members.join(', '), members, imports: [], histories: 60 * soak }
  }),
]

const startAll = (members: readonly string[], imports: readonly string[], workerData?: unknown): Worker[] =>
  members.map(() => new Worker(script, { workerData, execArgv: imports.flatMap((url) => ['--import', url]) }))

/** Records histories on a new allocator; the workers are on slots 1, 2, … */
async function record(
  threads: Worker[],
  members: readonly string[],
  { options, shape, mayRefuse }: Scenario,
  histories: number,
): Promise<LinearizabilityResult> {
  const workers: ConcurrentWorker[] = threads.map((thread, i) => ({
    port: portOf(thread),
    backend: members[i],
    slot: i + 1,
  }))
  using allocator = await open('sab', { ...options, slots: members.length + 1 })
  return await expectLinearizable({ allocator, workers, histories, seed, shape, ...(mayRefuse && { mayRefuse }) })
}

describe.each(teams)('histories of $name can be explained:', ({ name, members, imports, histories }) => {
  let threads: Worker[]
  const results: LinearizabilityResult[] = []
  const sum = (key: keyof LinearizabilityResult): number => results.reduce((total, one) => total + one[key], 0)

  beforeAll(() => {
    threads = startAll(members, imports)
  })

  afterAll(async () => {
    await Promise.all(threads.map((thread) => thread.terminate()))
    const operations = sum('operations')
    const share = (key: keyof LinearizabilityResult): string => `${((100 * sum(key)) / operations).toFixed(1)} %`
    const met = `${share('overlapping')} overlapped another worker's, ${share('enclosing')} had one inside them`
    console.log(`${name}: ${sum('histories')} histories, ${operations} operations; ${met}; ${sum('refused')} refusals`)
  })

  it.each(Object.values<Scenario>(scenarios))('$what', async (scenario) => {
    const result = await record(threads, members, scenario, histories)
    results.push(result)
    expect(result.concurrent).toBeGreaterThanOrEqual(histories)
    expect(result.refused).toBeGreaterThan(0)
  })
})

describe('it is found that', () => {
  const sab = (file: string, find: string, replace: string): Mutant => ({
    file: `packages/llfree/src/sab/${file}.ts`,
    find,
    replace,
  })

  /** A search that does not ask any more whether it has to be repeated. */
  const believing = (line: string, indent: string): Mutant =>
    sab('llfree', `${line}\n${indent}if (!movedSince(area, before)) break`, `${line}\n${indent}break`)

  /** What breaks the structure can be seen as a wrong answer first, or by validate and when a series is prepared. */
  const disorder = /is not linearizable|llfree\/sab: |frames were made free|was refused, with no other/

  const mutants: { mistake: string; mutant: Mutant; scenario: Scenario; finding: RegExp }[] = [
    {
      mistake: 'a worker does not say that frames are in its hands',
      mutant: sab('ledger', 'area.words[at] |= L.ledgerPending', 'area.words[at] |= 0'),
      scenario: scenarios.last,
      finding: /is not linearizable/,
    },
    {
      mistake: 'a search that found nothing is believed at once',
      mutant: believing('if (frame !== NONE) return frame', '    '),
      scenario: scenarios.last,
      finding: /is not linearizable[^]* get 0.* → nothing/,
    },
    {
      mistake: 'a place that seemed to be taken is refused at once',
      mutant: believing('if (taken !== 0) return taken', '      '),
      scenario: scenarios.rows,
      finding: /is not linearizable[^]* getAt \d+ of order \d+.* → false/,
    },
    {
      mistake: 'the bits of a row are set by a plain store',
      mutant: sab(
        'bitfield',
        'const seen = compareExchange(words, at + index, row, row | (mask << bit))',
        'const seen = row\n      store(words, at + index, row | (mask << bit))',
      ),
      scenario: scenarios.twice,
      finding: disorder,
    },
    {
      mistake: 'rows that were taken are kept when another one is missing',
      mutant: sab('bitfield', 'while (--done >= 0) store(words, index + done, 0)', ''),
      scenario: scenarios.rows,
      finding: disorder,
    },
  ]

  it.each(mutants)('$mistake', async ({ mutant, scenario, finding }) => {
    const members = ['sab', 'sab', 'sab']
    const threads = startAll(members, [hooksUrl, dawdle], { mutants: [mutant] })
    try {
      await expect(record(threads, members, scenario, 30_000)).rejects.toThrow(finding)
    } finally {
      await Promise.all(threads.map((thread) => thread.terminate()))
    }
  })
})
