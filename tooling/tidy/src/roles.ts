// What kind of file a file is, by where it stands.
import { matchesGlob } from 'node:path'
import { inside, isScript, type Repository } from './repository.ts'

export const matches = (file: string, globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(file, glob))

/**
 * Tests, benches and config files, which a user of the package never gets, and examples, which are programs of a user's. A
 * benchmark app is a bench as a whole.
 */
export function isTestLike(repository: Repository, { benchMembers }: { benchMembers: string[] }, file: string): boolean {
  const member = repository.memberOf(file)
  const path = inside(member, file)
  return benchMembers.includes(member.folder) || /^(?:bench|examples)\//.test(path) || isConfig(path) || isTest(path)
}

/** A test, or what only tests use. */
export const isTest = (path: string): boolean => isScript(path) && /(?:^|\/)test\/|\.test\.[cm]?[jt]s$/.test(path)

const isConfig = (path: string): boolean => /^[^/]+\.config\.[cm]?[jt]s$/.test(path)
