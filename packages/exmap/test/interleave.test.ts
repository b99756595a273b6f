// The page table and the shelf of bundles under every schedule with a few preemptions; and errors that are planted on purpose
// are found by them.
import { Explorer } from '@parperos/interleave'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mutants } from './interleave/mutants.ts'
import { soak } from './support/soak.ts'

const scenes = [
  ...['allocAgainstAlloc', 'freeAgainstFree', 'allocAgainstFree', 'freeAgainstFreeAndAlloc', 'runsAgainstEachOther'],
  ...['readAgainstRead', 'readAgainstFree', 'failingReadAgainstAlloc', 'writeAgainstFree', 'writeAgainstWrite'],
  ...['writeAgainstFreeAndAlloc', 'writeAgainstOtherFrame', 'threeAtOnePage'],
  ...['takersOfOneBundle', 'takersOfTwoBundles', 'giverAgainstTaker', 'giversAgainstEachOther', 'leaverAgainstGiver'],
  ...['neverNone', 'gathererAgainstOwner', 'gatherersAgainstEachOther', 'gathererAgainstLeaver', 'gatherersOfEachOther'],
  ...['recoveryOfNotedReadAgainstRead'],
  ...['recoveryOfReadAgainstAlloc', 'recoveryOfReadAgainstRead', 'recoveryOfWriteAgainstFree'],
  ...['recoveryOfNotedWriteAgainstWrite', 'recoveryOfNotedWriteAgainstFree'],
]

const PREEMPTIONS = soak > 1 ? 4 : 3

const urlOf = (scene: string): URL => new URL(`interleave/scenes.ts#${scene}`, import.meta.url)

describe(`with up to ${PREEMPTIONS} preemptions`, () => {
  let explorer: Explorer
  beforeAll(() => {
    explorer = new Explorer()
  })
  afterAll(() => explorer[Symbol.asyncDispose]())

  const table: string[] = []
  it.each(scenes)('%s holds in every schedule', async (scene) => {
    const { schedules, failures, exhausted, seconds } = await explorer.explore(urlOf(scene), { preemptions: PREEMPTIONS })
    expect(failures.map(({ message, text }) => `${message}\n${text}`)).toEqual([])
    expect(exhausted).toBe(true)
    table.push(`${scene.padEnd(34)} ${String(schedules).padStart(7)} schedules ${seconds.toFixed(2).padStart(6)} s`)
  })
  afterAll(() => process.stderr.write(`${table.join('\n')}\n`))
})

describe('planted errors are found:', () => {
  it.each(mutants)('$what', async ({ what: _, scene, ...mutant }) => {
    await using explorer = new Explorer({ mutants: [mutant] })
    const { failures } = await explorer.explore(urlOf(scene), { preemptions: 3 })
    expect(failures.length).toBe(1)
  })
})
