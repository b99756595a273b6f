// An error that is planted on purpose in the algorithm, and the scene that finds it.
import type { Mutant } from '@parperos/observe'

export interface PlantedError {
  name: string
  /** Which scene finds it. */
  scene: string
  mutants: Mutant[]
}

/** A source of the algorithm. */
export const source = (name: string): string => `packages/llfree/src/sab/${name}.ts`

/** An error in one place: `find`, which occurs once in that source, becomes `replace`. */
export const planted = (name: string, scene: string, file: string, find: string, replace: string): PlantedError => ({
  name,
  scene,
  mutants: [{ file: source(file), find, replace }],
})
