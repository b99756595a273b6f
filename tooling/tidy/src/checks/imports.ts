// Who may import whom. A specifier is judged by where it leads: to another member (by its name), to a file of the own
// package (by a relative path), or through `#atomics`. What a test may do and what shipped code may do are two tables.
import { matchesGlob, posix } from 'node:path'
import { atomicsUses, importsOf, type Import } from '../imports-of.ts'
import type { Check, Finding } from '../check.ts'
import { includesOf, isC, mayInclude, resolveInclude } from '../c-includes.ts'
import { lineOf, type Json } from '../manifest.ts'
import { inside, isScript, within, type Member, type Repository } from '../repository.ts'
import { backendFindings } from '../backends.ts'
import { isTestLike, matches } from '../roles.ts'
import type { ImportRules, Rules } from '../rule-types.ts'

export const imports: Check = {
  name: 'imports',
  about: 'who may import whom, in TypeScript and in C; who may say Atomics',
  run: (repository, rules) => [
    ...repository.files.filter(isScript).flatMap((file) => [
      ...importsOf(repository.source(file)).flatMap((found) => judge(repository, rules, file, found)),
      ...atomics(repository, rules, file),
    ]),
    ...repository.members.flatMap((member) => atomicsMapping(repository, rules.imports, member)),
    ...repository.members.flatMap((member) => backendFindings(repository, rules.imports, member)),
    ...repository.files.filter(isC).flatMap((file) => includes(repository, rules.imports, file)),
  ],
}

function judge(repository: Repository, rules: Rules, file: string, found: Import): Finding[] {
  const { specifier, line } = found
  if (specifier.startsWith('.')) return leaving(repository, file, found)
  if (!specifier.startsWith(rules.imports.scope)) return []
  const finding = (rule: string, message: string, mend: string): Finding[] => [{ rule, file, line, message, mend }]

  const from = repository.memberOf(file)
  const [scope, short, ...rest] = specifier.split('/')
  const name = `${scope}/${short}`
  const subpath = rest.join('/')
  const to = repository.memberNamed(name)
  if (!to) return finding('imports/unknown', `imports ${name}, which is no package here`, 'correct the name')
  if (to === from) return []

  const test = isTestLike(repository, rules.imports, file)
  const onlyTests = rules.imports.testSubpaths.includes(subpath) || to.group === 'tooling'
  if (onlyTests && !test && (from.group === 'packages' || from.group === 'apps')) {
    return finding(
      'imports/test-only',
      `imports ${specifier}, which only tests, benches and config files may`,
      'move what needs it to test/ or bench/, or let the caller hand it in',
    )
  }
  if (!allowed(rules.imports, from, to, test)) {
    return finding(
      'imports/table',
      `${from.folder || 'the root'} imports ${name}, which the import table does not allow`,
      'take it through a contract of alloc-api, or add a row to the tables in rules.ts, with the reason',
    )
  }
  const composing = matchesGlob(file, rules.imports.compose)
  if (rules.imports.backends.includes(subpath) && !composing && !isOwnTest(repository, file)) {
    return finding(
      'imports/backend',
      `names the backend ${specifier}`,
      `take the backend as an argument; only ${rules.imports.compose} chooses one`,
    )
  }
  return undeclared(from, name, test) ? finding(...declaration(from, name, test)) : []
}

const isOwnTest = (repository: Repository, file: string): boolean =>
  isTestLike(repository, { benchMembers: [] }, file)

function allowed(rules: ImportRules, from: Member, to: Member, test: boolean): boolean {
  const row = (test ? rules.tests : rules.sources).find((row) => matchesGlob(from.folder || '.', row.from))
  return row !== undefined && matches(to.folder, row.may)
}

/** A private member ships nothing, so that any kind of dependency serves it; shipped code needs one that users get. */
function undeclared(from: Member, name: string, test: boolean): boolean {
  const enough = from.manifest.dependencies.filter(({ kind }) => test || from.manifest.private || kind !== 'devDependencies')
  return !enough.some((dependency) => dependency.name === name)
}

