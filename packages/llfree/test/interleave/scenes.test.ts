// Explores every scene: all schedules with few preemptions, and where these are not many, all with one more. `npm run soak`
// goes further. Prints what was covered.
import { Explorer, type Exploration } from '@parperos/interleave'
import { afterAll, describe, expect, it } from 'vitest'
import { soak } from '../support/soak.ts'
import * as scenarios from './scenarios.ts'

const explorer = new Explorer()
const rows: string[] = []

afterAll(async () => {
  await explorer[Symbol.asyncDispose]()
  console.log([heading, ...rows].join('\n'))
})

/** Every scene is covered with so many preemptions, and those of few schedules with more. */
const PREEMPTIONS = 2
const FURTHER = soak > 1 ? 4 : 3
const FEW = 800 * soak
// Where even that takes too long: each preemption more multiplies the schedules by ten.
const SCHEDULES = 10_000 * soak

const heading = 'scene'.padEnd(24) + 'workers  steps  schedules  preemptions  seconds'

function row(name: string, workers: number, { steps, schedules, covered, seconds }: Exploration): string {
  const cells: [string, number][] = [
    [String(workers), 7],
    [(steps / schedules).toFixed(0), 7],
    [String(schedules), 11],
    [covered === Infinity ? 'all' : String(covered), 13],
    [seconds.toFixed(2), 9],
  ]
  return name.padEnd(24) + cells.map(([text, width]) => text.padStart(width)).join('')
}

const at = (name: string): string => `${new URL('scenarios.ts', import.meta.url).href}#${name}`

describe.each(Object.entries(scenarios))('%s', (name, { workers }) => {
  it(`holds under every schedule with up to ${PREEMPTIONS} preemptions`, async () => {
    let found = await explorer.explore(at(name), { preemptions: PREEMPTIONS })
    if (found.failures.length === 0 && found.covered < FURTHER && found.schedules < FEW) {
      found = await explorer.explore(at(name), { preemptions: FURTHER, schedules: SCHEDULES })
    }
    rows.push(row(name, workers.length, found))
    expect(found.failures[0]?.text).toBeUndefined()
    expect(found.covered).toBeGreaterThanOrEqual(PREEMPTIONS)
  })
})

it('holds under random schedules of three workers', async () => {
  for (const name of ['threeAtTheLast', 'threeGets', 'drainGetPut', 'placeGetGet']) {
    const { failures } = await explorer.explore(at(name), { random: 1000 * soak, preemptions: 6, seed: 1 })
    expect(failures[0]?.text).toBeUndefined()
  }
})

it('tells how many schedules a minute a pair of order-0 gets makes', async () => {
  const { schedules, seconds } = await explorer.explore(at('getGet'), { preemptions: 4 })
  rows.push(`getGet: ${Math.round((schedules / seconds) * 60).toLocaleString('en')} schedules a minute`)
  expect(schedules).toBeGreaterThan(1000)
})
