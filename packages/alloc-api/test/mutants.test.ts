// The suite is itself tested: every allocator that has one mistake is rejected by the check that is about it, with an
// error that speaks of the contract.
import { describe, expect, it } from 'vitest'
import { frameAllocatorSuite } from '../src/conformance/index.ts'
import { sab } from '../src/sab.ts'
import { mutants } from './mutants/index.ts'

describe('the suite rejects an allocator that', () => {
  it.each(mutants)('$mistake, since not: $caughtBy', async ({ mistake, caughtBy, backend }) => {
    const suite = frameAllocatorSuite({ name: mistake, backend, memory: (bytes) => sab.create({ bytes }) })
    const check = suite.find(({ name }) => name === caughtBy)
    const error: unknown = await check?.run().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).name).toMatch(/^(ConformanceError|ParperosError|OutOfMemoryError)$/)
  })
})
