// Every error that is planted is found by its scene, with no more preemptions than the scenes are always explored with.
import { Explorer } from '@parperos/interleave'
import { describe, expect, it } from 'vitest'
import { knownErrors } from './errors/known.ts'
import { lowerErrors } from './errors/lower.ts'
import type { PlantedError } from './errors/planted.ts'
import { upperErrors } from './errors/upper.ts'
import * as scenarios from './scenarios.ts'

const PREEMPTIONS = 2

const plantedErrors = [...lowerErrors, ...upperErrors]

async function find({ scene, mutants }: PlantedError): Promise<void> {
  await using explorer = new Explorer({ mutants })
  const scenario = `${new URL('scenarios.ts', import.meta.url).href}#${scene}`
  const { failures } = await explorer.explore(scenario, { preemptions: PREEMPTIONS })
  expect(failures, `${scene} holds in spite of it`).toHaveLength(1)
  // Not by hanging: by what the scene looks at, so that the schedule says what is wrong.
  expect(failures[0].kind).not.toBe('stuck')
  const { failure } = await explorer.replay(scenario, failures[0].schedule)
  expect(failure?.message).toBe(failures[0].message)
}

describe.concurrent('an error of the existing versions is found', () => {
  it.each(knownErrors)('$name ($scene)', find)
})

describe.concurrent('a planted error is found', () => {
  it.each(plantedErrors)('$name ($scene)', find)
})

it('plants at least twenty different errors, in scenes that exist', () => {
  const all = [...knownErrors, ...plantedErrors]
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  expect(plantedErrors.length).toBeGreaterThanOrEqual(20)
  for (const { scene } of all) expect(Object.keys(scenarios)).toContain(scene)
})
