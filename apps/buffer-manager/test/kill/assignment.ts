// What a process that is to be killed is told.
import type { StoreOptions } from '../../src/index.ts'
import type { Told } from '../durability/verify.ts'

export interface Assignment {
  directory: string
  seed: number
  options: StoreOptions
  /** How many commits of each lane were found when the store was verified last. */
  lanes: { name: string; count: number }[]
  /** What was told since. */
  told: Told[]
}
