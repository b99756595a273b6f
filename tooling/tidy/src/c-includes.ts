// `#include "…"` of C files, and where the compiler finds it: beside the including file, then in the package's own C
// folders, then in the C folder that every package shares. `#include <…>` is the system's and is left alone.
import { dirname, posix } from 'node:path'
import { inside, within, type Repository } from './repository.ts'
import type { ImportRules } from './rule-types.ts'

export interface Include {
  path: string
  line: number
}

export const isC = (file: string): boolean => /\.[ch]$/.test(file)

export function includesOf(text: string): Include[] {
  // Comments turn into spaces, so that line numbers stay and commented-out includes do not count.
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replace(/[^\n]/g, ' '))
  return code.split('\n').flatMap((line, index) => {
    const path = /^\s*#\s*include\s*"([^"]+)"/.exec(line)?.[1]
    return path === undefined ? [] : [{ path, line: index + 1 }]
  })
}

/** The file that an include names, from the repository's root; undefined where there is none. */
export function resolveInclude(
  repository: Repository,
  file: string,
  path: string,
  { cFolders, sharedC }: ImportRules,
): string | undefined {
  const own = cFolders.map((folder) => within(repository.memberOf(file), folder))
  return [dirname(file), ...own, sharedC].map((folder) => posix.join(folder, path)).find((at) => repository.has(at))
}

/** Whether a file may see a C file at all: its own package's folder (a benchmark sees both), or the shared one. */
export function mayInclude(repository: Repository, file: string, target: string, rules: ImportRules): boolean {
  if (target.startsWith(`${rules.sharedC}/`)) return true
  const member = repository.memberOf(file)
  if (repository.memberOf(target) !== member) return false
  const [product] = rules.cFolders
  const folders = inside(member, file).startsWith(`${product}/`) ? [product] : rules.cFolders
  return folders.some((folder) => target.startsWith(`${within(member, folder)}/`))
}
