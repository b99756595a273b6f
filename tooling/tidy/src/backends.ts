// A package's face must not bring its backends: whoever opens one backend would load all three. So nothing that
// src/index.ts loads with itself, however far away, may be a backend; only src/auto.ts loads one when it is asked to.
import { posix } from 'node:path'
import type { Finding } from './check.ts'
import { importsOf, type Import } from './imports-of.ts'
import { inside, isScript, within, type Member, type Repository } from './repository.ts'
import type { ImportRules } from './rule-types.ts'

export function backendFindings(repository: Repository, rules: ImportRules, member: Member): Finding[] {
  if (member.group !== 'packages') return []
  return [...loadedWithFace(repository, rules, member), ...loadedLater(repository, rules, member)]
}

function loadedWithFace(repository: Repository, rules: ImportRules, member: Member): Finding[] {
  const findings: Finding[] = []
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file) || !repository.has(file)) return
    seen.add(file)
    for (const found of importsOf(repository.source(file)).filter(({ kind }) => kind === 'static')) {
      if (isBackend(rules, member, file, found)) {
        findings.push({
          rule: 'imports/face',
          file,
          line: found.line,
          message: `src/index.ts would load the backend ${found.specifier} with itself`,
          mend: 'move the import to src/auto.ts as import(…), or import only its types',
        })
      } else if (found.specifier.startsWith('.')) visit(target(file, found))
    }
  }
  visit(within(member, 'src/index.ts'))
  return findings
}

const loadedLater = (repository: Repository, rules: ImportRules, member: Member): Finding[] =>
  repository
    .under(within(member, 'src'))
    .filter((file) => isScript(file) && inside(member, file) !== 'src/auto.ts' && !ofBackend(rules, inside(member, file)))
    .flatMap((file) =>
      importsOf(repository.source(file))
        .filter((found) => found.kind === 'dynamic' && isBackend(rules, member, file, found))
        .map(({ specifier, line }) => ({
          rule: 'imports/auto',
          file,
          line,
          message: `loads the backend ${specifier} when it runs`,
          mend: 'leave the choice of a backend to src/auto.ts, or take the backend as an argument',
        })),
    )

const target = (file: string, { specifier }: Import): string => posix.join(posix.dirname(file), specifier)

/** A backend of the package itself, by a relative path or by its own name. */
function isBackend(rules: ImportRules, member: Member, file: string, found: Import): boolean {
  if (!found.specifier.startsWith('.')) {
    return rules.backends.some((backend) => found.specifier === `${member.manifest.name}/${backend}`)
  }
  return ofBackend(rules, inside(member, target(file, found)))
}

/** `src/sab.ts` and everything in `src/sab/`, and the adapter that wasm and native share. */
function ofBackend({ backends }: ImportRules, path: string): boolean {
  const [folder, name = '', ...rest] = path.split('/')
  if (folder !== 'src') return false
  return rest.length > 0 ? [...backends, 'core'].includes(name) : backends.includes(name.replace(/\.[jt]s$/, ''))
}
