// Runs checks over a repository and leaves out what the table of exceptions allows.
import { matchesGlob } from 'node:path'
import type { Check, Finding } from './check.ts'
import type { Repository } from './repository.ts'
import type { Rules } from './rule-types.ts'

/** The findings in the order of files and lines. */
export async function tidy(repository: Repository, checks: readonly Check[], rules: Rules): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) findings.push(...(await check.run(repository, rules)))
  return findings.filter((finding) => !isExcepted(finding, rules)).sort(byPlace)
}

const isExcepted = ({ rule, file }: Finding, { exceptions }: Rules): boolean =>
  exceptions.some((exception) => exception.rule === rule && matchesGlob(file, exception.file))

const byPlace = (a: Finding, b: Finding): number =>
  a.file === b.file ? a.line - b.line || (a.rule < b.rule ? -1 : 1) : a.file < b.file ? -1 : 1