const declaration = (from: Member, name: string, test: boolean): [string, string, string] => [
  'imports/undeclared',
  `imports ${name}, which ${within(from, 'package.json')} does not declare`,
  `add "${name}": "workspace:*" to its ${test || from.manifest.private ? 'devDependencies' : 'dependencies'}`,
]

function leaving(repository: Repository, file: string, { specifier, line }: Import): Finding[] {
  const target = posix.join(posix.dirname(file), specifier)
  const from = repository.memberOf(file)
  if (!target.startsWith('..') && repository.memberOf(target) === from) return crossing(file, from, target, line)
  const message = `the relative import ${specifier} leaves its own package`
  return [{ rule: 'imports/relative', file, line, message, mend: 'import the other package by its name' }]
}

/** The TypeScript algorithm and the adapter over the C core are two implementations that share only the layout. */
function crossing(file: string, member: Member, target: string, line: number): Finding[] {
  const side = (path: string): string | undefined => /^src\/(sab|core)\//.exec(inside(member, path))?.[1]
  const [from, to] = [side(file), side(target)]
  if (!from || !to || from === to) return []
  const message = `src/${from} imports src/${to}`
  return [{ rule: 'imports/sides', file, line, message, mend: 'move what both need to src/layout.ts or beside it' }]
}

function atomics(repository: Repository, { imports: { atomics } }: Rules, file: string): Finding[] {
  if (file === atomics.file) return []
  return atomicsUses(repository.source(file)).map((line) => ({
    rule: 'imports/atomics',
    file,
    line,
    message: `says Atomics, which only ${atomics.file} may`,
    mend: `import what it needs from '${atomics.specifier}', so that the schedule explorer can stand in`,
  }))
}

function atomicsMapping(repository: Repository, { atomics }: ImportRules, member: Member): Finding[] {
  const user = repository
    .under(member.folder)
    .filter((file) => isScript(file) && repository.memberOf(file) === member)
    .find((file) => importsOf(repository.source(file)).some(({ specifier }) => specifier === atomics.specifier))
  if (!user) return []
  const file = within(member, 'package.json')
  const mapped = targets((member.manifest.fields.imports as Record<string, Json> | undefined)?.[atomics.specifier])
  const own = repository.memberOf(atomics.file) === member
  const right = (target: string): boolean => (own ? /^\.\/.*\batomics\.[jt]s$/.test(target) : target === atomics.target)
  if (mapped.some(right)) return []
  return [
    {
      rule: 'imports/atomics-mapping',
      file,
      line: lineOf(repository.text(file), 'imports', atomics.specifier),
      message: `${user} imports ${atomics.specifier}, which "imports" does not map to ${atomics.target}`,
      mend: `add "imports": { "${atomics.specifier}": "${own ? './src/sab/atomics.ts' : atomics.target}" }`,
    },
  ]
}

/** Every target of an entry of "imports", whatever its conditions. */
const targets = (entry: Json | undefined): string[] => {
  if (typeof entry === 'string') return [entry]
  return typeof entry === 'object' && entry !== null ? Object.values(entry).flatMap(targets) : []
}

const includes = (repository: Repository, rules: ImportRules, file: string): Finding[] =>
  includesOf(repository.text(file)).flatMap(({ path, line }): Finding[] => {
    const target = resolveInclude(repository, file, path, rules)
    if (target === undefined) {
      const message = `#include "${path}" finds no file`
      const mend = 'correct the path, or write <…> for a header of the system'
      return [{ rule: 'imports/include-missing', file, line, message, mend }]
    }
    if (mayInclude(repository, file, target, rules)) return []
    const message = `#include "${path}" reaches ${target}`
    const mend = `a package's C sees its own ${rules.cFolders[0]}/ and ${rules.sharedC}/ only: move what is shared there`
    return [{ rule: 'imports/include', file, line, message, mend }]
  })
