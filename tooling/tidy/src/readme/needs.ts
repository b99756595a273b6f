// What an example needs that not every machine has, said as `<!-- needs: native -->` just above its fence. The table of
// rules names the file that has to be there. Where it is missing the example is not run, only type-checked, and a line
// says so; under CI it is run all the same, so that what is missing there does not pass unseen.
import { existsSync } from 'node:fs'
import type { Repository } from '../repository.ts'
import type { Rules } from '../rule-types.ts'
import type { Example } from './examples.ts'

type Needs = Rules['readme']['needs']

/** The words of such a comment. */
export const needsOf = (comment = ''): string[] =>
  /^needs:(.*)$/s.exec(comment)?.[1].split(/[\s,]+/).filter(Boolean) ?? []

/** Why an example cannot run on this machine, as the line to print; undefined where it can, and under CI. */
export function cannotRun(repository: Repository, table: Needs, { readme, files, needs }: Example): string | undefined {
  if (process.env.CI) return undefined
  const missing = needs.find((need) => Object.hasOwn(table, need) && !existsSync(repository.path(table[need])))
  if (missing === undefined) return undefined
  return `not run: ${readme}:${files[0].firstLine - 1} needs ${missing}, and ${table[missing]} is missing`
}
