// What nothing reaches: C files that no build includes, links that lead nowhere, empty files and folders, unfinished
// places, tests that are switched off. Unused TypeScript files, exports and dependencies are knip's.
import { dirname, posix } from 'node:path'
import { resolveInclude, includesOf, isC } from '../c-includes.ts'
import type { Check, Finding } from '../check.ts'
import { emptyFolders } from '../empty-folders.ts'
import { linksOf } from '../markdown.ts'
import type { Repository } from '../repository.ts'
import { isTest, matches } from '../roles.ts'
import type { Rules } from '../rule-types.ts'
import { switchedOff } from '../switched-off.ts'

export const dead: Check = {
  name: 'dead',
  about: 'unreachable C files, dead links, empty files, unfinished places, tests that are switched off',
  run: (repository, rules) => [
    ...unreachable(repository, rules),
    ...repository.files.filter((file) => file.endsWith('.md')).flatMap((file) => links(repository, file)),
    ...decisions(repository, rules.dead.decisions),
    ...empty(repository),
    ...markers(repository, rules),
    ...repository.files.filter(isTest).flatMap((file) => switches(repository, file, rules.dead.switches)),
  ],
}

function unreachable(repository: Repository, { imports, dead: { cRoots } }: Rules): Finding[] {
  const sources = repository.files.filter((file) => isC(file) && /(?:^|\/)csrc\//.test(file))
  const reached = new Set<string>()
  const visit = (file: string): void => {
    if (reached.has(file)) return
    reached.add(file)
    for (const { path } of includesOf(repository.text(file))) {
      const target = resolveInclude(repository, file, path, imports)
      if (target !== undefined) visit(target)
    }
  }
  sources.filter((file) => matches(file, cRoots)).forEach(visit)
  return sources
    .filter((file) => !reached.has(file))
    .map((file) => ({
      rule: 'dead/c',
      file,
      line: 1,
      message: 'is included by no build',
      mend: 'include it from csrc/wasm.c or csrc/addon.c (or from what they include), or delete it',
    }))
}

/** A link with a scheme leads out of the repository; `#…` stays on its page. */
function links(repository: Repository, file: string): Finding[] {
  return linksOf(repository.text(file)).flatMap(({ url, line }): Finding[] => {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i.test(url)) return []
    const path = decodeURIComponent(url.replace(/[?#].*$/, ''))
    const target = posix.normalize(path.startsWith('/') ? path.slice(1) : posix.join(dirname(file), path))
    const folder = target.replace(/\/$/, '')
    if (folder === '.' || repository.has(folder) || repository.under(folder).length > 0) return []
    const message = `links to ${url}, which leads to no file of the repository`
    return [{ rule: 'dead/link', file, line, message, mend: 'correct the link or remove it' }]
  })
}

function decisions(repository: Repository, folder: string): Finding[] {
  const numbers = new Map<string, string>()
  return repository.under(folder).flatMap((file): Finding[] => {
    const name = file.slice(folder.length + 1)
    if (name === 'README.md') return []
    const number = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/.exec(name)?.[1]
    const finding = (message: string, mend: string): Finding[] => [{ rule: 'dead/decision', file, line: 1, message, mend }]
    if (number === undefined) return finding('is no NNNN-title.md', 'rename it: four digits, then the title in kebab-case')
    const other = numbers.get(number)
    numbers.set(number, file)
    return other ? finding(`has the number of ${other}`, 'give it the next free number') : []
  })
}

function empty(repository: Repository): Finding[] {
  const files = repository.files.filter((file) => repository.text(file).trim() === '')
  const finding = (file: string, message: string): Finding => ({
    rule: 'dead/empty',
    file,
    line: 1,
    message,
    mend: 'delete it, or give it its content',
  })
  return [
    ...files.map((file) => finding(file, 'is an empty file')),
    ...emptyFolders(repository.root).map((folder) => finding(folder, 'is an empty folder')),
  ]
}

const markers = (repository: Repository, { dead: { markers: pattern, marked } }: Rules): Finding[] =>
  repository.files
    .filter((file) => matches(file, marked))
    .flatMap((file) =>
      repository.lines(file).flatMap((text, index) => {
        const word = pattern.exec(text)?.[0]
        if (word === undefined) return []
        const mend = 'do it now, or say in a sentence what the limit is'
        return [{ rule: 'dead/marker', file, line: index + 1, message: `says ${word}`, mend }]
      }),
    )

const switches = (repository: Repository, file: string, words: string[]): Finding[] =>
  switchedOff(repository.source(file), words).map(({ word, line }) => ({
    rule: 'dead/test',
    file,
    line,
    message: `.${word} switches tests off`,
    mend: 'let every test run; what cannot run on a platform says so by a condition (skipIf)',
  }))
