// The suite of page areas is itself tested: every area that has one mistake is rejected by the check that is about
// it, with an error that speaks of the contract.
import { describe, expect, it } from 'vitest'
import { pageAreaSuite } from '../src/conformance/page-area/index.ts'
import { mutants } from './mutants-page-area/index.ts'
import { modelSubject } from './mutants-page-area/subject.ts'

describe('the suite rejects a page area that', () => {
  it.each(mutants)('$mistake, since not: $caughtBy', async ({ mistake, caughtBy, parts = {}, change }) => {
    const check = pageAreaSuite(modelSubject(mistake, parts, change)).find(({ name }) => name === caughtBy)
    expect(check, caughtBy).toBeDefined()
    const error: unknown = await check?.run().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).name).toMatch(/^(ConformanceError|ParperosError|OutOfMemoryError)$/)
  })
})
