// What a package.json must say before its package can be published, and how dependencies are written everywhere.
import type { Check, Finding } from '../check.ts'
import { isObject, lineOf, type Json } from '../manifest.ts'
import { within, type Member, type Repository } from '../repository.ts'
import type { Rules } from '../rule-types.ts'

type ManifestRules = Rules['manifests']
/** What is wrong, how to mend it, and the keys that lead to the place. */
type Fault = [rule: string, message: string, mend: string, ...keys: string[]]

export const manifests: Check = {
  name: 'manifests',
  about: 'package.json: fields, exports, scripts, pinned and equal versions',
  run: (repository, { manifests: rules }) => [
    ...repository.members.flatMap((member) =>
      [
        ...(member.group === 'packages' ? [...fields(member, rules), ...scripts(member, rules)] : []),
        ...everywhere(member, rules),
      ].map((fault) => located(repository, member, fault)),
    ),
    ...unequal(repository),
  ],
}

function located(repository: Repository, member: Member, [rule, message, mend, ...keys]: Fault): Finding {
  const file = within(member, 'package.json')
  return { rule: `manifests/${rule}`, file, line: lineOf(repository.text(file), ...keys), message, mend }
}

function fields({ manifest: { fields: its } }: Member, { license }: ManifestRules): Fault[] {
  const faults: Fault[] = []
  const expect = (right: boolean, key: string, message: string, mend: string): void => {
    if (!right) faults.push(['fields', message, mend, key])
  }
  expect(its.type === 'module', 'type', '"type" is not "module"', 'add "type": "module"')
  expect(its.license === license, 'license', `"license" is not "${license}"`, `add "license": "${license}"`)
  expect(isText(its.description), 'description', 'has no "description"', 'say in a sentence what the package is')
  expect(isFilled(its.files), 'files', 'has no "files"', 'list what is published: "files": ["dist", …]')
  expect('sideEffects' in its, 'sideEffects', 'has no "sideEffects"', 'add "sideEffects": false, or list the files')
  const node = isObject(its.engines) ? its.engines.node : undefined
  expect(isText(node), 'engines', 'has no "engines.node"', 'add "engines": { "node": ">=…" }')
  expect(isObject(its.exports), 'exports', 'has no "exports"', 'add "exports" with a row for each public subpath')
  for (const [subpath, target] of Object.entries(isObject(its.exports) ? its.exports : {})) {
    if (typesFirst(target)) continue
    const message = `the export "${subpath}" does not name its types first`
    faults.push(['exports', message, 'write { "types": "….d.ts", "default": "….js" }', 'exports', subpath])
  }
  return faults
}

const isText = (value: Json | undefined): boolean => typeof value === 'string' && value.trim() !== ''
const isFilled = (value: Json | undefined): boolean => Array.isArray(value) && value.length > 0

/** Conditions are tried in order, so "types" has to come before whatever else would match. Plain assets have none. */
function typesFirst(target: Json): boolean {
  if (typeof target === 'string') return !/\.[cm]?[jt]s$/.test(target)
  if (!isObject(target)) return target === null
  return Object.keys(target)[0] === 'types' || Object.values(target).every((nested) => isObject(nested) && typesFirst(nested))
}

function scripts({ manifest }: Member, rules: ManifestRules): Fault[] {
  const missing = rules.scripts
    .filter((name) => !(name in manifest.scripts))
    .map((name): Fault => ['scripts', `has no script "${name}"`, `add "${name}", which turbo runs everywhere`, 'scripts'])
  if (manifest.private || manifest.scripts.package === rules.packageScript) return missing
  const message = 'the script "package" does not check what would be published'
  return [...missing, ['scripts', message, `write "package": "${rules.packageScript}"`, 'scripts', 'package']]
}

function everywhere({ manifest }: Member, { installScripts, hosts }: ManifestRules): Fault[] {
  const host = hosts.exec(JSON.stringify(manifest.fields))?.[0]
  return [
    ...manifest.dependencies
      .filter(({ kind, version }) => kind !== 'peerDependencies' && !isPinned(version))
      .map(({ kind, name, version }): Fault => {
        const mend = 'write the exact version, or workspace:* for a package of ours'
        return ['pinned', `${name} is not pinned: "${version}"`, mend, kind, name]
      }),
    ...installScripts
      .filter((name) => name in manifest.scripts)
      .map((name): Fault => {
        const mend = 'ship what it would make, or make it in "build"'
        return ['install-script', `the script "${name}" would run when someone installs it`, mend, 'scripts', name]
      }),
    ...(host ? [['host', `names the host ${host}`, 'remove it: no host is part of the project'] as Fault] : []),
  ]
}

const isPinned = (version: string): boolean =>
  version === 'workspace:*' || /^(?:npm:(?:@[^/@]+\/)?[^/@]+@)?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version)

/** The most used version of a dependency is taken as meant, and the first of equals; every other one is a finding. */
function unequal(repository: Repository): Finding[] {
  const uses = repository.members.flatMap((member) =>
    member.manifest.dependencies
      .filter(({ kind, version }) => kind !== 'peerDependencies' && !version.startsWith('workspace:'))
      .map((dependency) => ({ member, ...dependency })),
  )
  return Object.entries(Object.groupBy(uses, ({ name }) => name)).flatMap(([name, all = []]) => {
    const counts = Object.entries(Object.groupBy(all, ({ version }) => version)).map(
      ([version, those = []]) => [version, those.length] as const,
    )
    const [meant] = counts.reduce((most, next) => (next[1] > most[1] ? next : most))
    return all
      .filter(({ version }) => version !== meant)
      .map(({ member, kind, version }) => {
        const message = `${name} is ${version} here and ${meant} elsewhere`
        return located(repository, member, ['same-version', message, 'use one version everywhere', kind, name])
      })
  })
}
