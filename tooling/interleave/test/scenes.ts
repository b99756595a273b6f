// The scenarios of the tests, by file and name, and one explorer for all tests of a file.
import { afterAll } from 'vitest'
import { Explorer } from '../src/index.ts'

/** The address of a scenario in scenarios/, such as `locks.ts#right`. */
export const at = (scenario: string): URL => new URL(`scenarios/${scenario}`, import.meta.url)

/** An explorer that ends with the file's tests. */
export function explorerForAll(): Explorer {
  const explorer = new Explorer()
  afterAll(() => explorer[Symbol.asyncDispose]())
  return explorer
}
